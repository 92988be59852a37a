/// A system on which a project's plugins must work: an element of `targets` in `plugctl.yaml`.
public struct ProjectTarget: Sendable, Equatable, CustomStringConvertible {
  /// What it runs on.
  public var platform: Platform
  /// Its C library's version; nil where that doesn't matter.
  public var glibc: SymbolVersion?
  /// Its C++ library's version, as in `GLIBCXX_3.4.30`; nil where that doesn't matter.
  public var glibcxx: SymbolVersion?
  /// The instructions of its processors; nil where that doesn't matter.
  public var isa: InstructionLevel?
  /// Its host's version; nil where that doesn't matter.
  public var host: Version?

  /// A target of a platform alone.
  public init(platform: Platform) { self.platform = platform }

  /// The platform, and what else was said.
  public var description: String {
    let rest = [
      glibc.map { "glibc \($0)" }, glibcxx.map { "glibcxx \($0)" }, isa.map(\.description),
      host.map { "host \($0)" },
    ].compactMap { $0 }
    return rest.isEmpty ? platform.text : "\(platform) (\(rest.joined(separator: ", ")))"
  }

  /// Why a release does not work there; nil where it does.
  ///
  /// - Parameter hostID: the host's id, for the sentence.
  public func exclusion(of release: Release, host hostID: String) -> Exclusion? {
    var exclusion = lack(of: release, hostID)
    exclusion?.isElsewhere = true
    return exclusion
  }

  private func lack(of release: Release, _ hostID: String) -> Exclusion? {
    guard let build = release.build(for: platform) else {
      let built = release.builds.map(\.platform.text).joined(separator: ", ")
      return Exclusion(
        .platform, "was built for \(built)", here: "a target of the project is \(platform)")
    }
    if let needed = build.floors?.glibc.flatMap({ SymbolVersion($0) }), let glibc, glibc < needed {
      return Exclusion(
        .glibc, "needs GLIBC_\(needed)", here: "a target of the project has \(glibc)")
    }
    if let needed = build.floors?.glibcxx.flatMap({ SymbolVersion($0) }), let glibcxx,
      glibcxx < needed
    {
      return Exclusion(
        .libstdcxx, "needs GLIBCXX_\(needed)", here: "a target of the project has \(glibcxx)")
    }
    if let needed = build.floors?.isa, let isa, isa < needed {
      return Exclusion(
        .instructionSet, "needs instructions of \(needed)",
        here: "a target of the project has \(isa)")
    }
    if let range = release.constraints.host, let host, !range.contains(host) {
      return Exclusion(
        .host, "needs \(hostID) \(range)", here: "a target of the project has \(host)")
    }
    return nil
  }

  /// One element of a lock file's `targets`.
  public var json: JSON {
    var object = JSONObject()
    object.append("platform", .string(platform.text))
    object.append("glibc", glibc.map { .string($0.description) })
    object.append("glibcxx", glibcxx.map { .string($0.description) })
    object.append("isa", isa.map { .string($0.description) })
    object.append("host", host.map { .string($0.description) })
    return .object(object)
  }

  /// Reads one element of a lock file's `targets`; nil where it is malformed.
  public init?(json: JSON) {
    guard let platform = json["platform"]?.stringValue.flatMap({ Platform($0) }) else { return nil }
    self.init(platform: platform)
    glibc = json["glibc"]?.stringValue.flatMap { SymbolVersion($0) }
    glibcxx = json["glibcxx"]?.stringValue.flatMap { SymbolVersion($0) }
    isa = json["isa"]?.stringValue.flatMap { InstructionLevel($0) }
    host = json["host"]?.stringValue.flatMap { try? Version($0) }
  }
}
