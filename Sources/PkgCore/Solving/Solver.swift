/// One version that the solver may choose.
public struct Candidate: Sendable {
  /// The version.
  public var version: Version
  /// What it asks of others.
  public var constraints: Constraints
  /// Chosen only where it is asked for exactly or installed already.
  public var isYanked: Bool

  /// A candidate of these parts.
  public init(version: Version, constraints: Constraints, isYanked: Bool = false) {
    self.version = version
    self.constraints = constraints
    self.isYanked = isYanked
  }
}

/// What is wanted of the solver.
public struct SolveRequest: Sendable {
  /// A plugin that must be in the answer, with its range.
  public struct Root: Sendable {
    /// Which plugin.
    public var name: PluginName
    /// Which versions.
    public var range: VersionRange

    /// A root of these parts.
    public init(name: PluginName, range: VersionRange) {
      self.name = name
      self.range = range
    }
  }

  /// In the order asked for.
  public var roots: [Root]
  /// Installed versions: preferred, unless the plugin is in `upgrades`.
  public var installed: [PluginName: Version]
  /// Plugins for which the newest version is preferred to the installed one.
  public var upgrades: Set<PluginName>
  /// Whether a version below the installed one may be chosen.
  public var allowsDowngrade: Bool

  /// A request of these parts.
  public init(
    roots: [Root], installed: [PluginName: Version] = [:], upgrades: Set<PluginName> = [],
    allowsDowngrade: Bool = false
  ) {
    self.roots = roots
    self.installed = installed
    self.upgrades = upgrades
    self.allowsDowngrade = allowsDowngrade
  }
}

/// One version a name.
public struct Resolution: Sendable, Equatable {
  /// A chosen version.
  public struct Choice: Sendable, Equatable {
    /// Which plugin.
    public let name: PluginName
    /// Which version.
    public let version: Version
  }

  /// In the order of dependencies: whom others need comes first; by name where that leaves a choice.
  public let choices: [Choice]
}

/// Why there is no answer.
public struct SolveFailure: Error, Sendable, Equatable {
  /// Facts that together exclude every answer, a sentence each.
  public let reasons: [String]
}

/// What the solver says next.
public enum SolverStep: Sendable {
  /// It must know the versions of these plugins before it can go on.
  case needs([PluginName])
  /// Done.
  case solution(Resolution)
  /// There is none.
  case failure(SolveFailure)
}

/// Chooses versions: pure, synchronous and resumable. The caller answers each `needs` with
/// ``learn(_:candidates:)`` and asks again; the answer depends on the facts only, never on their
/// order or on time.
///
/// This first implementation is a depth-first search with backtracking; conflict-driven learning
/// takes its place behind the same interface.
public struct Solver {
  private let request: SolveRequest
  private var known: [PluginName: [Candidate]] = [:]

  /// A solver that knows no plugin yet.
  public init(_ request: SolveRequest) { self.request = request }

  /// Tells the solver all versions of a plugin that can be used here; none if it is unknown.
  public mutating func learn(_ name: PluginName, candidates: [Candidate]) {
    known[name] = candidates
  }

  /// Goes as far as what is known allows.
  public func advance() -> SolverStep {
    var search = BacktrackingSearch(request: request, known: known)
    return search.run()
  }
}
