/// What became of one plugin of the load test's own test.
public struct SelfTestFinding: Sendable {
  /// The check that it is for; nil for the plugin without a fault.
  public let check: CheckID?
  /// Findings that should be there and are not, or the other way round; empty where all is well.
  public let faults: [String]

  /// A finding of these parts.
  public init(check: CheckID?, faults: [String]) {
    self.check = check
    self.faults = faults
  }
}
