internal import Files
public import PkgCore
internal import PkgStore

/// A host profile with where it came from.
public struct FoundProfile: Sendable {
  /// The profile.
  public let profile: HostProfile
  /// The file, or `built in`.
  public let origin: String
}

/// Profiles by precedence: the user's, the system's, those compiled in.
public struct ProfileCatalog: Sendable {
  private let folders: [String]

  /// The profiles that a session sees.
  public init(_ session: Session) { folders = session.places.configuration.map { "\($0)/hosts.d" } }

  /// The profile of an id.
  ///
  /// - Throws: ``Diagnostic`` with `host.unknown` or `profile.invalid`.
  public func profile(_ id: String) throws -> HostProfile { try found(id).profile }

  /// The profile of an id with its origin.
  public func found(_ id: String) throws -> FoundProfile {
    guard NamePart(id) != nil else { throw unknown(id) }
    for folder in folders {
      let path = "\(folder)/\(id).yaml"
      guard let bytes = try FileSystem.readIfPresent(path, limit: 1 << 20) else { continue }
      return FoundProfile(profile: try read(bytes, file: path, id: id), origin: path)
    }
    guard let text = BuiltInProfiles.texts.first(where: { $0.id == id })?.text else {
      throw unknown(id)
    }
    return FoundProfile(
      profile: try read(Array(text.utf8), file: "\(id).yaml", id: id), origin: "built in")
  }

  /// Every profile by id; one that can't be read is a warning to `onFault`.
  public func all(onFault: (Diagnostic) -> Void) throws -> [FoundProfile] {
    var ids = Set(BuiltInProfiles.texts.map(\.id))
    for folder in folders {
      for name in try FileSystem.namesIfPresent(in: folder) where name.hasSuffix(".yaml") {
        ids.insert(String(name.dropLast(".yaml".count)))
      }
    }
    return ids.sorted().compactMap { id in
      do { return try found(id) } catch let error as any Diagnosable {
        onFault(error.diagnostic)
        return nil
      } catch { return nil }
    }
  }

  private func read(_ bytes: [UInt8], file: String, id: String) throws -> HostProfile {
    let node = try AuthoredFile.node(bytes, file: file, .profileInvalid, "host profile")
    let findings = Findings()
    guard let profile = HostProfile.read(try Self.extended(node, file: file), findings: findings)
    else {
      throw findings.diagnostic(.profileInvalid, file: file, what: "host profile")
    }
    guard profile.id == id else {
      throw Diagnostic(
        .profileInvalid, "`\(file)` describes the host `\(profile.id)`",
        hint: "name the file `\(profile.id).yaml`")
    }
    return profile
  }

  /// A profile with `extends: ID` takes every field that it does not have from that built-in one.
  static func extended(_ node: Node, file: String) throws -> Node {
    guard let base = node["extends"]?.text, case .map(let own) = node.value else { return node }
    guard let text = BuiltInProfiles.texts.first(where: { $0.id == base })?.text else {
      throw Diagnostic(.profileInvalid, "`\(file)` extends `\(base)`, which is not built in")
    }
    guard
      case .map(let inherited) = try AuthoredFile.node(
        Array(text.utf8), file: base, .profileInvalid, "host profile"
      ).value
    else {
      return node
    }
    let missing = inherited.filter { entry in !own.contains { $0.key == entry.key } }
    return Node(.map(own + missing), mark: node.mark)
  }

  private func unknown(_ id: String) -> Diagnostic {
    let near = nearest(to: id, among: BuiltInProfiles.texts.map(\.id))
    return Diagnostic(
      .hostUnknown, "there is no host profile `\(printable(id))`",
      hint: near.map { "did you mean `\($0)`?" } ?? "`plugctl host list` names all")
  }
}
