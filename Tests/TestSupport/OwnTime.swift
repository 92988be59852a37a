public import Testing

/// A limit of a test's own time. The library's `timeLimit` counts from when a test is queued, so that others
/// which hold the few threads of tasks make a test late that has not begun.
public struct OwnTime: TestTrait, SuiteTrait, TestScoping {
  let limit: Duration
  public var isRecursive: Bool { true }

  public func provideScope(
    for test: Test, testCase: Test.Case?,
    performing body: @concurrent @Sendable () async throws -> Void
  ) async throws {
    let start = ContinuousClock.now
    try await body()
    let time = ContinuousClock.now - start
    #expect(time < limit, "it took \(time)", sourceLocation: test.sourceLocation)
  }
}

extension Trait where Self == OwnTime {
  /// The test fails where it takes longer, from its first statement to its last.
  public static func takes(lessThan limit: Duration) -> Self { OwnTime(limit: limit) }
}
