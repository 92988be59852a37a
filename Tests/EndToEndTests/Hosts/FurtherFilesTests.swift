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

  private func install(_ name: String, host: String, files: [(String, String)]) throws -> Outcome {
    let archive = try workshop.pack(
      Workshop.Facts(
        name: name, version: "1.0.0", host: host, files: files.map { ($0, Array($1.utf8)) }),
      library: workshop.compile("int f(void) { return 1; }", name))
    return try user.plugctl("install", archive)
  }

  private func addOne() throws {
    try addHost("acmedb", "{ match: \"*.md\", to: ~/share }")
    try install("one", host: "acmedb", files: [("READ.md", "top")]).succeeded()
  }

  private func text(_ path: String) throws -> String {
    String(decoding: try FileSystem.read(path), as: UTF8.self)
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
}
