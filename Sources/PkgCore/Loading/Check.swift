/// What is known of a check before it runs: a row of the catalogue.
public struct Check: Sendable {
  /// How much a violation weighs.
  public enum Severity: String, Sendable, CaseIterable {
    /// The plugin must not be installed.
    case error
    /// The plugin loads, and somebody should know.
    case warning
    /// A fact, no judgement.
    case information
  }

  /// The stable id.
  public let id: CheckID
  /// The name in words, such as `elf-valid`.
  public let name: String
  /// The weight of a violation where nothing else is said. The stack checks weigh more on
  /// glibc 2.41 and later, which refuses what older ones load.
  public let severity: Severity
  /// From which level on it runs: 1 static, 2 load, 3 lifecycle, 4 robust, 5 fuzz.
  public let level: Int
  /// What must hold, in one sentence.
  public let requirement: String

  /// Every check in the order of the catalogue.
  public static let all: [Check] = staticChecks + dynamicChecks + interfaceChecks + fuzzChecks

  private static let byID: [CheckID: Check] = Dictionary(
    uniqueKeysWithValues: all.map { ($0.id, $0) })

  init(
    _ id: CheckID, _ name: String, _ severity: Severity, _ level: Int, _ requirement: String
  ) {
    self.id = id
    self.name = name
    self.severity = severity
    self.level = level
    self.requirement = requirement
  }
}

extension CheckID {
  /// The row of the catalogue; nil only for a row that was forgotten, which a test refuses.
  public var check: Check? { Check.find(self) }
  /// The name in words, such as `elf-valid`.
  public var name: String { check?.name ?? rawValue }
  /// Its place in the catalogue.
  public var order: Int { Check.place(self) }
}

extension Check {
  private static let places: [CheckID: Int] = Dictionary(
    uniqueKeysWithValues: all.enumerated().map { ($1.id, $0) })
  fileprivate static func place(_ id: CheckID) -> Int { places[id] ?? all.count }

  fileprivate static func find(_ id: CheckID) -> Check? { byID[id] }
}
