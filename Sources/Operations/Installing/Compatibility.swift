internal import Files
internal import Loader
public import PkgCore
internal import Synchronization

/// What this machine and its host are, as far as releases depend on it.
public struct Compatibility: Sendable {
  /// Of this machine.
  public let platform: Platform
  /// The C library's version.
  public let glibc: SymbolVersion?
  /// nil where only the platform counts.
  private let host: LazyHostVersion?

  /// Another machine, of which nothing is known but its platform.
  init(platform: Platform) {
    self.platform = platform
    glibc = nil
    host = nil
  }

  /// This machine with a host, which is asked for its version only where a release depends on it.
  public init(_ profile: HostProfile) {
    platform = .current
    glibc = SymbolVersion(Machine.glibcVersion)
    host = LazyHostVersion(profile)
  }

  /// Why a release can't be installed here; nil where it can.
  public func refusal(of release: Release, _ name: PluginName) -> Diagnostic? {
    let what = "`\(name)` \(release.version) can't load here"
    guard let build = release.build(for: platform) else {
      let others = release.builds.map(\.platform.text).joined(separator: ", ")
      return Diagnostic(
        .incompatiblePlatform, what,
        notes: ["it was built for \(others), this machine is \(platform)"])
    }
    if let needed = build.floors?.glibc.flatMap({ SymbolVersion($0) }), let glibc, glibc < needed {
      return Diagnostic(
        .incompatibleGlibc, what, notes: ["needs GLIBC_\(needed), this system has \(glibc)"])
    }
    return host.flatMap { refusal(of: release, build, what, host: $0) }
  }

  /// Why this machine with its host can't take a build of its platform.
  private func refusal(
    of release: Release, _ build: Release.Build, _ what: String, host: LazyHostVersion
  ) -> Diagnostic? {
    if let lacking = Self.lackingCxx(build.floors) {
      return Diagnostic(.incompatibleLibstdcxx, what, notes: [lacking])
    }
    if let needed = build.floors?.isa, let here = thisProcessorLevel(), here < needed {
      return Diagnostic(
        .incompatibleProcessor, what,
        notes: ["needs instructions of \(needed), this processor has \(here)"],
        hint: "ask the publisher for a build for \(here)")
    }
    if let needed = release.constraints.abi, let number = host.profile.abiNumber, needed != number {
      return Diagnostic(
        .incompatibleAbi, what,
        notes: ["needs \(host.profile.id) ABI \(needed), this host has \(number)"])
    }
    if let range = release.constraints.host, let version = host.version, !range.contains(version) {
      return Diagnostic(
        .incompatibleHost, what,
        notes: ["needs \(host.profile.id) \(range), this is \(version)"])
    }
    return nil
  }

  /// The same reason as the solver takes it.
  public func exclusion(of release: Release, _ name: PluginName) -> Exclusion? {
    guard let refusal = refusal(of: release, name) else { return nil }
    let note = refusal.notes.first ?? "does not fit"
    let words = note.parts(at: ",", cuts: 1).map(String.init)
    let here = words.count > 1 ? String(words[1].drop { $0 == " " }) : nil
    switch refusal.code {
    case .incompatiblePlatform:
      let built = release.builds.map(\.platform.text).joined(separator: ", ")
      return Exclusion(
        .platform, "was built for \(built)", here: "this machine is \(platform)")
    case .incompatibleGlibc: return Exclusion(.glibc, words[0], here: here)
    case .incompatibleLibstdcxx: return Exclusion(.libstdcxx, words[0], here: here)
    case .incompatibleProcessor: return Exclusion(.instructionSet, words[0], here: here)
    case .incompatibleAbi: return Exclusion(.abi, words[0], here: here)
    default: return Exclusion(.host, words[0], here: here)
    }
  }

  /// What the C++ library of this system lacks; its versions are read only for a plugin that needs it.
  private static func lackingCxx(_ floors: Release.Floors?) -> String? {
    for (family, text) in [
      (SymbolVersionFamily.glibcxx, floors?.glibcxx), (.cxxabi, floors?.cxxabi),
    ] {
      guard let needed = text.flatMap({ SymbolVersion($0) }) else { continue }
      let highest = thisSystem().versions[family]
      if highest.map({ $0 < needed }) ?? true {
        let has = highest.map { "has \($0)" } ?? "has no C++ library"
        return "needs \(family.rawValue)_\(needed), this system \(has)"
      }
    }
    return nil
  }
}

/// A host's version, asked for once and only when somebody wants to know.
private final class LazyHostVersion: Sendable {
  let profile: HostProfile
  private let found = Mutex<Version??>(nil)

  init(_ profile: HostProfile) { self.profile = profile }

  /// nil where the host is not installed or does not tell.
  var version: Version? {
    found.withLock { found in
      if let found { return found }
      let version = HostBinary.find(profile)?.version
      found = .some(version)
      return version
    }
  }
}
