internal import Files
public import PkgCore

/// What this machine and its host are, as far as releases depend on it.
public struct Compatibility: Sendable {
  /// Of this machine.
  public let platform: Platform
  /// The C library's version.
  public let glibc: SymbolVersion?
  /// The host's version; nil where it is not installed or can't be told.
  public let hostVersion: Version?
  /// The host's title, for messages.
  public let hostTitle: String

  /// This machine with a host.
  public init(_ profile: HostProfile) {
    platform = .current
    glibc = SymbolVersion(Machine.glibcVersion)
    hostVersion = HostBinary.find(profile)?.version
    hostTitle = profile.id
  }

  /// Why a release can't be installed here; nil where it can.
  public func refusal(of release: Release, _ name: PluginName) -> Diagnostic? {
    let what = "`\(name)` \(release.version) can't load here"
    guard let build = release.build(for: platform) else {
      let others = release.builds.map(\.platform.text).joined(separator: ", ")
      return Diagnostic(.incompatiblePlatform, what, notes: ["it was built for \(others), this machine is \(platform)"])
    }
    if let needed = build.floors?.glibc.flatMap({ SymbolVersion($0) }), let glibc, glibc < needed {
      return Diagnostic(.incompatibleGlibc, what, notes: ["needs GLIBC_\(needed), this system has \(glibc)"])
    }
    if let range = release.constraints.host, let hostVersion, !range.contains(hostVersion) {
      return Diagnostic(.incompatibleHost, what, notes: ["needs \(hostTitle) \(range), this is \(hostVersion)"])
    }
    return nil
  }
}
