import Files
import Glibc
import PkgCore
import TestSupport
import Testing

/// A machine with a network, one without, and a file that is carried from one to the other.
final class BundleBench: Sendable {
  let examples: Examples
  let index: ExampleIndex
  let maker: Sandbox
  let user: Sandbox
  private let owner: TestFolder

  init() throws {
    examples = try Examples.shared.get()
    (index, owner) = try examples.index.copy()
    maker = try Sandbox()
    user = try Sandbox()
    try maker.add(index, at: "file://\(index.path)")
  }

  var file: String { "\(user.work)/plugins.tar" }
  var trust: [String] { ["--trust", index.fingerprint] }

  @discardableResult
  func create(_ arguments: String...) throws -> Outcome {
    try maker.plugctl(["bundle", "create", "-o", file] + arguments)
  }

  /// Nothing but the file is there from here on.
  func disconnect() throws {
    try FileSystem.rename(index.path, to: "\(index.path)-gone")
  }

  func install(_ arguments: String..., with variables: [String: String] = [:]) throws -> Outcome {
    try user.plugctl(["bundle", "install", file] + arguments, with: variables)
  }

  func verify(_ arguments: String..., with variables: [String: String] = [:]) throws -> Outcome {
    try user.plugctl(["bundle", "verify", file] + arguments, with: variables)
  }

  /// All that a machine remembers and has.
  func state() throws -> FileListing {
    try FileListing([user.data, user.state, user.configuration])
  }
}

@Suite("a bundle", .takes(lessThan: .seconds(180)))
struct BundleTests {
  let bench: BundleBench

  init() throws { bench = try BundleBench() }

  @Test("installs what an install with a network would, on a machine that has none")
  func airGap() throws {
    try bench.create("beta", "delta").succeeded()
    try bench.disconnect()
    let checked = try bench.verify("--trust", bench.index.fingerprint).succeeded()
    #expect(checked.lines.filter { $0.hasPrefix("good") }.count == 3, "\(checked)")
    let outcome = try bench.install("--trust", bench.index.fingerprint).succeeded()
    #expect(outcome.output.contains("added the index `main`"), "\(outcome)")
    #expect(try bench.user.list() == ["alpha 1.1.0", "beta 1.0.0", "delta 1.1.0"])
    #expect(try bench.user.sqlite("select alpha_version()").output == "1.1.0\n")
    // It is known by where it is served, and by its root.
    let listed = try bench.user.plugctl("index", "list").succeeded().lines
    #expect(listed.count == 1 && listed[0].contains("file://\(bench.index.path)"), "\(listed)")
    // What was carried is there from now on.
    try bench.user.plugctl("remove", "delta").succeeded()
    try bench.user.plugctl("install", "delta", "--offline").succeeded()
    #expect(try bench.user.plugctl("search", "gamma", "--offline").output.contains("acme/gamma"))
  }

  @Test("is the same for the same request, and names what it has")
  func reproducible() throws {
    let outcome = try bench.create("beta", "--json").succeeded()
    let first = try FileSystem.read(bench.file)
    try bench.create("beta").succeeded()
    #expect(try FileSystem.read(bench.file) == first)
    let other = try Sandbox()
    try other.add(bench.index, at: "file://\(bench.index.path)")
    try other.plugctl("bundle", "create", "-o", bench.file, "beta").succeeded()
    #expect(try FileSystem.read(bench.file) == first)
    let plugins = try outcome.data()["plugins"]?.arrayValue ?? []
    #expect(plugins.compactMap { $0["id"]?.stringValue } == ["acme/alpha", "acme/beta"])
    let members = try bench.user.run(["tar", "-tf", bench.file]).succeeded().lines
    #expect(
      members.first == "bundle.json" && members.dropFirst() == members.dropFirst().sorted()[...])
  }

  @Test("of an index that is not known is refused without its fingerprint, or with another one")
  func unknownIndex() throws {
    try bench.create("delta").succeeded()
    let before = try bench.state()
    for command in ["verify", "install"] {
      let asked = try bench.user.plugctl("bundle", command, bench.file, "--yes")
      #expect(asked.exit == 14 && asked.code == "trust.confirmation", "\(asked)")
      #expect(asked.hint?.contains(bench.index.fingerprint) == true)
      let wrong = "sha256:" + String(repeating: "0", count: 64)
      let other = try bench.user.plugctl("bundle", command, bench.file, "--trust", wrong)
      #expect(other.exit == 5 && other.code == "trust.mismatch", "\(other)")
    }
    #expect(try bench.state() == before)
    try bench.install("--trust", "\(bench.index.path)/metadata/1.root.json").succeeded()
    #expect(try bench.user.list() == ["delta 1.1.0"])
  }

  @Test(
    "of an index that is not known is asked about once", arguments: [("y", true), ("n", false)])
  func asked(answer: String, isTaken: Bool) throws {
    try bench.create("delta").succeeded()
    let outcome = try PseudoTerminal.converse(
      [Programs.plugctl, "bundle", "install", bench.file], answers: [("[y/N]", answer)],
      in: bench.user)
    #expect((outcome.exit == 0) == isTaken, "\(outcome)")
    #expect(outcome.output.contains(bench.index.fingerprint))
    #expect(try bench.user.list() == (isTaken ? ["delta 1.1.0"] : []))
    if isTaken { try bench.install("delta").succeeded() }
  }

  @Test("of a known index needs no word, whatever the index is called here")
  func knownIndex() throws {
    try bench.user.add(bench.index, name: "ours")
    try bench.create("delta").succeeded()
    try bench.disconnect()
    try bench.verify().succeeded()
    try bench.install().succeeded()
    #expect(try bench.user.list() == ["delta 1.1.0"])
    #expect(try bench.user.plugctl("index", "list").lines.map { $0.prefix(5) } == ["ours\t"])
  }

  @Test("of an index whose name is another's here gets another name")
  func nameTaken() throws {
    let stranger = try Workshop()
    try bench.user.add(stranger.makeIndex(), name: "main")
    try bench.create("delta").succeeded()
    try bench.install("--trust", bench.index.fingerprint).succeeded()
    let names = try bench.user.plugctl("index", "list").lines.map { $0.split(separator: "\t")[0] }
    #expect(names == ["main", "main-2"])
    #expect(try bench.user.list() == ["delta 1.1.0"])
  }

  @Test("offers the versions that it has, no others")
  func versions() throws {
    try bench.create("beta").succeeded()
    try bench.disconnect()
    try bench.install("acme/alpha", "--trust", bench.index.fingerprint).succeeded()
    #expect(try bench.user.list() == ["alpha 1.1.0"])
    let outcome = try bench.install("acme/alpha@2.0.0")
    #expect(outcome.exit == 4 && outcome.errors.contains("is not in the bundle"), "\(outcome)")
    let absent = try bench.install("acme/delta")
    #expect(absent.exit == 3 && absent.code == "plugin.unknown", "\(absent)")
  }

  @Test("has every version where that is asked for")
  func allVersions() throws {
    try bench.create("beta", "--all-versions").succeeded()
    try bench.disconnect()
    try bench.install("acme/alpha@1.0.0", "--trust", bench.index.fingerprint).succeeded()
    try bench.install("acme/alpha@2.0.0").succeeded()
    #expect(try bench.user.list() == ["alpha 2.0.0"])
  }

  @Test("that is older than what is known is refused")
  func older() throws {
    try bench.create("delta").succeeded()
    try bench.index.publish(bench.examples.workshop.packExtension("delta", "5.0.0")).succeeded()
    try bench.user.add(bench.index)
    let outcome = try bench.install()
    #expect(outcome.exit == 5 && outcome.code == "trust.rollback", "\(outcome)")
    #expect(outcome.hint?.contains("make it anew") == true)
    #expect(try bench.user.list() == [])
  }

  @Test("leaves nothing behind where it is only checked or shown")
  func shown() throws {
    try bench.create("beta").succeeded()
    let before = try bench.state()
    try bench.verify("--trust", bench.index.fingerprint).succeeded()
    let outcome = try bench.install("--dry-run", "--trust", bench.index.fingerprint).succeeded()
    #expect(outcome.output.contains("would install acme/beta"), "\(outcome)")
    let changed = try bench.state().difference(from: before)
    #expect(changed == [])
    #expect(try FileSystem.namesIfPresent(in: bench.user.cache).isEmpty)
  }

  @Test("upgrades what is installed, and goes back by rollback")
  func upgrades() throws {
    try bench.create("delta@1.0.0").succeeded()
    try bench.install("--trust", bench.index.fingerprint).succeeded()
    #expect(try bench.user.list() == ["delta 1.0.0"])
    try bench.create("delta").succeeded()
    try bench.disconnect()
    try bench.install("delta@1.1.0").succeeded()
    #expect(try bench.user.list() == ["delta 1.1.0"])
    try bench.user.plugctl("rollback").succeeded()
    #expect(try bench.user.list() == ["delta 1.0.0"])
  }

  @Test("refuses a version that was withdrawn before it was made")
  func withdrawn() throws {
    try bench.examples.workshop.author.plugctl(
      "withdraw", "acme/alpha@1.0.0", "--to", bench.index.path, "--reason", "a thief made it"
    ).succeeded()
    try bench.create("alpha", "--all-versions").succeeded()
    let direct = try bench.create("alpha@1.0.0", "--all-versions")
    #expect(direct.exit == 12 && direct.code == "version.withdrawn", "\(direct)")
    let outcome = try bench.install("alpha@1.0.0", "--trust", bench.index.fingerprint)
    #expect(outcome.exit == 12 && outcome.code == "version.withdrawn", "\(outcome)")
    #expect(try bench.user.list() == [])
  }

  @Test("has plugins of several indexes")
  func severalIndexes() throws {
    let stranger = try Workshop()
    let other = try stranger.makeIndex()
    let library = try stranger.extensionLibrary("omega", "1.0.0")
    try other.publish(
      stranger.pack(
        Workshop.Facts(
          name: "omega", version: "1.0.0", publisher: "other",
          more: "dependencies: { acme/delta: ^1 }"), library: library)
    ).succeeded()
    try bench.maker.add(other, name: "other")
    try bench.create("omega").succeeded()
    try bench.disconnect()
    let one = try bench.install("--trust", bench.index.fingerprint)
    #expect(one.exit == 5 && one.code == "trust.mismatch", "\(one)")
    try bench.install("--trust", bench.index.fingerprint, "--trust", other.fingerprint).succeeded()
    #expect(try bench.user.list() == ["delta 1.1.0", "omega 1.0.0"])
  }

  @Test("for another platform is verified anywhere, and installed only there")
  func platforms() throws {
    let author = bench.examples.workshop.author
    try FileSystem.makeFolders("\(author.work)/foreign")
    try FileSystem.replace("\(author.work)/foreign/x.dll", with: Array("MZ".utf8))
    try FileSystem.replace(
      "\(author.work)/foreign/plugin.yaml",
      with: Array(
        """
        schema: 1
        publisher: acme
        name: foreign
        version: 1.0.0
        host: sqlite
        type: extension
        variants: [{ platform: windows-x86_64, library: x.dll }]

        """.utf8))
    let packed = try author.plugctl("pack", "foreign", "--sign", "maker", "-o", "foreign")
      .succeeded()
    try bench.index.publish(packed.lines[0]).succeeded()
    let here = try bench.create("foreign")
    #expect(here.exit == 7 && here.code == "incompatible.platform", "\(here)")
    try bench.create("foreign", "--platform", "windows-x86_64").succeeded()
    try bench.verify("--trust", bench.index.fingerprint).succeeded()
    let outcome = try bench.install("--trust", bench.index.fingerprint)
    #expect(outcome.exit == 7 && outcome.code == "incompatible.platform", "\(outcome)")
  }

  @Test("keeps a project's files up to date, as every install")
  func project() throws {
    try bench.create("delta").succeeded()
    try bench.user.folder.write("work/plugctl.yaml", "schema: 1\nplugins: {}\n")
    let project = ["PLUGCTL_SCOPE": "project"]
    try bench.install("--trust", bench.index.fingerprint, with: project).succeeded()
    #expect(try bench.user.folder.text("work/plugctl.yaml").contains("acme/delta: ^1.1"))
    try bench.user.plugctl(["sync", "--frozen", "--offline"], with: project).succeeded()
  }

  @Test("needs a file to write to, plugins that are there, and a file to read")
  func usage() throws {
    let cases: [(arguments: [String], exit: Int32, code: String)] = [
      (["create", "beta"], 2, "usage.missing-value"),
      (["create", "-o", "x.tar"], 2, "usage.missing-argument"),
      (["create", "-o", "x.tar", "nothing"], 3, "plugin.unknown"),
      (["create", "-o", "x.tar", "beta", "--platform", "Q"], 2, "usage.invalid-value"),
      (["create", "-o", "no/such/x.tar", "beta"], 3, "system.not-found"),
      (["verify", "none.tar"], 3, "system.not-found"),
      (["install", "none.tar"], 3, "system.not-found"),
      (["install", "/dev/null"], 1, "system.call"),
    ]
    for (arguments, exit, code) in cases {
      let outcome = try bench.maker.plugctl(["bundle"] + arguments)
      #expect(outcome.exit == exit && outcome.code == code, "\(outcome)")
    }
    #expect(try FileSystem.names(in: bench.maker.work) == [])
  }
}

@Suite("an old bundle", .enabled(if: FakeClock.library != nil, "libfaketime is not installed"))
struct OldBundleTests {
  let bench: BundleBench

  init() throws {
    bench = try BundleBench()
    try bench.create("delta").succeeded()
  }

  @Test("is taken past the term of its timestamp, and its age is said")
  func stale() throws {
    let later = FakeClock.moved("+20d")
    let outcome = try bench.install("--trust", bench.index.fingerprint, with: later).succeeded()
    #expect(outcome.errors.contains("warning[trust.stale]"), "\(outcome)")
    #expect(outcome.errors.contains("20 days old"), "\(outcome)")
    #expect(try bench.user.list() == ["delta 1.1.0"])
  }

  @Test("is taken where another index of the machine is over, and is not asked")
  func otherIndexIsOver() throws {
    let stranger = try Workshop()
    try bench.user.add(stranger.makeIndex(), name: "other")
    // Its roles are here from now on, and the community's is valid for 30 days.
    #expect(try !bench.user.plugctl("info", "acme/nothing").succeeds)
    try FileSystem.rename("\(stranger.author.work)", to: "\(stranger.author.work)-gone")
    let outcome = try bench.install(
      "--trust", bench.index.fingerprint, with: FakeClock.moved("+40d"))
    #expect(outcome.succeeds, "\(outcome)")
    #expect(try bench.user.list() == ["delta 1.1.0"])
  }

  @Test("is refused past an age that the user gives, and past the term of who vouches")
  func expired() throws {
    let limited = try bench.install(
      "--trust", bench.index.fingerprint, "--max-age", "10d", with: FakeClock.moved("+20d"))
    #expect(limited.exit == 5 && limited.code == "trust.expired", "\(limited)")
    let outcome = try bench.install(
      "--trust", bench.index.fingerprint, with: FakeClock.moved("+200d"))
    #expect(outcome.exit == 5 && outcome.code == "trust.expired", "\(outcome)")
    #expect(try bench.user.list() == [])
    #expect(try bench.user.plugctl("index", "list").output == "")
  }
}
