internal import Files
internal import PkgCore
internal import PkgStore

/// Files that others should not read, or not write.
struct FilePermissions {
  private let session: Session

  init(_ session: Session) { self.session = session }

  func findings() throws -> [HealthFinding] { try secrets() + authorities() }

  /// Secret keys, and what shows servers who we are.
  private func secrets() throws -> [HealthFinding] {
    var paths: [String] = []
    for folder in session.places.configuration {
      let keys = try FileSystem.namesIfPresent(in: "\(folder)/keys").filter {
        $0.ends(with: ".key")
      }
      paths += keys.map { "\(folder)/keys/\($0)" }
    }
    for index in try IndexRegistry(session).all() {
      paths += [index.access.netrc, index.access.tokenFile, index.access.key].compactMap { $0 }
    }
    return paths.compactMap { path in
      guard let status = FileSystem.target(path), status.mode & 0o077 != 0 else { return nil }
      return HealthFinding(
        "permissions", .warning, path, "others can read this secret",
        hint: "run `chmod 600 \(path)`")
    }
  }

  /// What decides whom we trust.
  private func authorities() throws -> [HealthFinding] {
    var paths = [session.places.trust]
    for folder in session.places.configuration {
      paths += [folder, "\(folder)/\(Policy.fileName)", "\(folder)/indexes.d", "\(folder)/keys.d"]
      for part in ["indexes.d", "keys.d"] {
        paths += try FileSystem.namesIfPresent(in: "\(folder)/\(part)").map {
          "\(folder)/\(part)/\($0)"
        }
      }
    }
    return paths.compactMap { path in
      guard let status = FileSystem.target(path), status.mode & 0o022 != 0 else { return nil }
      return HealthFinding(
        "permissions", .error, path, "others can change whom you trust",
        hint: "run `chmod go-w \(path)`")
    }
  }
}
