/// What a change did, or would do, to one host instance.
public struct InstallReport: Sendable {
  /// The host instance.
  public var host: String
  /// The scope.
  public var scope: HostProfile.Scope
  /// The steps.
  public var plan: TransactionPlan
  /// The generation that was live before; 0 for none.
  public var formerGeneration: Int64 = 0
  /// The generation that is live afterwards; nil where nothing changed.
  public var generation: Int64?
  /// What the load tests found, for each plugin that was tested.
  public var tests: [LoadReport] = []
  /// What the host's own configuration must say once; nil where it needs nothing.
  public var includeHint: String?
  /// What to add to the host's own configuration for plugins that came anew, by plugin.
  public var snippets: [(plugin: PluginName, text: String)] = []
  /// What was done to tell the running host, and what /proc showed afterwards.
  public var hostNotes: [String] = []
  /// The command that undoes the change; nil where nothing changed.
  public var undo: String?
  /// What was changed in the project's files; nil where nothing was.
  public var saved: ProjectChange?

  /// A report of a plan.
  public init(
    host: String, scope: HostProfile.Scope, plan: TransactionPlan, formerGeneration: Int64 = 0
  ) {
    self.host = host
    self.scope = scope
    self.plan = plan
    self.formerGeneration = formerGeneration
  }

  /// `plugctl.install/1` and its like.
  public var json: JSON {
    var object = JSONObject()
    object.append("host", .string(host))
    object.append("scope", .string(scope.rawValue))
    object.append("steps", .array(plan.steps.map(\.json)))
    object.append("generation", generation.map { .integer($0) })
    object.append("tests", .array(tests.map(\.json)))
    object.append("includeHint", includeHint.map { .string($0) })
    if !snippets.isEmpty {
      object.append(
        "snippets",
        .array(
          snippets.map { ["id": .string($0.plugin.description), "text": .string($0.text)] }))
    }
    object.append("hostNotes", .strings(hostNotes))
    object.append("undo", undo.map { .string($0) })
    object.append("saved", saved?.json)
    return .object(object)
  }
}

extension TransactionPlan.Step {
  /// The action's word, as its case is called.
  public var word: String {
    switch action {
    case .install: "install"
    case .upgrade: "upgrade"
    case .downgrade: "downgrade"
    case .replace: "replace"
    case .repair: "repair"
    case .remove: "remove"
    case .enable: "enable"
    case .disable: "disable"
    case .pin: "pin"
    case .unpin: "unpin"
    case .keep: "keep"
    case .release: "release"
    }
  }

  /// The version that goes, where another comes.
  public var formerVersion: Version? {
    switch action {
    case .upgrade(let from), .downgrade(let from): from
    default: nil
    }
  }

  /// One element of `steps`.
  public var json: JSON {
    var object = JSONObject()
    object.append("action", .string(word))
    object.append("id", .string(name.description))
    object.append("version", .string(version.description))
    object.append("from", formerVersion.map { .string($0.description) })
    if case .pin(let pin) = action { object.append("pin", pin.json) }
    object.append("size", .integer(size))
    return .object(object)
  }
}
