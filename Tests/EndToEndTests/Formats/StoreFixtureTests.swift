import Files
import PkgCore
import TestSupport
import Testing

/// Stores as earlier versions left them, written by `scripts/store-fixture`, with the index that they came from.
/// The clock is that of their making, at which the index has not expired.
@Suite(
  "a store that another version wrote",
  .enabled(if: FakeClock.library != nil, "libfaketime is missing"))
struct StoreFixtureTests {
  @Test(
    "is listed, loaded, found whole, upgraded and rolled back by this one",
    arguments: try StoreFixture.all())
  func used(fixture: StoreFixture) throws {
    let user = try fixture.unpack()
    #expect(try user.list() == fixture.plugins)
    try expectLoaded(fixture, user)
    try user.plugctl("verify").succeeded()
    let history = try user.plugctl("history", "--json").succeeded().data().arrayValue ?? []
    #expect(history.compactMap { $0["generation"]?.integerValue } == fixture.generations.reversed())
    let recovered = try user.plugctl("recover").succeeded()
    #expect(try user.list() == fixture.plugins, "\(recovered)")

    try user.plugctl("upgrade").succeeded()
    #expect(try user.list().contains("delta 1.1.0"))
    try user.plugctl("rollback").succeeded()
    #expect(try user.list() == fixture.plugins)
    for number in fixture.generations {
      try user.plugctl("rollback", "\(number)").succeeded()
    }
    try user.plugctl("gc").succeeded()
    try user.plugctl("remove", "beta").succeeded()
    try user.plugctl("verify").succeeded()
  }

  /// The host itself, before any command: each plugin answers with its version.
  private func expectLoaded(_ fixture: StoreFixture, _ user: Sandbox) throws {
    for plugin in fixture.plugins {
      let parts = plugin.split(separator: " ")
      let query = "SELECT \(parts[0])_version();"
      let outcome =
        fixture.view == "include"
        ? try user.sqlite(query)
        : try user.run([
          "sqlite3", "-batch", "-bail", ":memory:", ".load \(user.home)/extensions/\(parts[0]).so",
          query,
        ])
      #expect(outcome.output == "\(parts[1])\n", "\(outcome)")
    }
  }
}

/// One store of one version, and what must be found in it.
struct StoreFixture: Sendable, CustomTestStringConvertible {
  let version: String
  let view: String
  let plugins: [String]
  let generations: [Int64]
  /// Where it was written; its files name it.
  private let folder: String
  private let written: String

  var testDescription: String { "\(version) with \(view)" }

  private static let place = "\(Programs.repository)/Tests/Fixtures/stores"

  /// Those that were made for this kind of machine.
  static func all() throws -> [StoreFixture] {
    try FileSystem.names(in: place).filter { $0.hasSuffix(".json") }.flatMap { name in
      let facts = try JSONParser.parse(FileSystem.read("\(place)/\(name)"))
      guard facts["platform"]?.stringValue == Platform.current.text else { return [StoreFixture]() }
      return (facts["homes"]?.objectValue?.members ?? []).compactMap { home in
        StoreFixture(facts, view: home.name, home.value)
      }
    }
  }

  private init?(_ facts: JSON, view: String, _ home: JSON) {
    guard let version = facts["version"]?.stringValue, let folder = facts["folder"]?.stringValue,
      let written = facts["written"]?.stringValue
    else { return nil }
    self.version = version
    self.view = view
    self.folder = folder
    self.written = written
    plugins = (home["plugins"]?.arrayValue ?? []).compactMap(\.stringValue)
    generations = (home["generations"]?.arrayValue ?? []).compactMap(\.integerValue)
  }

  /// A user with this store, at the time of its making.
  func unpack() throws -> Sandbox {
    var clock = FakeClock.moved("@\(written)")
    clock["TZ"] = "UTC"
    let user = try Sandbox(clock)
    let archive = "\(Self.place)/\(version).tar.zst"
    let plain = ["LD_PRELOAD": ""]
    try user.run(["tar", "-C", user.work, "-xf", archive, "index", view], with: plain).succeeded()
    try FileSystem.removeTree(user.home)
    try FileSystem.rename("\(user.work)/\(view)/home", to: user.home)
    try rewrite(user.home, user)
    return user
  }

  /// Puts this user's paths in the place of those that the store was written with.
  private func rewrite(_ path: String, _ user: Sandbox) throws {
    switch try FileSystem.status(path).kind {
    case .folder:
      for name in try FileSystem.names(in: path) { try rewrite("\(path)/\(name)", user) }
    case .link:
      let target = try FileSystem.linkTarget(path)
      guard target.hasPrefix(folder) else { return }
      try FileSystem.remove(path)
      try FileSystem.link(path, to: moved(target, user))
    default:
      let bytes = try FileSystem.read(path)
      let text = String(decoding: bytes, as: UTF8.self)
      // Bytes that are no text change when they are read as such.
      guard text.contains(folder), Array(text.utf8) == bytes else { return }
      try FileSystem.replace(
        path, with: Array(moved(text, user).utf8), mode: FileSystem.status(path).mode)
    }
  }

  private func moved(_ text: String, _ user: Sandbox) -> String {
    text.replacing("\(folder)/\(view)/home", with: user.home)
      .replacing("\(folder)/index", with: "\(user.work)/index")
  }
}
