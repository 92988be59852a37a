internal import Files
internal import Formats
public import PkgCore
internal import PkgStore

/// What a host's own configuration says of its plugins.
public struct ConfigReport: Sendable {
  /// The host whose configuration it was taken for.
  public let host: String
  /// Faults and doubts with their places.
  public let findings: [Finding]
  /// The document with everything filled in.
  public let resolved: Node
  /// Every value of it.
  public let leaves: [ConfigResolution.Leaf]
  /// Names of plugins in it, each with the version that is installed, nil for none, and the path of its settings.
  public let plugins: [(name: String, version: Version?, settings: String)]
}

/// Holds the configurations of hosts against what is installed for them.
public struct ConfigChecking: Sendable {
  private let session: Session

  /// Checks in a session's scope.
  public init(_ session: Session) { self.session = session }

  /// Reads a host's configuration, fills it in, and checks it: the host's own settings by its profile,
  /// those of plugins by the schemas that they ship.
  ///
  /// - Throws: ``Diagnostic`` with `config.invalid` for what is no YAML, `host.ambiguous` where the file
  ///   doesn't tell whose it is.
  public func check(_ path: String) throws -> ConfigReport {
    let bytes = try FileSystem.read(path, limit: YAMLReader.maximumSize)
    let node = try AuthoredFile.node(bytes, file: path, .configInvalid, "configuration")
    let (profile, rules) = try host(of: node)
    let findings = Findings()
    let instance = try self.instance(of: profile)
    let current = try instance.currentGeneration()
    let installed: [(plugin: InstalledPlugin, places: StorePlaces)] =
      (current?.plugins ?? []).map { (plugin: $0, places: session.places) }
      + OuterPlugins(session, profile).plugins.map { ($0.plugin, $0.places) }
    // Names and conditions may stand in variables; what is wrong with those is told below.
    let early = Findings()
    var first = ConfigResolution(environment: Machine.environment, findings: early)
    var checks: [String: SchemaCheck] = [:]
    let named = Self.named(in: first.resolve(node, checks: &checks), rules)
    checks[""] = rules.schema.map { SchemaCheck($0, matching: SchemaPattern.matches) }
    var (whole, plugins) = (node, [(name: String, version: Version?, settings: String)]())
    let unset = Set(early.list.map(\.path))
    let leaves = Dictionary(first.leaves.map { ($0.path, $0) }) { one, _ in one }
    for mention in named where !unset.contains(mention.path) {
      guard let name = self.name(of: mention, leaves[mention.path], findings) else { continue }
      let found = installed.first { name.matches($0.plugin.name) }
      plugins.append((mention.name, found?.plugin.version, mention.settings))
      check(mention, found?.plugin, profile, findings)
      guard let schema = try found.flatMap({ try self.schema(of: $0, in: $1) }) else { continue }
      var check = SchemaCheck(schema, matching: SchemaPattern.matches)
      if check.takesMap() { whole = whole.withMap(at: mention.settings, mark: mention.mark) }
      checks[mention.settings] = check
    }
    var resolution = ConfigResolution(environment: Machine.environment, findings: findings)
    let resolved = resolution.resolve(whole, checks: &checks)
    hold(resolved, resolution.leaves, &checks, findings)
    try checkFolder(resolved, resolution.leaves, rules, instance, current, findings)
    checkPublishers(resolved, rules, current?.plugins ?? [], findings)
    checkEntries(resolved, rules, current?.plugins ?? [], plugins.map(\.name), findings)
    return ConfigReport(
      host: profile.id, findings: Self.once(findings.list), resolved: resolved,
      leaves: resolution.leaves, plugins: plugins)
  }

  /// Whose plugins are meant: those of the host's own folder, or of the one that is named.
  private func instance(of profile: HostProfile) throws -> HostInstance {
    let lookup = InstanceLookup(session: session)
    guard session.options.into != nil else { return try lookup.instance(of: profile.id) }
    return try lookup.all().first { $0.instance.hostID == profile.id }?.instance
      ?? lookup.instance(of: profile.id)
  }

  /// Holds everything against the schemas.
  private func hold(
    _ resolved: Node, _ leaves: [ConfigResolution.Leaf], _ checks: inout [String: SchemaCheck],
    _ findings: Findings
  ) {
    let confidential = Set(leaves.lazy.filter(\.isConfidential).map(\.path))
    for place in checks.keys.sorted(by: bytesPrecede) {
      guard let part = place.isEmpty ? resolved : resolved.at(place) else { continue }
      checks[place]?.confidential = confidential
      checks[place]?.check(part, path: place, findings)
    }
  }

  /// Each finding once: the host's schema and a plugin's may say the same.
  private static func once(_ findings: [Finding]) -> [Finding] {
    var told: Set<[String]> = []
    return findings.filter {
      told.insert([$0.severity.rawValue, $0.mark.description, $0.path, $0.message]).inserted
    }
  }

  /// The plugin's name where it is one; else that is noted.
  private func name(
    of mention: Mention, _ leaf: ConfigResolution.Leaf?, _ findings: Findings
  ) -> PluginReference? {
    if let name = try? PluginReference(mention.name), name.range == nil { return name }
    let isHidden = mention.name.isEmpty || leaf?.isConfidential ?? false
    findings.error(
      mention.mark, mention.path,
      isHidden
        ? "what stands at `\(printable(mention.path))` is no name of a plugin"
        : "`\(printable(mention.name))` is no name of a plugin")
    return nil
  }

  /// What to add to the host's configuration for an installed plugin, by host.
  ///
  /// - Throws: ``Diagnostic`` with `plugin.not-installed`; `config.invalid` where the host's profile does not
  ///   say how it names plugins, and the plugin has no example.
  public func example(_ name: String) throws -> [(host: String, text: String)] {
    let found = try InstalledQueries(session).installed(name).compactMap { listing in
      let instance = HostInstance(id: listing.host, places: session.places)
      let profile = try ProfileCatalog(session).profile(instance.hostID)
      let snippet = try ConfigSnippet(session, profile, instance)
      return try (snippet.text(for: listing.plugin) ?? snippet.example(of: listing.plugin))
        .map { (listing.host, $0) }
    }
    guard !found.isEmpty else {
      throw Diagnostic(
        .configInvalid, "neither `\(printable(name))` nor its host's profile has an example",
        hint: "its README may say more: `plugctl files \(name)`")
    }
    return found
  }

  /// A plugin that a configuration names.
  private struct Mention {
    let name: String
    let mark: Mark
    let path: String
    /// The path of its settings.
    let settings: String
  }

  private static func named(in node: Node, _ rules: HostProfile.Configuration) -> [Mention] {
    rules.places.flatMap { place -> [Mention] in
      switch place {
      case .each(let path):
        guard case .map(let entries)? = node.at(path)?.value else { return [] }
        return entries.map {
          Mention(
            name: $0.key, mark: $0.keyMark, path: "\(path).\($0.key)", settings: "\(path).\($0.key)"
          )
        }
      case .one(let path, let settings, let condition):
        if let condition, node.at(condition.path)?.text != condition.value { return [] }
        guard let name = node.at(path), let text = name.text else { return [] }
        return [Mention(name: text, mark: name.mark, path: path, settings: settings)]
      }
    }
  }

  private func check(
    _ mention: Mention, _ plugin: InstalledPlugin?, _ profile: HostProfile, _ findings: Findings
  ) {
    let name = printable(mention.name)
    let into = session.options.into.map { " --into \(printable($0))" } ?? ""
    guard let plugin else {
      findings.error(
        mention.mark, mention.path,
        "`\(name)` is not installed for \(profile.id): `plugctl install \(name)\(into)`")
      return
    }
    if !plugin.isEnabled {
      findings.error(
        mention.mark, mention.path, "`\(name)` is disabled: `plugctl enable \(name)\(into)`")
    }
  }

  /// What the package of an installed plugin says of its settings; nil where it says nothing.
  func schema(of plugin: InstalledPlugin, in places: StorePlaces) throws -> JSON? {
    let tree = places.tree(plugin.tree)
    guard let name = try TreeStore.description(in: tree).manifest.configSchema,
      let bytes = try FileSystem.readIfPresent("\(tree)/\(name)", limit: 1 << 20)
    else { return nil }
    do { return try JSONParser.parse(bytes) } catch {
      throw error.diagnostic.noting("the schema of `\(plugin.name)` \(plugin.version)")
    }
  }

  /// The folder that the host is told must be the one into which its plugins are installed.
  private func checkFolder(
    _ node: Node, _ leaves: [ConfigResolution.Leaf], _ rules: HostProfile.Configuration,
    _ instance: HostInstance, _ current: Generation?, _ findings: Findings
  ) throws {
    guard let path = rules.folder, let named = node.at(path), let text = named.text, let current
    else { return }
    let folder = instance.folder(seenBy: current)
    let told = try FileSystem.absolute(text)
    let isSame = (FileSystem.realPath(told) ?? told) == (FileSystem.realPath(folder) ?? folder)
    guard !isSame else { return }
    let isHidden = leaves.contains { $0.isConfidential && sameBytes($0.path, path) }
    let shown = isHidden ? "another folder" : "`\(printable(told))`"
    findings.warning(
      named.mark, path, "\(instance.id) would look in \(shown), and its plugins are in `\(folder)`")
  }

  private func checkPublishers(
    _ node: Node, _ rules: HostProfile.Configuration, _ installed: [InstalledPlugin],
    _ findings: Findings
  ) {
    guard let path = rules.publishers, let list = node.at(path), case .list(let nodes) = list.value
    else { return }
    let trusted = Set(nodes.compactMap { $0.text?.lowercased() })
    for plugin in installed where !trusted.contains(plugin.name.publisher.text) {
      findings.warning(
        list.mark, path, "`\(plugin.name)` is installed, and its publisher is not named here")
    }
  }

  /// A host that has a place for each plugin's settings may refuse one that has none.
  private func checkEntries(
    _ node: Node, _ rules: HostProfile.Configuration, _ installed: [InstalledPlugin],
    _ named: [String], _ findings: Findings
  ) {
    let references = named.compactMap { try? PluginReference($0) }
    for case .each(let path) in rules.places {
      for plugin in installed where plugin.isEnabled {
        guard !references.contains(where: { $0.matches(plugin.name) }) else { continue }
        findings.warning(
          node.at(path)?.mark ?? node.mark, path,
          "`\(plugin.name.name)` is installed, and `\(path)` has no settings for it")
      }
    }
  }

  /// Whose configuration it is: as named, or the only host whose places are in it.
  private func host(of node: Node) throws -> (HostProfile, HostProfile.Configuration) {
    let catalog = ProfileCatalog(session)
    if let id = try session.options.host ?? Project.open(session)?.file.host {
      let profile = try catalog.profile(id)
      guard let rules = profile.configuration else {
        throw Diagnostic(
          .profileInvalid, "the profile `\(id)` does not say how its configuration names plugins",
          hint: "a profile of your own may say so: `config: { plugins: … }`")
      }
      return (profile, rules)
    }
    let fitting = try catalog.all { session.progress(.warning($0)) }.compactMap { found in
      found.profile.configuration.flatMap { rules in
        Self.isPresent(rules, in: node) ? (found.profile, rules) : nil
      }
    }
    guard let first = fitting.first, fitting.count == 1 else {
      throw Diagnostic(
        .hostAmbiguous, "the file does not tell whose configuration it is",
        notes: fitting.map { "it could be \($0.0.id)'s" }, hint: "add `--host NAME`")
    }
    return first
  }

  private static func isPresent(_ rules: HostProfile.Configuration, in node: Node) -> Bool {
    let paths = rules.places.map { place in
      switch place {
      case .one(let name, _, _): name
      case .each(let path): path
      }
    }
    return (paths + [rules.folder].compactMap(\.self)).contains { node.at($0) != nil }
  }
}
