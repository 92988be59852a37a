import Files
import PkgCore
import TestSupport
import Testing

@Suite("gc")
struct CollectionTests {
  let user: Sandbox

  init() throws {
    user = try Sandbox()
    try user.add(Examples.shared.get().index)
  }

  private func generations() throws -> [Int64] {
    try FileSystem.names(in: "\(user.data)/hosts/sqlite/gens").compactMap { Int64($0) }.sorted()
  }

  private func trees() throws -> Int { try FileSystem.names(in: "\(user.data)/trees").count }

  /// Five generations: delta 1.0.0, delta 1.1.0, nothing, taken, taken and alpha.
  private func history() throws {
    for command in [
      ["install", "delta@1.0.0"], ["upgrade"], ["remove", "delta"], ["install", "taken"],
      ["install", "alpha@1.0.0"],
    ] { try user.plugctl(command).succeeded() }
  }

  @Test("keeps what is not thirty days old, whatever its number")
  func young() throws {
    try history()
    #expect(try user.plugctl("gc").succeeded().output == "nothing to remove\n")
    #expect(try generations() == [1, 2, 3, 4, 5])
    #expect(try trees() == 4)
  }

  @Test("takes what is old and has no keeper; history, rollback and the host go on")
  func old() throws {
    try history()
    let planned = try user.plugctl("gc", "--older-than", "0h", "-n").succeeded()
    #expect(
      planned.output.hasPrefix("would remove 2 generations and 2 unpacked packages, "), "\(planned)"
    )
    #expect(try generations() == [1, 2, 3, 4, 5])
    let document = try user.plugctl("gc", "--older-than", "0h", "--json").document()
    #expect(document["data"]?["generations"]?.arrayValue?.count == 2)
    #expect(document["data"]?["bytes"]?.integerValue ?? 0 > 10_000)
    #expect(try generations() == [3, 4, 5])
    // Both versions of delta went with them.
    #expect(try trees() == 2)
    #expect(try user.sqlite("SELECT alpha_version();").output == "1.0.0\n")
    try user.plugctl("rollback", "4").succeeded()
    #expect(try user.list() == ["taken 1.0.0"])
    let gone = try user.plugctl("rollback", "1")
    #expect(gone.exit == 3 && gone.code == "generation.unknown", "\(gone)")
  }

  @Test("leaves the live generation alone, even if asked to keep but one")
  func one() throws {
    try history()
    try user.plugctl("gc", "--older-than", "0h", "--keep", "1").succeeded()
    #expect(try generations() == [5])
    #expect(try user.sqlite("SELECT taken_version();").output == "1.0.0\n")
    let none = try user.plugctl("gc", "--keep", "0")
    #expect(none.exit == 2, "\(none)")
  }

  @Test("keeps a pinned generation until it is unpinned")
  func pinned() throws {
    try history()
    try user.plugctl("pin", "--generation", "1", "--reason", "before the move").succeeded()
    #expect(try user.plugctl("history", "1").succeeded().output.contains("delta"))
    #expect(
      try user.plugctl("history").succeeded().lines.contains {
        $0.contains("\t1\t") && $0.hasSuffix("\tpinned")
      })
    try user.plugctl("gc", "--older-than", "0h").succeeded()
    #expect(try generations() == [1, 3, 4, 5])
    try user.plugctl("rollback", "1").succeeded()
    #expect(try user.list() == ["delta 1.0.0"])
    try user.plugctl("unpin", "--generation", "1").succeeded()
    try user.plugctl("gc", "--older-than", "0h", "--keep", "1").succeeded()
    #expect(try generations() == [6])
  }

  @Test("a generation that was never pinned can be unpinned, and a dry run looks for it too")
  func neverPinned() throws {
    try user.plugctl("install", "delta").succeeded()
    try user.plugctl("unpin", "--generation", "1").succeeded()
    let planned = try user.plugctl("pin", "--generation", "1", "-n").succeeded()
    #expect(planned.output == "generation 1 would be kept\n", "\(planned)")
    #expect(try !user.plugctl("history").succeeded().output.contains("pinned"))
    #expect(try user.plugctl("pin", "--generation", "9", "-n").exit == 3)
  }

  @Test(
    "a pin names plugins or a generation, one that is there",
    arguments: [
      (["pin"], 2), (["unpin"], 2), (["pin", "--generation", "9"], 3),
      (["pin", "--generation", "x"], 2), (["pin", "alpha", "--generation", "1"], 2),
    ])
  func wrongPins(arguments: [String], exit: Int) throws {
    try user.plugctl("install", "alpha").succeeded()
    let outcome = try user.plugctl(arguments)
    #expect(Int(outcome.exit) == exit, "\(outcome)")
  }

  @Test(
    "takes refused plugins' trees and what lies in tmp, not what an instance of another host has")
  func refused() throws {
    try user.add(StormPlugins.shared.get().index, name: "storm")
    try user.plugctl("install", "geo", "delta").succeeded()
    #expect(try user.plugctl("install", "crash").exit == 9)
    try FileSystem.makeFolders("\(user.data)/tmp/tx-sqlite-1/0")
    #expect(try trees() == 3)
    try user.plugctl("gc").succeeded()
    #expect(try trees() == 2)
    #expect(try FileSystem.names(in: "\(user.data)/tmp") == [])
    #expect(try user.list() == ["delta 1.1.0", "geo 1.0.0"])
    #expect(try user.sqlite("SELECT delta_version();").output == "1.1.0\n")
  }

  @Test("removes nothing where a live generation can't be read")
  func damaged() throws {
    try history()
    try FileSystem.replace("\(user.live())/manifest.json", with: Array("{".utf8))
    let before = try user.installed()
    let outcome = try user.plugctl("gc", "--older-than", "0h")
    #expect(outcome.exit == 5 && outcome.code == "store.damaged", "\(outcome)")
    #expect(try user.installed().difference(from: before) == [])
  }

  @Test("waits for a change, and a change for it")
  func locked() throws {
    try history()
    let holder = try user.start(["flock", "--shared", "\(user.data)/lock", "sleep", "60"])
    #expect(
      try eventually { try !user.run(["flock", "-n", "\(user.data)/lock", "true"]).succeeds })
    let outcome = try user.plugctl("gc")
    #expect(outcome.exit == 10 && outcome.code == "system.locked", "\(outcome)")
    // Changes share the lock.
    try user.plugctl("remove", "alpha").succeeded()
    withExtendedLifetime(holder) {}
  }

  @Test("spares what a process has mapped; `in-use` names it")
  func mapped() throws {
    try user.plugctl("install", "delta@1.0.0").succeeded()
    // A database that stays open: what was loaded stays mapped.
    let host = try user.start([
      "sh", "-c",
      "(cat '\(user.live())/activate/load.sql'; echo 'SELECT 1;'; sleep 60) | exec sqlite3 :memory:",
    ])
    #expect(try eventually { try user.plugctl("in-use").succeeded().lines.count == 1 })
    var line = try #require(user.plugctl("in-use", "delta").succeeded().lines.first)
    #expect(line.hasSuffix("sqlite3\tacme/delta\t1.0.0\tlive\tsqlite"), "\(line)")
    try user.plugctl("upgrade").succeeded()
    try user.plugctl("remove", "delta").succeeded()
    line = try #require(user.plugctl("in-use").succeeded().lines.first)
    #expect(line.hasSuffix("\told\tsqlite"), "\(line)")
    let report = try user.plugctl("gc", "--older-than", "0h", "--keep", "1").succeeded()
    #expect(
      report.output.contains("kept 1 unpacked package that a process still uses"), "\(report)")
    #expect(try trees() == 1)
    try FileSystem.removeTree("\(user.data)/trees")
    line = try #require(user.plugctl("in-use").succeeded().lines.first)
    #expect(line.contains("\tdeleted\t"), "\(line)")
    let unknown = try user.plugctl("in-use", "nobody")
    #expect(unknown.exit == 3, "\(unknown)")
    withExtendedLifetime(host) {}
  }

  @Test("`upgrade --wait-unmapped` waits for who uses the former version, and says who is left")
  func unmapped() throws {
    try user.plugctl("install", "delta@1.0.0").succeeded()
    let host = try user.start([
      "sh", "-c",
      "(cat '\(user.live())/activate/load.sql'; echo 'SELECT 1;'; sleep 60) | exec sqlite3 :memory:",
    ])
    #expect(try eventually { try user.plugctl("in-use").succeeded().lines.count == 1 })
    let outcome = try user.plugctl("upgrade", "--wait-unmapped", "1")
    #expect(outcome.exit == 1 && outcome.code == "host.in-use", "\(outcome)")
    #expect(outcome.errors.contains("sqlite3 (pid "), "\(outcome)")
    #expect(try user.list() == ["delta 1.1.0"])
    #expect(try user.plugctl("upgrade", "--wait-unmapped", "0").code == "host.in-use")
    withExtendedLifetime(host) {}
  }

  @Test("`upgrade --wait-unmapped` ends once the last process has ended")
  func ended() throws {
    try user.plugctl("install", "delta@1.0.0").succeeded()
    let short = try user.start([
      "sh", "-c",
      "(cat '\(user.live())/activate/load.sql'; echo 'SELECT 1;'; sleep 2) | exec sqlite3 :memory:",
    ])
    #expect(try eventually { try user.plugctl("in-use").succeeded().lines.count == 1 })
    try user.plugctl("upgrade", "--wait-unmapped", "30").succeeded()
    #expect(try user.plugctl("in-use").succeeded().lines.isEmpty)
    withExtendedLifetime(short) {}
  }

  @Test("has nothing to do where nothing was ever installed")
  func empty() throws {
    #expect(try user.plugctl("gc").succeeded().output == "nothing to remove\n")
    #expect(!FileSystem.exists("\(user.data)/lock"))
  }
}
