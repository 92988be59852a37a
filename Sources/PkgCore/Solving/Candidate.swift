/// One version that the solver knows of.
public struct Candidate: Sendable {
  /// The version.
  public var version: Version
  /// What it asks of others.
  public var constraints: Constraints
  /// Chosen only where it is asked for exactly or installed already.
  public var isYanked: Bool
  /// Why it can't be chosen here at all; nil where it can.
  public var exclusion: Exclusion?

  /// A candidate of these parts.
  public init(
    version: Version, constraints: Constraints, isYanked: Bool = false, exclusion: Exclusion? = nil
  ) {
    self.version = version
    self.constraints = constraints
    self.isYanked = isYanked
    self.exclusion = exclusion
  }
}

/// A fact about this machine or the index that rules a version out.
public struct Exclusion: Sendable, Hashable {
  /// What kind of fact; versions ruled out for one kind are named together.
  public enum Kind: Int, Sendable, Hashable {
    /// The host application's version.
    case host
    /// The ABI's major number.
    case abi
    /// No build for the operating system and machine.
    case platform
    /// Instructions that the processor lacks.
    case instructionSet
    /// The C library is too old.
    case glibc
    /// The C++ library is too old.
    case libstdcxx
    /// Published more recently than the user accepts.
    case tooRecent
    /// Taken back by the index.
    case withdrawn
    /// Its archive is neither here nor in the bundle from which plugins are installed.
    case notCarried
  }

  /// What kind of fact.
  public var kind: Kind
  /// What the version is said to do, without its name: "needs GLIBC_2.38".
  public var need: String
  /// What there is instead: "this system has 2.36"; nil where that says nothing.
  public var here: String?
  /// Whether it is a fact about another system, for which the answer must hold as well.
  public var isElsewhere = false

  /// An exclusion of these parts.
  public init(_ kind: Kind, _ need: String, here: String? = nil) {
    self.kind = kind
    self.need = need
    self.here = here
  }

  /// Several of one kind in one phrase: what two of them need, and how many more there are.
  static func phrase(_ all: [Exclusion]) -> String {
    var needs: [String] = []
    for exclusion in all where !needs.contains(exclusion.need) { needs.append(exclusion.need) }
    guard let first = needs.first else { return "" }
    // "needs stormdb 2 or 3", not "needs stormdb 2 or needs stormdb 3".
    var shared = first.parts(at: " ").dropLast()
    for need in needs.prefix(2) {
      let words = need.parts(at: " ")
      while !words.starts(with: shared) { shared.removeLast() }
    }
    let lead = shared.map { $0 + " " }.joined()
    var words = needs.prefix(2).map { String($0.dropFirst(lead.count)) }
    if needs.count > 2 { words.append("something else still") }
    let here = all.first?.here.map { ", \($0)" } ?? ""
    return "\(lead)\(VersionWords.joined(words, "or"))\(here)"
  }
}
