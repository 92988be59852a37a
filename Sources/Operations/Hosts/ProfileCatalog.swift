internal import Files
public import PkgCore
internal import PkgStore
internal import Signing

/// A host profile with where it came from.
public struct FoundProfile: Sendable {
  /// The profile; without its commands where nobody approved of them.
  public let profile: HostProfile
  /// The file, or `built in`.
  public let origin: String
  /// Commands that are not run, since they came with a project and nobody approved of them.
  public let unapproved: [(purpose: String, arguments: [String])]
  /// The digest of the file, by which it is approved; nil for what is built in.
  let digest: SHA256Digest?

  /// What is to be said where commands are left out; nil where none is.
  public var warning: Diagnostic? {
    guard !unapproved.isEmpty else { return nil }
    return Diagnostic(
      .profileUnapproved, "the commands of this project's profile `\(profile.id)` are not run",
      notes: ["file: `\(origin)`"],
      hint: "look at it, then run `plugctl host approve \(profile.id)`")
  }
}

/// Profiles by precedence: the user's, the system's, the project's, those compiled in.
public struct ProfileCatalog: Sendable {
  /// A folder of profiles.
  private struct Source {
    let folder: String
    /// Whether its owner is whoever runs this, or the machine's.
    let isOwn: Bool
  }

  private let sources: [Source]
  private let approvals: ProfileApprovals

  /// The profiles that a session sees.
  public init(_ session: Session) {
    let own = session.places.configuration.map { Source(folder: "\($0)/hosts.d", isOwn: true) }
    let project = session.projectFolder.map {
      Source(folder: "\($0)/.plugctl/hosts.d", isOwn: false)
    }
    sources = own + (project.map { [$0] } ?? [])
    approvals = ProfileApprovals(session.places)
  }

  /// The profile of an id.
  ///
  /// - Throws: ``Diagnostic`` with `host.unknown` or `profile.invalid`.
  public func profile(_ id: String) throws -> HostProfile { try found(id).profile }

  /// The profile of an id with its origin.
  public func found(_ id: String) throws -> FoundProfile {
    guard NamePart(id) != nil else { throw unknown(id) }
    for source in sources {
      let path = "\(source.folder)/\(id).yaml"
      guard let bytes = try FileSystem.readIfPresent(path, limit: Self.mostBytes) else { continue }
      let profile = try Self.read(bytes, file: path, id: id)
      let digest = sha256(bytes)
      let isTrusted = try source.isOwn || profile.commands.isEmpty || approvals.has(digest)
      return FoundProfile(
        profile: isTrusted ? profile : profile.withoutCommands, origin: path,
        unapproved: isTrusted ? [] : profile.commands, digest: digest)
    }
    guard let text = Self.builtIn(id) else { throw unknown(id) }
    return FoundProfile(
      profile: try Self.read(Array(text.utf8), file: "\(id).yaml", id: id), origin: "built in",
      unapproved: [], digest: nil)
  }

  /// Every profile by id; one that can't be read is a warning to `onFault`.
  public func all(onFault: (Diagnostic) -> Void) throws -> [FoundProfile] {
    var ids = Set(BuiltInProfiles.texts.map(\.id))
    for source in sources {
      for name in try FileSystem.namesIfPresent(in: source.folder) {
        if let id = name.rest(before: ".yaml") { ids.insert(String(id)) }
      }
    }
    return ids.sorted().compactMap { id in
      do { return try found(id) } catch let error as any Diagnosable {
        onFault(error.diagnostic)
        return nil
      } catch { return nil }
    }
  }

  /// No profile is longer.
  static let mostBytes = 1 << 20

  /// Reads a profile that shall have an id.
  static func read(_ bytes: [UInt8], file: String, id: String) throws -> HostProfile {
    let node = try AuthoredFile.node(bytes, file: file, .profileInvalid, "host profile")
    let findings = Findings()
    guard let profile = HostProfile.read(try extended(node, file: file), findings: findings)
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
    guard let text = builtIn(base) else {
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

  private static func builtIn(_ id: String) -> String? {
    BuiltInProfiles.texts.first { $0.id == id }?.text
  }

  private func unknown(_ id: String) -> Diagnostic {
    let near = nearest(to: id, among: BuiltInProfiles.texts.map(\.id))
    return Diagnostic(
      .hostUnknown, "there is no host profile `\(printable(id))`",
      hint: near.map { "did you mean `\($0)`?" } ?? "`plugctl host list` names all")
  }
}
