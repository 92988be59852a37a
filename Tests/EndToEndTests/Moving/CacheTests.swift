import Files
import Glibc
import PkgCore
import TestSupport
import Testing

@Suite("the cache", .takes(lessThan: .seconds(120)))
struct CacheTests {
  let examples: Examples
  let user: Sandbox

  init() throws {
    examples = try Examples.shared.get()
    user = try Sandbox()
    try user.add(examples.index)
    try user.plugctl("install", "beta").succeeded()
  }

  private func files(_ kind: String) throws -> [JSON] {
    try (user.plugctl("cache", "list", "--json").data()["files"]?.arrayValue ?? []).filter {
      $0["kind"]?.stringValue == kind
    }
  }

  private func blob(_ name: String) throws -> String {
    let file = try files("archive").first { $0["id"]?.stringValue == name }
    return try #require(file?["path"]?.stringValue)
  }

  /// A file was last used so many days ago.
  private func age(_ path: String, days: Int) throws {
    try user.run(["touch", "-d", "-\(days) days", path]).succeeded()
  }

  @Test("is listed with what each archive is of, its size and its index")
  func list() throws {
    let archives = try files("archive")
    #expect(archives.compactMap { $0["id"]?.stringValue } == ["acme/alpha", "acme/beta"])
    #expect(archives.compactMap { $0["version"]?.stringValue } == ["1.1.0", "1.0.0"])
    #expect(archives.allSatisfy { $0["index"]?.stringValue == "main" })
    for archive in archives {
      let path = try #require(archive["path"]?.stringValue)
      #expect(try FileSystem.status(path).size == archive["size"]?.integerValue)
    }
    #expect(
      try files("record").compactMap { $0["id"]?.stringValue } == ["acme/alpha", "acme/beta"])
    let sizes = try user.plugctl("cache", "list", "--json").data()
    let total = (sizes["files"]?.arrayValue ?? []).compactMap { $0["size"]?.integerValue }
    #expect(sizes["size"]?.integerValue == total.reduce(0, +))
    #expect(try user.plugctl("cache", "list").lines.count == total.count)
  }

  @Test("names archives of what is installed also where no record is here any more")
  func withoutRecords() throws {
    try FileSystem.removeTree("\(user.cache)/index")
    #expect(
      try files("archive").compactMap { $0["id"]?.stringValue } == ["acme/alpha", "acme/beta"])
  }

  @Test("loses by `clean` what was not used for a month, and keeps what was")
  func cleanByAge() throws {
    let (old, young) = (try blob("acme/alpha"), try blob("acme/beta"))
    try age(old, days: 31)
    try age(young, days: 29)
    let shown = try user.plugctl("cache", "clean", "--dry-run").succeeded()
    #expect(shown.output.hasPrefix("would remove 1 file") && FileSystem.exists(old))
    try user.plugctl("cache", "clean").succeeded()
    #expect(!FileSystem.exists(old) && FileSystem.exists(young))
    #expect(try files("record").count == 2)
    try user.plugctl("cache", "clean", "--unused", "28d").succeeded()
    #expect(!FileSystem.exists(young))
    #expect(try user.plugctl("cache", "clean").output == "nothing to do\n")
  }

  @Test("counts an install as a use")
  func used() throws {
    let path = try blob("acme/alpha")
    try age(path, days: 100)
    try user.plugctl("remove", "beta", "alpha").succeeded()
    try FileSystem.removeTree("\(user.data)/trees")
    try user.plugctl("install", "acme/alpha@1.1.0", "--offline").succeeded()
    try user.plugctl("cache", "clean").succeeded()
    #expect(FileSystem.exists(path))
  }

  @Test("loses everything by `clean --all`, and nothing that is installed")
  func cleanAll() throws {
    try user.plugctl("search").succeeded()
    let before = try user.installed()
    try user.plugctl("cache", "clean", "--all").succeeded()
    #expect(try user.plugctl("cache", "list").output == "")
    #expect(try user.installed() == before)
    #expect(try user.list() == ["alpha 1.1.0", "beta 1.0.0"])
    try user.plugctl("install", "delta").succeeded()
  }

  @Test("loses what is of no index any more, and what is half written for hours")
  func leftovers() throws {
    let places = ["blobs/sha256/ab/x.1.part", "blobs/sha256/ab/y.2.part", "index/gone/i/a/b.json"]
    for place in places { try user.folder.write("home/.cache/plugctl/\(place)", [1]) }
    try age("\(user.cache)/\(places[0])", days: 1)
    try user.plugctl("cache", "clean").succeeded()
    #expect(places.map { FileSystem.exists("\(user.cache)/\($0)") } == [false, true, false])
  }

  @Test("loses by `verify` what is damaged, and is filled again")
  func verify() throws {
    let path = try blob("acme/alpha")
    let record = "\(user.cache)/index/main/i/acme/beta.json"
    let good = try FileSystem.read(path)
    #expect(
      try user.plugctl("cache", "verify").succeeded().output.contains("all as they should be"))
    try FileSystem.replace(path, with: good.map { $0 ^ 1 })
    try FileSystem.replace(record, with: Array("{}".utf8))
    let outcome = try user.plugctl("cache", "verify", "--exit-code")
    #expect(outcome.exit == 20 && outcome.output.contains("of acme/alpha 1.1.0"), "\(outcome)")
    #expect(!FileSystem.exists(path) && !FileSystem.exists(record))
    #expect(try user.plugctl("cache", "verify", "--exit-code").exit == 0)
    try user.plugctl("remove", "beta", "alpha").succeeded()
    try FileSystem.removeTree("\(user.data)/trees")
    try user.plugctl("install", "beta").succeeded()
    #expect(try FileSystem.read(path) == good)
  }

  @Test("is cleaned while others install, and nobody fails")
  func concurrent() throws {
    let server = try WebServer(examples.index.path)
    let other = try Sandbox(["PLUGCTL_CACHE_DIR": user.cache])
    try other.add(examples.index, at: server.url)
    server.answers { $0.hasPrefix("/a/") ? .slow(pieces: 4, pauseMilliseconds: 60) : .plain }
    let install = try other.start([Programs.plugctl, "install", "gamma", "delta", "bulk"])
    for _ in 0..<20 {
      try user.plugctl("cache", "clean", "--all").succeeded()
      try user.plugctl("cache", "verify").succeeded()
    }
    #expect(install.wait() == 0, "\(install.errors)")
    #expect(try other.list().count == 4)
  }

  @Test("takes one word on what to remove")
  func usage() throws {
    let both = try user.plugctl("cache", "clean", "--all", "--unused", "1d")
    #expect(both.exit == 2 && both.code == "usage.conflict", "\(both)")
    let span = try user.plugctl("cache", "clean", "--unused", "soon")
    #expect(span.exit == 2 && span.code == "usage.invalid-value", "\(span)")
  }
}
