import Files
import Glibc
import PkgCore
import Synchronization
import TestSupport
import Testing

/// An index that can be changed, who keeps a mirror of it, and who uses the mirror.
final class MirrorBench: Sendable {
  let examples: Examples
  let index: ExampleIndex
  let origin: WebServer
  let keeper: Sandbox
  let user: Sandbox
  let place: TestFolder
  private let owner: TestFolder

  init() throws {
    examples = try Examples.shared.get()
    (index, owner) = try examples.index.copy()
    origin = try WebServer(index.path)
    keeper = try Sandbox()
    user = try Sandbox()
    place = try TestFolder("mirror")
    try keeper.add(index, at: origin.url)
  }

  var folder: String { place.file("mirror") }

  func mirror(_ more: String...) throws -> Outcome {
    try keeper.plugctl(["mirror", folder] + more)
  }

  /// A new version of a plugin at the origin.
  func publish(_ name: String, _ version: String) throws {
    try index.publish(examples.workshop.packExtension(name, version)).succeeded()
  }

  /// Paths asked for by a step.
  func requests(_ step: () throws -> Void) rethrows -> [String] {
    let before = origin.requests.count
    try step()
    return Array(origin.requests.dropFirst(before))
  }

  /// What somebody who never saw it gets from the mirror, or why not.
  func installs(_ plugin: String) throws -> Outcome {
    let stranger = try Sandbox()
    let added = try stranger.plugctl(
      "index", "add", folder, "--name", "main", "--trust", index.fingerprint)
    return added.succeeds ? try stranger.plugctl("install", plugin) : added
  }
}

@Suite("a mirror that was made", .takes(lessThan: .seconds(180)))
struct MadeMirrorTests {
  let bench: MirrorBench

  init() throws { bench = try MirrorBench() }

  @Test("has the index's files, byte for byte, and all that are in force")
  func verbatim() throws {
    try bench.mirror().succeeded()
    let files = try TestListing.files(below: bench.folder)
    for path in files where path != "mirror.json" {
      let own = try FileSystem.read("\(bench.folder)/\(path)")
      #expect(try FileSystem.read("\(bench.index.path)/\(path)") == own, "\(path)")
    }
    let archives = try TestListing.files(below: bench.index.path).filter { $0.hasPrefix("a/") }
    #expect(files.filter { $0.hasPrefix("a/") } == archives)
    #expect(files.contains("metadata/1.root.json") && files.contains("metadata/timestamp.json"))
  }

  enum Way: CaseIterable, Sendable { case path, file, web, mirror }

  @Test(
    "is used by its path, as a URL, behind a web server, and beside a dead index",
    arguments: Way.allCases)
  func used(way: Way) throws {
    try bench.mirror().succeeded()
    let server = try WebServer(bench.folder)
    let (socket, dead) = try WebServer.listening()
    close(socket)
    let arguments =
      switch way {
      case .path: [bench.folder]
      case .file: ["file://\(bench.folder)"]
      case .web: [server.url]
      case .mirror: [dead, "--mirror", bench.folder]
      }
    try bench.user.plugctl(
      ["index", "add"] + arguments + ["--name", "main", "--trust", bench.index.fingerprint]
    ).succeeded()
    try bench.user.plugctl("install", "beta").succeeded()
    #expect(try bench.user.list() == ["alpha 1.1.0", "beta 1.0.0"])
    #expect(try bench.user.plugctl("search", "gamma").succeeded().output.contains("acme/gamma"))
  }

  @Test("of one plugin has all versions of it and of what it needs, and nothing else")
  func closure() throws {
    let outcome = try bench.mirror("beta", "--json").succeeded()
    let data = try outcome.data()
    #expect(data["plugins"]?.integerValue == 2 && data["archives"]?.integerValue == 4)
    #expect(data["whole"]?.boolValue == false)
    try bench.installs("beta").succeeded()
    try bench.installs("alpha@2.0.0").succeeded()
    let absent = try bench.installs("delta")
    #expect(absent.exit == 3 && absent.code == "system.not-found", "\(absent)")
  }

  @Test("says what its plugins may need and the index has not")
  func unknown() throws {
    let outcome = try bench.mirror("orphan").succeeded()
    #expect(outcome.output.contains("`acme/absent`, which they may need"), "\(outcome)")
  }

  @Test("remembers what it is for; names are added, --all takes everything")
  func remembers() throws {
    try bench.mirror("beta").succeeded()
    try bench.publish("alpha", "2.1.0")
    try bench.publish("delta", "3.0.0")
    try bench.mirror().succeeded()
    try bench.installs("alpha@2.1.0").succeeded()
    #expect(try !bench.installs("delta").succeeds)
    try bench.mirror("delta").succeeded()
    try bench.installs("delta@3.0.0").succeeded()
    try bench.installs("beta").succeeded()
    try bench.mirror("--all").succeeded()
    try bench.installs("bulk").succeeded()
  }

  @Test("fetches only what is new")
  func news() throws {
    try bench.mirror().succeeded()
    let idle = try bench.requests {
      let outcome = try bench.mirror("--json").succeeded()
      #expect(try outcome.data()["newFiles"]?.integerValue == 0)
    }
    #expect(idle == ["/metadata/2.root.json", "/metadata/timestamp.json"])
    try bench.publish("delta", "1.2.0")
    let fetched = try bench.requests { try bench.mirror().succeeded() }
    #expect(fetched.filter { $0.hasPrefix("/a/") }.count == 1, "\(fetched)")
    #expect(fetched.filter { $0.contains("/i/") }.count == 1, "\(fetched)")
    try bench.installs("delta@1.2.0").succeeded()
  }

  @Test("stays what it was while a run fails, and the next run fetches only the rest")
  func failing() throws {
    try bench.mirror().succeeded()
    try bench.publish("alpha", "3.0.0")
    try bench.publish("delta", "3.0.0")
    let seen = Mutex(0)
    bench.origin.answers { path in
      guard path.hasPrefix("/a/") else { return .plain }
      // The first archive comes, every other one breaks off.
      let number = seen.withLock {
        $0 += 1
        return $0
      }
      return number > 1 ? .cut(after: 100) : .plain
    }
    let before = try FileSystem.read("\(bench.folder)/metadata/timestamp.json")
    let outcome = try bench.mirror("-j", "1")
    #expect(outcome.exit == 6, "\(outcome)")
    #expect(try FileSystem.read("\(bench.folder)/metadata/timestamp.json") == before)
    try bench.installs("alpha@2.0.0").succeeded()
    bench.origin.answers { _ in .plain }
    try bench.mirror().succeeded()
    try bench.installs("alpha@3.0.0").succeeded()
    #expect(try TestListing.files(below: bench.folder).allSatisfy { !$0.hasSuffix(".part") })
  }

  @Test("is whole at every moment, though its runs are killed", arguments: 0..<12)
  func killed(step: Int) throws {
    try bench.mirror("delta").succeeded()
    try bench.publish("delta", "4.0.0")
    // Each file takes a while, so that the kill meets another one each time.
    bench.origin.answers { _ in .slow(pieces: 1, pauseMilliseconds: 15) }
    let run = try bench.keeper.start([Programs.plugctl, "mirror", bench.folder])
    usleep(UInt32(step) * 25_000)
    run.send(SIGKILL)
    run.wait()
    try bench.installs("delta").succeeded()
    bench.origin.answers { _ in .plain }
    try bench.mirror().succeeded()
    let list = try bench.installs("delta@4.0.0")
    #expect(list.succeeds, "\(list)")
  }

  @Test("that was never finished is finished by the next run")
  func first() throws {
    bench.origin.answers { $0.hasPrefix("/a/") ? .status(500) : .plain }
    #expect(try !bench.mirror().succeeds)
    #expect(!FileSystem.exists("\(bench.folder)/metadata/timestamp.json"))
    bench.origin.answers { _ in .plain }
    try bench.mirror().succeeded()
    try bench.installs("beta").succeeded()
  }

  @Test("has every root, so that who trusts the first one follows")
  func roots() throws {
    try bench.user.add(bench.index)
    try bench.examples.workshop.author.plugctl("index", "rotate", "online", bench.index.path)
      .succeeded()
    try bench.mirror().succeeded()
    for name in ["1.root.json", "2.root.json", "root.json"] {
      #expect(FileSystem.exists("\(bench.folder)/metadata/\(name)"))
    }
    try bench.installs("beta").succeeded()
  }

  @Test("with --check has an archive that was damaged fetched again")
  func damaged() throws {
    try bench.mirror().succeeded()
    let archive = try #require(
      try FileSystem.names(in: "\(bench.folder)/a").first { $0.hasSuffix(".zst") })
    let path = "\(bench.folder)/a/\(archive)"
    let good = try FileSystem.read(path)
    try FileSystem.replace(path, with: good.map { $0 ^ 1 })
    try bench.mirror().succeeded()
    #expect(try FileSystem.read(path) != good)
    try bench.mirror("--check").succeeded()
    #expect(try FileSystem.read(path) == good)
  }

  @Test("is made in no folder that is something else")
  func otherFolders() throws {
    let cases: [(name: String, make: () throws -> Void, code: String)] = [
      ("an index", { try bench.copyIndex() }, "index.exists"),
      ("a folder with files", { try bench.place.write("mirror/notes", [1]) }, "index.exists"),
      (
        "another index's mirror",
        {
          let stranger = try Workshop()
          let other = try stranger.makeIndex()
          let keeper = try Sandbox()
          try keeper.add(other)
          try keeper.plugctl("mirror", bench.folder).succeeded()
        }, "index.exists"
      ),
      ("a file", { try bench.place.write("mirror", [1]) }, "usage.invalid-value"),
    ]
    for (name, make, code) in cases {
      try FileSystem.removeTree(bench.folder)
      try make()
      let before = try FileListing([bench.folder])
      let outcome = try bench.mirror()
      #expect(outcome.code == code, "\(name): \(outcome)")
      #expect(try FileListing([bench.folder]) == before, "\(name)")
    }
  }

  @Test("that is newer than what is known here is left alone")
  func newer() throws {
    try bench.mirror().succeeded()
    let other = try Sandbox()
    try other.add(bench.index)
    try other.plugctl("mirror", bench.place.file("older")).succeeded()
    try bench.publish("delta", "1.3.0")
    try bench.mirror().succeeded()
    let outcome = try other.plugctl("mirror", bench.folder, "--offline")
    #expect(outcome.exit == 5 && outcome.code == "trust.rollback", "\(outcome)")
    try bench.installs("delta@1.3.0").succeeded()
  }

  @Test("needs to be told the index where there are several, and holds its folder while it works")
  func several() throws {
    let stranger = try Workshop()
    try bench.keeper.add(stranger.makeIndex(), name: "other")
    let outcome = try bench.mirror()
    #expect(outcome.exit == 2 && outcome.hint?.contains("--index") == true, "\(outcome)")
    try bench.mirror("--index", "main").succeeded()
    let lock = try FileLock.ofFolder(bench.folder)
    let second = try bench.mirror("--index", "main")
    #expect(second.exit == 10, "\(second)")
    _ = consume lock
  }
}

extension MirrorBench {
  fileprivate func copyIndex() throws {
    try keeper.run(["cp", "-a", index.path, folder]).succeeded()
  }
}

/// Relative paths of all files below a folder, sorted.
enum TestListing {
  static func files(below folder: String, _ prefix: String = "") throws -> [String] {
    try FileSystem.names(in: folder).flatMap { name -> [String] in
      let path = "\(folder)/\(name)"
      return try FileSystem.status(path).kind == .folder
        ? files(below: path, "\(prefix)\(name)/") : ["\(prefix)\(name)"]
    }.sorted(by: bytesPrecede)
  }
}
