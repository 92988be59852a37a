import Files
import TestSupport
import Testing

@Suite("an archive that was altered")
struct AlteredArchiveTests {
  let examples: Examples
  let user: Sandbox

  init() throws {
    examples = try Examples.shared.get()
    user = try Sandbox()
  }

  @Test("on its way is refused with 5 at any of its bytes, and nothing changes")
  func altered() throws {
    let server = try WebServer(examples.index.path)
    try user.add(examples.index, at: server.url)
    try user.plugctl("install", "alpha").succeeded()
    let before = try user.installed()
    let size = Int(try FileSystem.status(try #require(examples.archives["delta 1.1.0"])).size)
    var numbers = SeededGenerator(seed: 1)
    let places =
      [0, 1, 4, size - 1, size - 5]
      + (0..<35).map { _ in Int.random(in: 0..<size, using: &numbers) }
    for place in places {
      let bit = UInt8(1) << UInt8.random(in: 0..<8, using: &numbers)
      server.answers { path in
        path.hasPrefix("/a/") && !path.hasSuffix(".minisig")
          ? .altered { bytes in
            var copy = bytes
            copy[place] ^= bit
            return copy
          } : .plain
      }
      let outcome = try user.plugctl("install", "delta")
      #expect(outcome.exit == 5 && outcome.code == "archive.mismatch", "byte \(place): \(outcome)")
    }
    #expect(try user.installed().difference(from: before) == [])
    server.answers { _ in .plain }
    try user.plugctl("install", "delta").succeeded()
  }

  @Test(
    "by being cut or lengthened is refused, and nothing changes", arguments: [-1, -100, 1, 5000])
  func length(change: Int) throws {
    let server = try WebServer(examples.index.path)
    try user.add(examples.index, at: server.url)
    server.answers { path in
      path.hasPrefix("/a/")
        ? .altered {
          change < 0 ? Array($0.dropLast(-change)) : $0 + [UInt8](repeating: 0, count: change)
        } : .plain
    }
    let outcome = try user.plugctl("install", "delta")
    #expect([5, 6].contains(outcome.exit), "\(outcome)")
    #expect(try user.list() == [])
  }

  @Test("as a file with a signature is refused with 5 at any of its bytes")
  func file() throws {
    let archive = try #require(examples.archives["delta 1.1.0"])
    try trustMaker()
    let bytes = try FileSystem.read(archive)
    let path = try user.folder.write("work/delta.tar.zst", bytes)
    try user.folder.write("work/delta.tar.zst.minisig", try FileSystem.read(archive + ".minisig"))
    var numbers = SeededGenerator(seed: 2)
    for place in [0, bytes.count - 1]
      + (0..<20).map({ _ in Int.random(in: 0..<bytes.count, using: &numbers) })
    {
      var copy = bytes
      copy[place] ^= 0x10
      try user.folder.write("work/delta.tar.zst", copy)
      let outcome = try user.plugctl("install", path)
      #expect(outcome.exit == 5 && outcome.code == "signature.invalid", "byte \(place): \(outcome)")
    }
    for count in [0, 10, bytes.count / 2, bytes.count - 1] {
      try user.folder.write("work/delta.tar.zst", Array(bytes.prefix(count)))
      let outcome = try user.plugctl("install", path)
      #expect(outcome.exit == 5, "\(count) bytes: \(outcome)")
    }
    #expect(try user.list() == [])
    try user.folder.write("work/delta.tar.zst", bytes)
    try user.plugctl("install", path).succeeded()
    #expect(try user.list() == ["delta 1.1.0"])
  }

  @Test("as a file of nobody that is known is refused until its key is trusted")
  func untrusted() throws {
    let archive = try #require(examples.archives["delta 1.1.0"])
    let before = try user.installed()
    let outcome = try user.plugctl("install", archive)
    #expect([5, 12, 14].contains(outcome.exit) && outcome.code == "key.untrusted", "\(outcome)")
    #expect(outcome.hint?.contains("key trust") == true, "\(outcome)")
    #expect(try user.installed().difference(from: before) == [])
    try trustMaker()
    try user.plugctl("install", archive).succeeded()
    #expect(try user.plugctl("list").output.contains("\tfile\t"))
  }

  @Test("as a file without signature is refused by policy")
  func unsigned() throws {
    let path = try user.folder.write(
      "work/delta.tar.zst", try FileSystem.read(try #require(examples.archives["delta 1.1.0"])))
    let outcome = try user.plugctl("install", path)
    #expect([5, 12].contains(outcome.exit), "\(outcome)")
    #expect(try user.list() == [])
  }

  @Test("with a signature for another archive is refused with 5")
  func swappedSignature() throws {
    try trustMaker()
    let path = try user.folder.write(
      "work/delta.tar.zst", try FileSystem.read(try #require(examples.archives["delta 1.1.0"])))
    let other = try #require(examples.archives["alpha 1.0.0"])
    try user.folder.write("work/delta.tar.zst.minisig", try FileSystem.read(other + ".minisig"))
    let outcome = try user.plugctl("install", path)
    #expect(outcome.exit == 5, "\(outcome)")
  }

  private func trustMaker() throws {
    let key = try examples.workshop.author.plugctl("key", "export", "maker").succeeded().output
    try user.folder.write("work/maker.pub", key)
    try user.plugctl("key", "trust", "maker.pub").succeeded()
  }
}

@Suite("an index that was tampered with")
struct TamperedIndexTests {
  let examples: Examples
  let user: Sandbox

  init() throws {
    examples = try Examples.shared.get()
    user = try Sandbox()
  }

  @Test(
    "in any of its files is refused with 5",
    arguments: ["timestamp.json", "snapshot.json", "targets.json", "acme."])
  func file(part: String) throws {
    let server = try WebServer(examples.index.path)
    try user.add(examples.index, at: server.url)
    try user.plugctl("install", "alpha").succeeded()
    let before = try user.installed()
    // A second user has nothing cached and asks for every file.
    let fresh = try Sandbox()
    let isAltered: @Sendable (String) -> Bool = { path in
      part == "acme." ? path.contains("/targets/i/acme/") : path.hasSuffix(part)
    }
    server.answers { path in
      guard isAltered(path) else { return .plain }
      return .altered { bytes in
        var copy = bytes
        let place = copy.count * 2 / 3
        copy[place] = copy[place] == 0x31 ? 0x32 : 0x31
        return copy
      }
    }
    let added = try fresh.plugctl("index", "add", server.url, "--trust", examples.index.fingerprint)
    let outcome = added.exit == 0 ? try fresh.plugctl("install", "delta") : added
    #expect(outcome.exit == 5 && outcome.code?.hasPrefix("trust.") == true, "\(outcome)")
    #expect(try user.installed().difference(from: before) == [])
  }

  @Test("by another root than the trusted one is refused with 5")
  func otherRoot() throws {
    let stranger = try examples.workshop.makeIndex()
    let outcome = try user.plugctl(
      "index", "add", stranger.path, "--trust", examples.index.fingerprint)
    #expect(outcome.exit == 5, "\(outcome)")
    #expect(try user.plugctl("index", "list").output == "")
  }

  @Test("without a fingerprint it is not trusted, not even with --yes", arguments: [[], ["--yes"]])
  func unconfirmed(more: [String]) throws {
    let outcome = try user.plugctl(["index", "add", examples.index.path] + more)
    #expect(outcome.exit == 14 && outcome.code == "trust.confirmation", "\(outcome)")
    #expect(outcome.errors.contains(examples.index.fingerprint), "\(outcome)")
  }

  @Test("by older metadata than before is refused with 5, and works again with the newer")
  func rollback() throws {
    let (old, oldOwner) = try examples.index.copy()
    let (index, owner) = try examples.index.copy()
    let server = try WebServer(index.path)
    try user.add(index, at: server.url)
    try index.publish(examples.workshop.packExtension("fresh", "1.0.0")).succeeded()
    try user.plugctl("update").succeeded()
    let stale = try FileSystem.read("\(old.path)/metadata/timestamp.json")
    server.answers { $0.hasSuffix("/timestamp.json") ? .altered { _ in stale } : .plain }
    let outcome = try user.plugctl("update")
    #expect(outcome.exit == 5 && outcome.code == "trust.rollback", "\(outcome)")
    server.answers { _ in .plain }
    try user.plugctl("install", "fresh").succeeded()
    withExtendedLifetime((oldOwner, owner)) {}
  }

  @Test("by a mix of two moments is refused with 5")
  func mixAndMatch() throws {
    let (index, owner) = try examples.index.copy()
    let server = try WebServer(index.path)
    let snapshot = try newest("snapshot.json", in: index)
    let stale = try FileSystem.read("\(index.path)/metadata/\(snapshot)")
    try index.publish(examples.workshop.packExtension("fresh", "1.0.0")).succeeded()
    server.answers { $0.hasSuffix(".snapshot.json") ? .altered { _ in stale } : .plain }
    let outcome = try user.plugctl("index", "add", server.url, "--trust", index.fingerprint)
    #expect(outcome.exit == 5, "\(outcome)")
    withExtendedLifetime(owner) {}
  }

  @Test("with the trust memory gone it is not trusted anew by itself")
  func memoryGone() throws {
    try user.add(examples.index)
    try FileSystem.removeTree("\(user.state)/trust")
    let outcome = try user.plugctl("install", "delta")
    #expect(outcome.exit == 5 && outcome.code == "trust.missing", "\(outcome)")
    #expect(outcome.hint != nil)
  }

  private func newest(_ suffix: String, in index: ExampleIndex) throws -> String {
    let names = try FileSystem.names(in: "\(index.path)/metadata").filter {
      $0.hasSuffix("." + suffix)
    }
    return try #require(
      names.max { (Int($0.prefix { $0 != "." }) ?? 0) < (Int($1.prefix { $0 != "." }) ?? 0) })
  }
}

@Suite("another clock", .enabled(if: FakeClock.library != nil, "libfaketime is not installed"))
struct ClockTests {
  let examples: Examples
  let user: Sandbox

  init() throws {
    examples = try Examples.shared.get()
    user = try Sandbox()
    try user.add(examples.index)
  }

  @Test(
    "past the index's end nothing is installed, with 5, and offline it goes on from what is there")
  func expired() throws {
    try user.plugctl("install", "delta@1.0.0").succeeded()
    let before = try user.installed()
    for command in [["update"], ["install", "alpha"], ["upgrade"]] {
      let outcome = try user.plugctl(command, with: FakeClock.moved("+30d"))
      #expect(outcome.exit == 5 && outcome.code == "trust.expired", "\(outcome)")
    }
    #expect(try user.installed().difference(from: before) == [])
    #expect(try user.plugctl(["list"], with: FakeClock.moved("+30d")).exit == 0)
    try user.plugctl(["remove", "delta"], with: FakeClock.moved("+30d")).succeeded()
    #expect(try user.list() == [])
  }

  // libfaketime moves the times of files too, so what is stored seems to have been fetched just now.
  @Test("past the index's end it goes on up to an age that is asked for, or offline, and says so")
  func waived() throws {
    try user.plugctl("install", "delta@1.0.0").succeeded()
    let later = FakeClock.moved("+9d")
    for options in [["--max-age", "8d"], ["--max-age", "36h"]] {
      let outcome = try user.plugctl(["upgrade"] + options, with: later)
      #expect(outcome.exit == 5 && outcome.code == "trust.expired", "\(outcome)")
    }
    let offline = try user.plugctl(["install", "delta@1.0.0", "gone", "--offline"], with: later)
    #expect(offline.errors.contains("warning[trust.stale]"), "\(offline)")
    let outcome = try user.plugctl(["upgrade", "--max-age", "2w"], with: later).succeeded()
    #expect(outcome.errors.contains("is 9 days old"), "\(outcome)")
    #expect(try user.list() == ["delta 1.1.0"])
    // Authority is never waived.
    let muchLater = try user.plugctl(
      ["upgrade", "--max-age", "500d"], with: FakeClock.moved("+200d"))
    #expect(muchLater.exit == 5 && muchLater.code == "trust.expired", "\(muchLater)")
  }

  @Test("signing the index anew ends that, however lately it was asked")
  func renewed() throws {
    let (index, owner) = try examples.index.copy()
    let user = try Sandbox()
    try user.add(index)
    try index.workshop.author.plugctl(
      ["index", "renew", index.path], with: FakeClock.moved("+30d")
    )
    .succeeded()
    try user.plugctl(["install", "delta"], with: FakeClock.moved("+30d")).succeeded()
    withExtendedLifetime(owner) {}
  }

  @Test("behind the metadata's own time is refused with 5")
  func behind() throws {
    let outcome = try user.plugctl(["update"], with: FakeClock.moved("-400d"))
    #expect(outcome.exit == 5 && outcome.code == "trust.clock", "\(outcome)")
  }

  @Test("an index that was made long ago is refused when it is added")
  func oldIndex() throws {
    let author = examples.workshop.author
    let path = "\(author.work)/old-\(user.folder.path.split(separator: "-").last ?? "")"
    let made = try author.plugctl(["index", "init", path], with: FakeClock.moved("-30d"))
      .succeeded()
    let fingerprint = try #require(
      made.output.split { " \n`".contains($0) }.first { $0.hasPrefix("sha256:") })
    let outcome = try Sandbox().plugctl("index", "add", path, "--trust", String(fingerprint))
    #expect(outcome.exit == 5 && outcome.code == "trust.expired", "\(outcome)")
  }
}
