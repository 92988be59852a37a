import Files
import PkgCore
import TestSupport
import Testing

/// Files of packages that a host looks for in folders of its own, and what happens to them there.
@Suite("further files of a host")
struct FurtherFilesTests {
  let user: Sandbox
  let workshop: Workshop

  init() throws {
    workshop = try Workshop()
    user = workshop.author
    try FileSystem.makeFolders(share)
  }

  private var share: String { "\(user.home)/share" }
  private var link: String { "\(share)/READ.md" }

  /// A host with rules for further files.
  private func addHost(_ id: String, _ rules: String, more: String = "") throws {
    let profile = try user.folder.write(
      "work/\(id).yaml",
      """
      schema: 1
      id: \(id)
      types: [extension]
      paths: [{ scope: user, dir: ~/\(id) }]
      layout: { view: links, path: stable, extra: [\(rules)] }
      \(more)

      """)
    try user.plugctl("host", "add", profile).succeeded()
  }

  private func install(
    _ name: String, version: String = "1.0.0", host: String, files: [(String, String)],
    _ more: [String] = []
  ) throws -> Outcome {
    let archive = try workshop.pack(
      Workshop.Facts(
        name: name, version: version, host: host, files: files.map { ($0, Array($1.utf8)) }),
      library: workshop.compile("int f(void) { return 1; }", name))
    return try user.plugctl(["install", archive] + more)
  }

  private func addOne() throws {
    try addHost("acmedb", "{ match: \"*.md\", to: ~/share }")
    try install("one", host: "acmedb", files: [("READ.md", "top")]).succeeded()
  }

  private func text(_ path: String) throws -> String {
    String(decoding: try FileSystem.read(path), as: UTF8.self)
  }

  /// What is done to a link, and what `verify` calls it.
  static let damages: [(command: String, kind: String)] = [
    ("rm $LINK", "missing"),
    ("rm -r $SHARE; mkdir $SHARE", "missing"),
    ("ln -sfn /bin/true $LINK", "foreign"),
    ("rm $LINK; echo mine > $LINK", "foreign"),
    ("cp $LINK x; rm $LINK; cp x $LINK", "foreign"),
    ("rm $LINK; mkdir $LINK", "foreign"),
    ("ln -sfn $LIVE/plugins/one.so $LINK", "link"),
    ("ln -sfn $LIVE/../gens/1/extra/share/READ.md $LINK", "link"),
    ("rm $LIVE/extra/share/READ.md", "missing"),
    ("ln -s /bin/true $LIVE/extra/share/more.md", "extra"),
  ]

  @Test(
    "`verify` and `scan` tell what was changed by hand, and `repair` mends it", arguments: damages)
  func damaged(command: String, kind: String) throws {
    try addOne()
    try user.run(
      ["sh", "-ec", command], with: ["LINK": link, "SHARE": share, "LIVE": user.live("acmedb")]
    ).succeeded()
    let found = try user.plugctl("verify", "--json")
    let kinds = try found.document()["data"]?.arrayValue?.flatMap {
      $0["faults"]?.arrayValue?.compactMap { $0["kind"]?.stringValue } ?? []
    }
    #expect(found.exit == 5 && kinds == [kind], "\(found)")
    if kind != "extra" {
      let scan = try user.plugctl("scan", "--host", "acmedb").succeeded()
      #expect(scan.output.contains("modified\tuser\t"), "\(scan)")
    }
    let repaired = try user.plugctl("repair").succeeded()
    #expect(repaired.output != "nothing to do\n", "\(repaired)")
    #expect(try text(link) == "top")
    try user.plugctl("verify").succeeded()
    let scan = try user.plugctl("scan", "--host", "acmedb").succeeded()
    #expect(scan.output.contains("managed\tuser\t"), "\(scan)")
  }

  @Test("`repair` keeps all that stood in the way, also twice in one second")
  func kept() throws {
    try addOne()
    for text in ["first", "second", "third"] {
      try FileSystem.remove(link)
      try FileSystem.replace(link, with: Array(text.utf8))
      try user.plugctl("repair").succeeded()
    }
    let saved = try FileSystem.names(in: share).filter { $0.hasPrefix("READ.md.saved-") }
    #expect(
      try Set(saved.map { try text("\(share)/\($0)") }) == ["first", "second", "third"], "\(saved)")
  }

  @Test(
    "a host that looks elsewhere since it was upgraded is told by `verify`; `repair` follows it")
  func moved() throws {
    try FileSystem.makeFolders("\(user.home)/new")
    let answer = try user.folder.write("work/answer", share)
    try addHost(
      "acmedb", "{ match: \"*.md\", to: \"{sharedir}\" }",
      more: "detect: { binary: [/bin/true], folders: { sharedir: { argv: [cat, \(answer)] } } }")
    try install("one", host: "acmedb", files: [("READ.md", "top")]).succeeded()
    #expect(try text(link) == "top")
    try FileSystem.replace(answer, with: Array("\(user.home)/new".utf8))
    let found = try user.plugctl("verify")
    #expect(
      found.exit == 5 && found.output.contains("`\(user.home)/new/READ.md` is missing"), "\(found)")
    try user.plugctl("repair").succeeded()
    #expect(try text("\(user.home)/new/READ.md") == "top")
    #expect(!FileSystem.exists(link))
    try user.plugctl("verify").succeeded()
    // What somebody has where the host looks now stays.
    let other = "\(user.home)/other"
    try FileSystem.makeFolders(other)
    try FileSystem.replace("\(other)/READ.md", with: Array("mine".utf8))
    try FileSystem.replace(answer, with: Array(other.utf8))
    #expect(try user.plugctl("verify").exit == 5)
    #expect(try user.plugctl("repair").code == "store.conflict")
    #expect(try text("\(other)/READ.md") == "mine")
    // A host that does not tell is no fault of what is installed, and is said once.
    try FileSystem.remove(answer)
    let silent = try user.plugctl("verify").succeeded()
    #expect(
      silent.errors.split(separator: "\n").count { $0.contains("does not say") } == 1, "\(silent)")
  }

  @Test("of two hosts with one folder, the second is told who has the file")
  func shared() throws {
    try addOne()
    try addHost("other", "{ match: \"*.md\", to: ~/share }")
    let refused = try install("two", host: "other", files: [("READ.md", "two")])
    #expect(refused.exit == 1 && refused.code == "store.conflict", "\(refused)")
    #expect(
      refused.errors.contains("`\(link)` was put there for the host `acmedb`")
        && refused.hint?.contains("`acmedb`") == true
        && !refused.errors.contains("not put there by plugctl"), "\(refused)")
    #expect(try text(link) == "top")
    // Where the first lost it meanwhile, it is the second's, which `repair` of the first leaves alone.
    try FileSystem.remove(link)
    try install("two", host: "other", files: [("READ.md", "two")]).succeeded()
    let found = try user.plugctl("verify", "--host", "acmedb", "--json")
    #expect(found.exit == 5 && found.output.contains("\"taken\""), "\(found)")
    let repair = try user.plugctl("repair", "--host", "acmedb")
    #expect(
      repair.exit == 1 && repair.code == "store.conflict"
        && repair.errors.contains("for the host `other`"), "\(repair)")
    #expect(try text(link) == "two")
    try user.plugctl("remove", "two").succeeded()
    try user.plugctl("repair").succeeded()
    #expect(try text(link) == "top")
  }

  @Test(
    "a further file that is not put in place is told with the reason",
    arguments: [
      (["--into", "chosen"], "~/share", "where nothing is put with `--into`"),
      ([], "~/nowhere", "which is no folder here"),
      ([], "/usr/share", "which is not ours to write to"),
    ])
  func reasons(more: [String], folder: String, reason: String) throws {
    try addHost("acmedb", "{ match: \"*.md\", to: \(folder) }")
    let path = folder.replacing("~", with: user.home)
    let outcome = try install("one", host: "acmedb", files: [("READ.md", "top")], more).succeeded()
    #expect(
      outcome.output.contains(
        "acmedb looks for READ.md in \(path), \(reason): link it there from "),
      "\(outcome)")
  }

  @Test("folders whose last parts are the same are kept apart")
  func sameLastPart() throws {
    for name in ["a", "b"] { try FileSystem.makeFolders("\(user.home)/\(name)/share") }
    try addHost(
      "acmedb", "{ match: \"*.md\", to: ~/a/share }, { match: \"*.sql\", to: ~/b/share }")
    try install(
      "one", host: "acmedb", files: [("one.md", "md"), ("one.sql", "sql"), ("a/one.sql", "below")]
    ).succeeded()
    #expect(try text("\(user.home)/a/share/one.md") == "md")
    #expect(try text("\(user.home)/b/share/one.sql") == "sql")
    try user.plugctl("verify").succeeded()
    try user.plugctl("remove", "one").succeeded()
    for name in ["a", "b"] {
      #expect(try FileSystem.names(in: "\(user.home)/\(name)/share") == [])
    }
  }

  @Test("further files go to folders of any name, also one with a blank, and follow the folder")
  func furtherFiles() throws {
    let folder = "\(user.home)/share dir/extension"
    try FileSystem.makeFolders(folder)
    try addHost("acmedb", "{ match: \"*.md\", to: \"~/share dir//extension/\" }")
    try install("one", host: "acmedb", files: [("READ.md", "top"), ("doc/READ.md", "below")])
      .succeeded()
    #expect(try FileSystem.read("\(folder)/READ.md") == Array("top".utf8))
    try user.plugctl("verify").succeeded()
    // The host's own folder vanishes, with whatever was in it: nothing is made there, and all goes on.
    try FileSystem.removeTree("\(user.home)/share dir")
    try FileSystem.replace("\(user.home)/share dir", with: Array("a file".utf8))
    try user.plugctl("disable", "one").succeeded()
    try user.plugctl("recover").succeeded()
    try FileSystem.remove("\(user.home)/share dir")
    try user.plugctl("enable", "one").succeeded()
    #expect(!FileSystem.exists("\(user.home)/share dir"))
    // It comes back, and the next change links again.
    try FileSystem.makeFolders(folder)
    try user.plugctl("disable", "one").succeeded()
    try user.plugctl("enable", "one").succeeded()
    #expect(try FileSystem.read("\(folder)/READ.md") == Array("top".utf8))
    try user.plugctl("remove", "one").succeeded()
    #expect(try FileSystem.names(in: folder) == [])
  }

  @Test("a further file that a damaged generation left goes with `recover`")
  func strays() throws {
    try addHost("acmedb", "{ match: \"*.md\", to: ~/share }")
    for (version, name) in [("1.0.0", "old.md"), ("2.0.0", "new.md")] {
      try install(
        "one", version: version, host: "acmedb", files: [(name, version), ("both.md", version)]
      ).succeeded()
    }
    #expect(try FileSystem.names(in: share).sorted() == ["both.md", "new.md"])
    try FileSystem.replace("\(user.live("acmedb"))/manifest.json", with: Array("{".utf8))
    try user.plugctl("recover").succeeded()
    #expect(try text("\(share)/old.md") == "1.0.0")
    let left = try FileSystem.names(in: share).filter {
      FileSystem.target("\(share)/\($0)") == nil
    }
    #expect(left == [], "links that lead nowhere")
  }
}
