internal import PkgCore
internal import PkgStore

/// Which profiles of projects may run their commands: `profiles.json` of the trust memory, by content, so
/// that a changed file must be approved anew.
///
/// ```
/// { "schema": 1, "approved": [ { "id": "acme", "sha256": "…", "time": "2026-11-21T12:00:00Z" } ] }
/// ```
struct ProfileApprovals: Sendable {
  private let file: MemoryFile

  init(_ places: StorePlaces) { file = MemoryFile(path: "\(places.trust)/profiles.json") }

  /// Whether somebody approved of a file of this digest.
  func has(_ digest: SHA256Digest) throws -> Bool {
    try list().contains { $0["sha256"]?.stringValue == digest.hex }
  }

  /// Remembers an approval.
  func add(_ id: String, _ digest: SHA256Digest, at time: Timestamp) throws {
    guard try !has(digest) else { return }
    try file.update {
      let new: JSON = [
        "id": .string(id), "sha256": .string(digest.hex), "time": .string(time.description),
      ]
      return ["schema": 1, "approved": .array(try list() + [new])]
    }
  }

  private func list() throws -> [JSON] {
    let known = try file.read(malformed: malformed)
    guard let known else { return [] }
    guard let list = known["approved"]?.arrayValue else { throw malformed() }
    return list
  }

  private func malformed() -> Diagnostic {
    Diagnostic(
      .trustMalformed, "`\(file.path)` can't be read",
      hint: "move it away and approve of your projects' profiles anew: `plugctl host approve NAME`")
  }
}
