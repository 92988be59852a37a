public import PkgCore

/// The plugins of a case as our own values, and as the solver's universe.
public final class CaseUniverse {
  /// All versions of each plugin.
  public private(set) var candidates: [PluginName: [Candidate]] = [:]
  /// What the solver is given; made on first use.
  package private(set) lazy var universe: Universe = makeUniverse()
  private var ids: [String: PluginName] = [:]
  private var texts: [PluginName: String] = [:]
  private var ranges: [String: VersionRange] = [:]
  private let hosts: [String: Version]
  private let prereleases: SolveRequest.Prereleases
  private let hostTexts: [String: String]

  /// Reads what a case is asked of.
  ///
  /// - Throws: where a version or a range can't be read.
  public init(_ file: ResolverFile, _ element: ResolverFile.Case) throws {
    var hosts: [String: Version] = [:]
    for (name, version) in pairs(element.json["host"]) { hosts[name] = try? Version(version) }
    self.hosts = hosts
    hostTexts = Dictionary(
      pairs(element.json["host"]).map { ($0.name, $0.range) }, uniquingKeysWith: { $1 })
    // Precedence alone decides, but where the file says otherwise.
    let isStableFirst = file.document["policy"]?.stringValue?.contains("stable first") ?? false
    prereleases = isStableFirst ? .asLastResort : .freely
    let isOwn = element.json["packages"] != nil
    let source = isOwn ? element.json : file.document
    let hostConstraints = isOwn ? source["host_constraints"] : source["host"]
    let facts = Facts(
      conflicts: table(source["conflicts"]), provides: table(source["provides"]),
      host: table(hostConstraints), anyOf: table(source["any_of"]),
      excluded: table(element.json["excluded"]).mapValues { entry in
        Set((entry.arrayValue ?? []).compactMap(\.stringValue))
      })
    for package in source["packages"]?.objectValue?.members ?? [] {
      let name = try id(of: package.name)
      candidates[name] = try (package.value.objectValue?.members ?? []).map { member in
        try candidate(package.name, member.name, member.value, facts)
      }
    }
    for element in file.cases where !isOwn {
      for (name, _) in element.request { _ = try id(of: name) }
    }
    for name in texts.keys where candidates[name] == nil { candidates[name] = [] }
    for (name, _) in element.request {
      let name = try id(of: name)
      if candidates[name] == nil { candidates[name] = [] }
    }
  }

  private struct Facts {
    let conflicts: [String: JSON]
    let provides: [String: JSON]
    let host: [String: JSON]
    let anyOf: [String: JSON]
    let excluded: [String: Set<String>]
  }

  /// The name that stands for a text.
  public func id(of text: String) throws -> PluginName {
    if let known = ids[text] { return known }
    let name = try PluginName("x/p\(ids.count)")
    ids[text] = name
    texts[name] = text
    return name
  }

  /// The file's text for a name.
  public func text(of name: PluginName) -> String { texts[name] ?? name.description }

  /// A range of the file: by precedence alone.
  public func range(_ text: String) throws -> VersionRange {
    if let known = ranges[text] { return known }
    let range = try VersionRange(neutral: text)
    ranges[text] = range
    return range
  }

  /// What a case asks of the solver.
  public func request(_ element: ResolverFile.Case) throws -> SolveRequest {
    var request = SolveRequest(
      roots: try element.request.map {
        SolveRequest.Root(name: try id(of: $0.name), range: try range($0.range))
      })
    for (name, version) in pairs(element.json["prefer"]) {
      request.locked[try id(of: name)] = try Version(version)
    }
    if element.json["mode"]?.stringValue == "minimal" { request.preference = .minimal }
    request.prereleases = prereleases
    return request
  }

  private func dependencies(_ json: JSON?) throws -> [Dependency] {
    try pairs(json).map { Dependency(name: try id(of: $0.name), range: try range($0.range)) }
  }

  private func candidate(_ package: String, _ text: String, _ needs: JSON, _ facts: Facts) throws
    -> Candidate
  {
    var constraints = Constraints()
    constraints.dependencies = try dependencies(needs)
    constraints.conflicts = try dependencies(facts.conflicts[package]?[text])
    constraints.anyOf = try (facts.anyOf[package]?[text]?.arrayValue ?? []).map { group in
      try (group.arrayValue ?? []).flatMap { try dependencies($0) }
    }
    for (name, _) in pairs(facts.provides[package]?[text]) {
      // Only requirements without a version are answered by a capability.
      constraints.provides.append(
        Provided(name: try id(of: name).name, version: Version(0, 0, 0, prerelease: [.number(0)])))
    }
    var exclusion: Exclusion?
    for (name, range) in pairs(facts.host[package]?[text]) {
      let fits = try hosts[name].map { try self.range(range).contains($0) } ?? false
      if !fits {
        exclusion = Exclusion(
          .host, "needs \(name) \(range)", here: "this is \(hostTexts[name] ?? "not there")")
      }
    }
    if facts.excluded[package]?.contains(text) ?? false {
      exclusion = Exclusion(.withdrawn, "was taken back")
    }
    return Candidate(
      version: try Version(text), constraints: constraints, exclusion: exclusion)
  }

  private func makeUniverse() -> Universe {
    let universe = Universe()
    for (name, candidates) in candidates.sorted(by: { $0.key < $1.key }) {
      universe.learn(name, candidates: candidates)
    }
    universe.prepare()
    return universe
  }
}

private func table(_ json: JSON?) -> [String: JSON] {
  Dictionary(
    (json?.objectValue?.members ?? []).map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
}

extension VersionRange {
  /// `*`, `!`, or `>=a <b` joined by `||`.
  init(neutral text: String) throws {
    if text == "*" {
      self.init(plain: [(nil, nil)], text: text)
      return
    }
    var stretches: [(from: Version?, below: Version?)] = []
    for part in text.split(separator: "|") where text != "!" {
      // Above 0.0.0-0, which stands for a capability without a version.
      var from: Version? = Version(0, 0, 0, prerelease: [.number(0), .number(0)])
      var below: Version?
      for word in part.split(separator: " ") {
        if word.hasPrefix(">=") {
          from = try Version(String(word.dropFirst(2)))
        } else if word.hasPrefix("<") {
          below = try Version(String(word.dropFirst()))
        } else {
          throw VersionError.notARange(text)
        }
      }
      stretches.append((from, below))
    }
    self.init(plain: stretches, text: text)
  }
}
