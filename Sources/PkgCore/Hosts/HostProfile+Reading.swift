extension HostProfile {
  /// Reads a profile; all faults go into `findings`.
  ///
  /// - Returns: nil where an indispensable field is missing or wrong; then `findings` has errors.
  public static func read(_ node: Node, findings: Findings) -> HostProfile? {
    var fields = Fields(node, findings: findings)
    if fields.integer("schema") != schema {
      findings.error(node.mark, "schema", "`schema` must be \(schema)")
    }
    let base = fields.text("extends")
    guard let id = fields.requiredText("id") else { return nil }
    if NamePart(id) == nil { findings.error(node.mark, "id", "`\(id)` is not an id") }
    if id == anyHost {
      findings.error(node.mark, "id", "`\(id)` is what plugins say that are for every host")
    }
    var profile = HostProfile(id: id, title: fields.text("title") ?? id)
    profile.base = base
    profile.detection = fields.fields("detect").map(readDetection)
    profile.paths = readPaths(fields.list("paths"), findings)
    profile.types = fields.texts("types")
    if let layout = fields.fields("layout") { profile.layout = readLayout(layout) }
    profile.abis = fields.list("abi").compactMap { readABI($0.node, $0.path, findings) }
    profile.abiNumber = fields.integer("abi_number", in: 0...1_000_000)
    if let limits = fields.fields("limits") { profile.limits = readLimits(limits) }
    profile.activation = fields.fields("activate").flatMap(readActivation)
    profile.configuration = fields.fields("config").map(readConfiguration)
    profile.switchTime = fields.choice("switch", SwitchTime.self) ?? .anyTime
    profile.probe = fields.fields("probe").map { readProbe($0) }
    if let reload = fields.fields("reload") { profile.reload = readReload(reload) }
    fields.finish()
    HostProfileSense(profile: profile, root: node, findings: findings).check()
    return findings.hasErrors ? nil : profile
  }

  private static func readDetection(_ opened: Fields) -> Detection {
    var fields = opened
    var detection = Detection()
    detection.binaries = fields.texts("binary")
    if var version = fields.fields("version") {
      detection.versionArguments = version.texts("argv")
      detection.versionOnStderr = version.choice("stream", OutputStream.self) == .stderr
      detection.versionPattern = version.requiredText("regex") ?? ""
      version.finish()
    }
    if var builtIns = fields.fields("builtin") {
      let arguments = builtIns.texts("argv")
      if arguments.isEmpty { _ = builtIns.requiredText("argv") }
      let isOnStderr = builtIns.choice("stream", OutputStream.self) == .stderr
      detection.builtIns = (arguments, isOnStderr, builtIns.requiredText("regex") ?? "")
      builtIns.finish()
    }
    detection.folders = fields.map("folders").compactMap { entry, path in
      var folder = Fields(entry.value, path: path, findings: fields.findings)
      defer { folder.finish() }
      let arguments = folder.texts("argv")
      if arguments.isEmpty { _ = folder.requiredText("argv") }
      return (entry.key, arguments)
    }
    fields.finish()
    return detection
  }

  private static func readPaths(_ elements: [(node: Node, path: String)], _ findings: Findings)
    -> [SearchPath]
  {
    elements.compactMap { node, path in
      var fields = Fields(node, path: path, findings: findings)
      defer { fields.finish() }
      if let name = fields.text("env") {
        return .variable(name: name, separator: fields.text("separator") ?? ":")
      }
      let scope = fields.choice("scope", Scope.self)
      guard let scope, let folder = fields.requiredText("dir") else {
        findings.error(node.mark, path, "`\(path)` must have `scope` and `dir`, or `env`")
        return nil
      }
      return .folder(scope: scope, path: folder)
    }
  }

  private static func readLayout(_ opened: Fields) -> Layout {
    var fields = opened
    var layout = Layout()
    layout.placement = fields.choice("place", Placement.self) ?? layout.placement
    layout.file = fields.text("file") ?? layout.file
    layout.aliases = fields.texts("aliases")
    layout.foldersByType = fields.map("by_type").compactMap { entry, _ in
      entry.value.text.map { (entry.key, $0) }
    }
    layout.view = fields.choice("view", View.self) ?? layout.view
    if layout.view == .copies, layout.placement == .perPlugin, let view = fields.node("view") {
      // Only single files are copied; a folder would lose all but the library.
      let _: Never? = fields.refuse(
        view, "view", "can't be `copies` where each plugin has a folder; use `links`")
    }
    layout.pathStyle = fields.choice("path", PathStyle.self) ?? layout.pathStyle
    layout.extra = fields.list("extra").compactMap { element, path in
      var rule = Fields(element, path: path, findings: fields.findings)
      defer { rule.finish() }
      guard let match = rule.requiredText("match"), let folder = rule.requiredText("to") else {
        return nil
      }
      return ExtraRule(match: match, folder: folder)
    }
    layout.isExecutable = fields.bool("executable") ?? layout.isExecutable
    fields.finish()
    return layout
  }

  private static func readABI(_ node: Node, _ path: String, _ findings: Findings) -> ABI? {
    var fields = Fields(node, path: path, findings: findings)
    guard let kind = fields.requiredText("kind") else { return nil }
    var abi = ABI(kind: kind)
    abi.required = fields.list("required").compactMap { element, path in
      if let name = element.text { return RequiredSymbol(name: name, isObject: false) }
      var symbol = Fields(element, path: path, findings: findings)
      defer { symbol.finish() }
      guard let name = symbol.requiredText("name") else { return nil }
      return RequiredSymbol(name: name, isObject: symbol.text("type") == "object")
    }
    abi.entryFromFileName = fields.text("entry_from_filename") ?? ""
    abi.symbolProviders = fields.texts("symbol_providers")
    abi.methods = fields.texts("methods")
    abi.staticProbes = fields.texts("static_probes")
    fields.finish()
    return abi
  }

  private static func readLimits(_ opened: Fields) -> Limits {
    var fields = opened
    var limits = Limits()
    limits.memoryMB = fields.integer("memoryMB", in: 1...1_048_576) ?? limits.memoryMB
    limits.threads = fields.integer("threads", in: 1...65_536) ?? limits.threads
    limits.files = fields.integer("files", in: 8...1_048_576) ?? limits.files
    limits.executionMilliseconds =
      fields.integer("executionMs", in: 1...3_600_000) ?? limits.executionMilliseconds
    for later in ["cpuPercent", "monitorInterval"] { _ = fields.node(later) }
    fields.finish()
    return limits
  }

  private static func readActivation(_ opened: Fields) -> Activation? {
    var fields = opened
    guard let text = fields.requiredText("text") else { return nil }
    var activation = Activation(text: text)
    activation.file = fields.text("file") ?? activation.file
    activation.header = fields.text("header") ?? ""
    activation.includeHint = fields.text("include_hint")
    fields.finish()
    return activation
  }

  private static func readProbe(_ opened: Fields) -> Probe {
    var fields = opened
    var probe = Probe()
    probe.timeoutMilliseconds = fields.value("timeout", milliseconds) ?? probe.timeoutMilliseconds
    probe.files = fields.map("files").compactMap { entry, _ in
      entry.value.text.map { (entry.key, $0) }
    }
    probe.arguments = fields.texts("argv")
    probe.environment = fields.map("env").compactMap { entry, _ in
      entry.value.text.map { (entry.key, $0) }
    }
    if var expected = fields.fields("ok") {
      probe.exitCode = expected.integer("exit", in: 0...255) ?? 0
      probe.passPattern = expected.text("regex")
      expected.finish()
    }
    probe.failPattern = fields.text("fail_regex")
    fields.finish()
    return probe
  }

  private static func readReload(_ opened: Fields) -> Reload {
    var fields = opened
    let mode = fields.choice("mode", ReloadMode.self)
    let arguments = fields.texts("argv")
    if mode == .command, arguments.isEmpty { _ = fields.requiredText("argv") }
    fields.finish()
    return switch mode {
    case .command: .command(arguments)
    case .restart: .restart
    case .some(.none), nil: .none
    }
  }

  private enum ReloadMode: String, CaseIterable { case command, restart, none }
  private enum OutputStream: String, CaseIterable { case stdout, stderr }

  /// `10s`, `500ms`, `2m`.
  static func milliseconds(_ text: String) throws -> Int64 {
    for (suffix, factor) in [("ms", 1), ("s", 1000), ("m", 60_000)] as [(String, Int64)] {
      if let count = text.rest(before: suffix).flatMap({ Int64($0) }),
        (0...86_400_000).contains(count)
      {
        return count * factor
      }
    }
    throw Diagnostic(.profileInvalid, "`\(text)` is not a time, as `10s` is")
  }
}
