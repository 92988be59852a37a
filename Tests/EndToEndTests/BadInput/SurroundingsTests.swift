import Files
import Glibc
import Testing

@Suite("a network that fails")
struct FailingNetworkTests {
  let examples: Examples
  let server: WebServer
  let user: Sandbox

  init() throws {
    examples = try Examples.shared.get()
    server = try WebServer(examples.index.path)
    user = try Sandbox()
    try user.add(examples.index, at: server.url)
    try user.plugctl("install", "delta@1.0.0").succeeded()
  }

  @Test("in the middle of a download ends with 6, and nothing changes")
  func cut() throws {
    let before = try user.installed()
    server.answers { $0.hasPrefix("/a/") ? .cut(after: 5000) : .plain }
    let outcome = try user.plugctl("install", "bulk")
    #expect(outcome.exit == 6 && outcome.code?.hasPrefix("network.") == true, "\(outcome)")
    #expect(try user.installed().difference(from: before) == [])
    server.answers { _ in .plain }
    try user.plugctl("install", "bulk").succeeded()
  }

  @Test("with an error of the server's ends with 6", arguments: [500, 503, 404, 403])
  func status(code: Int) throws {
    server.answers { $0.hasPrefix("/a/") ? .status(code) : .plain }
    let outcome = try user.plugctl("install", "alpha")
    #expect(outcome.exit == 6 && outcome.code == "network.status", "\(outcome)")
    #expect(outcome.errors.contains("\(code)"), "\(outcome)")
  }

  @Test("by being absent ends with 6, and what is installed still answers")
  func gone() throws {
    let (descriptor, url) = try WebServer.listening()
    close(descriptor)
    let outcome = try user.plugctl(
      "index", "add", url, "--name", "gone", "--trust", examples.index.fingerprint)
    #expect(outcome.exit == 6 && outcome.code == "network.unreachable", "\(outcome)")
    #expect(try user.list() == ["delta 1.0.0"])
  }

  @Test("is not asked with --offline: from the cache it works, without it ends with 6")
  func offline() throws {
    let asked = server.requests.count
    let absent = try user.plugctl("install", "bulk", "--offline")
    #expect(absent.exit == 6 && absent.code == "network.offline", "\(absent)")
    try user.plugctl("remove", "delta").succeeded()
    try user.plugctl("install", "delta@1.0.0", "--offline").succeeded()
    #expect(server.requests.count == asked)
  }

  @Test("without the cache nothing that is installed is lost")
  func cacheGone() throws {
    try FileSystem.removeTree(user.cache)
    #expect(try user.sqlite("SELECT delta_version();").output == "1.0.0\n")
    try user.plugctl("upgrade").succeeded()
    #expect(try user.list() == ["delta 1.1.0"])
  }

  @Test("a cache that was altered is not believed")
  func poisonedCache() throws {
    try user.plugctl("remove", "delta").succeeded()
    try FileSystem.removeTree("\(user.data)/trees")
    for (path, bytes) in try FileListing([user.cache]).entries
    where FileSystem.target(path)?.kind == .file && !bytes.isEmpty {
      try FileSystem.replace(path, with: Array("poison".utf8))
    }
    try user.plugctl("install", "delta@1.0.0").succeeded()
    #expect(try user.sqlite("SELECT delta_version();").output == "1.0.0\n")
  }

  @Test(
    "Ctrl-C in the middle of a download ends with 130 and leaves nothing",
    arguments: [SIGINT, SIGTERM])
  func interrupted(signal: Int32) throws {
    let before = try user.installed()
    server.answers { $0.hasPrefix("/a/") ? .stalled(after: 5000) : .plain }
    let known = Set(server.requests)
    let running = try user.start([Programs.plugctl, "install", "bulk"])
    #expect(eventually { server.requests.contains { $0.hasPrefix("/a/") && !known.contains($0) } })
    running.send(signal)
    #expect(running.wait() == 128 + signal)
    #expect(running.errors.contains("error[system.interrupted]"), "\(running.errors)")
    #expect(try user.installed().difference(from: before) == [])
    #expect(try FileSystem.names(in: "\(user.data)/tmp") == [])
  }

  @Test("another process waits with --wait, and ends with 10 without it")
  func locked() throws {
    server.answers { $0.hasPrefix("/a/") ? .stalled(after: 5000) : .plain }
    let known = Set(server.requests)
    let first = try user.start([Programs.plugctl, "install", "bulk"])
    #expect(eventually { server.requests.contains { $0.hasPrefix("/a/") && !known.contains($0) } })
    server.answers { _ in .plain }
    let refused = try user.plugctl("remove", "delta")
    #expect(refused.exit == 10 && refused.code == "system.locked", "\(refused)")
    #expect(refused.hint?.contains("--wait") == true)
    // Readers take no lock.
    #expect(try user.list() == ["delta 1.0.0"])
    let second = try user.start([
      Programs.plugctl, "install", "taken", "--wait", "30", "--progress", "json",
    ])
    #expect(eventually { second.errors.contains("\"waiting\"") }, "\(second.errors)")
    first.send(SIGKILL)
    first.wait()
    #expect(second.wait() == 0, "\(second.errors)")
    #expect(try user.list() == ["delta 1.0.0", "taken 1.0.0"])
    #expect(try FileSystem.names(in: "\(user.data)/tmp") == [])
  }
}

@Suite("a disk that fails", .enabled(if: SmallDisk.isPossible, "mounting needs root"))
struct FailingDiskTests {
  let examples: Examples
  let user: Sandbox

  init() throws {
    examples = try Examples.shared.get()
    user = try Sandbox()
    try user.add(examples.index)
  }

  @Test("is full before the download begins: 1, nothing changes, and space mends it")
  func full() throws {
    let disk = try SmallDisk(user.data, kilobytes: 2048)
    try user.plugctl("install", "delta").succeeded()
    let before = try user.installed()
    let outcome = try user.plugctl("install", "bulk")
    #expect(outcome.exit == 1 && outcome.code == "system.no-space", "\(outcome)")
    #expect(try user.installed().difference(from: before) == [])
    withExtendedLifetime(disk) {}
  }

  @Test("fills up while unpacking: 1, nothing changes")
  func fillsUp() throws {
    let (index, owner) = try examples.index.copy()
    // Packs to nothing, so the check of space passes.
    let zeros = [UInt8](repeating: 0x61, count: 4 << 20)
    try index.publish(
      examples.workshop.packExtension("hollow", "1.0.0", files: [("data.bin", zeros)])
    ).succeeded()
    let user = try Sandbox()
    try user.add(index)
    let disk = try SmallDisk(user.data, kilobytes: 1024)
    try user.plugctl("install", "delta").succeeded()
    let before = try user.installed()
    let outcome = try user.plugctl("install", "hollow")
    #expect(outcome.exit == 1 && outcome.code == "system.no-space", "\(outcome)")
    #expect(try user.installed().difference(from: before) == [])
    #expect(try user.sqlite("SELECT delta_version();").output == "1.1.0\n")
    try user.plugctl("remove", "delta").succeeded()
    withExtendedLifetime((disk, owner)) {}
  }

  @Test("fills up in the cache while downloading: 1, nothing changes")
  func fullCache() throws {
    let disk = try SmallDisk(user.cache, kilobytes: 1024)
    let outcome = try user.plugctl("install", "bulk")
    #expect(outcome.exit == 1 && outcome.code == "system.no-space", "\(outcome)")
    #expect(try user.list() == [])
    withExtendedLifetime(disk) {}
  }

  @Test("is read-only: 11 for what changes, and what looks still answers")
  func readOnly() throws {
    let disk = try SmallDisk(user.data, kilobytes: 8192)
    try user.plugctl("install", "delta@1.0.0").succeeded()
    let before = try user.installed()
    try #require(disk.makeReadOnly())
    for command in [["install", "alpha"], ["upgrade"], ["remove", "delta"]] {
      let outcome = try user.plugctl(command)
      #expect(outcome.exit == 11 && outcome.code == "system.read-only", "\(outcome)")
    }
    #expect(try user.list() == ["delta 1.0.0"])
    #expect(try user.plugctl("install", "alpha", "--dry-run").exit == 0)
    #expect(try user.installed().difference(from: before) == [])
  }
}
