internal import Files
internal import PkgCore
internal import PkgStore

/// Keys that were revoked: listed in the trust memory, and once more in the configuration beside the
/// trusted keys. An entry of either counts, so that with one lost no key comes back. So do keys that a
/// `policy.yaml` revokes.
struct Revocations: Sendable {
  private let memory: String
  private let copies: [String]
  private let places: StorePlaces

  init(_ places: StorePlaces) {
    memory = "\(places.trust)/revoked.json"
    self.places = places
    copies = places.configuration.map { "\($0)/revoked.json" }
  }

  /// Why a key was revoked; nil where it was not.
  ///
  /// - Parameter fingerprint: nil where but its id is known; policies may revoke by either.
  func reason(_ id: String, fingerprint: SHA256Digest? = nil) throws -> String? {
    if let entry = try all().first(where: { Self.isSame($0, id) }) {
      return entry["reason"]?.stringValue ?? ""
    }
    guard let number = Self.number(id) else { return nil }
    let policy = try PolicyFiles.files(places).first { file in
      file.policy.revokedKeys.contains { $0.names(id: number, fingerprint: fingerprint) }
    }
    return policy.map { "by `\($0.origin)`" }
  }

  /// Adds a key to both lists; what stands in one of them is then in the other too.
  func add(_ id: String, reason: String, now: Timestamp) throws {
    var entries = try all()
    if !entries.contains(where: { Self.isSame($0, id) }) {
      entries.append([
        "id": .string(id), "reason": .string(reason), "revoked": .string(now.rfc3339),
      ])
    }
    let json: JSON = ["schema": 1, "keys": .array(entries)]
    for path in [copies[0], memory] {
      try FileSystem.makeFolders(FileSystem.folder(of: path))
      try FileSystem.replace(path, with: json.prettyBytes)
    }
  }

  /// A key id as the number that it is: minisign writes it without leading zeros. nil for what is none.
  static func number(_ id: String) -> UInt64? {
    id.utf8.count <= 16 && id.allSatisfy(\.isHexDigit) ? UInt64(id, radix: 16) : nil
  }

  private static func isSame(_ entry: JSON, _ id: String) -> Bool {
    entry["id"]?.stringValue.flatMap(number).map { $0 == number(id) } ?? false
  }

  private func all() throws -> [JSON] {
    var entries: [JSON] = []
    for path in [memory] + copies {
      for entry in try Self.read(path) where !entries.contains(entry) { entries.append(entry) }
    }
    return entries
  }

  /// A list that can't be read is an error: nobody knows which keys it would refuse.
  private static func read(_ path: String) throws -> [JSON] {
    guard let bytes = try FileSystem.readIfPresent(path) else { return [] }
    guard let json = try? JSONParser.parse(bytes), let entries = json["keys"]?.arrayValue,
      entries.allSatisfy({ $0["id"]?.stringValue.flatMap(number) != nil })
    else {
      throw Diagnostic(
        .trustMalformed, "`\(path)` is not a list of revoked keys",
        hint: "restore it from a backup, or remove it and revoke its keys again")
    }
    return entries
  }
}
