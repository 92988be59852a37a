import Synchronization
import Testing

@testable import Files

@Suite("blocking work")
struct BlockingWorkTests {
  /// Counts those that are there.
  private final class Guest: Sendable {
    let guests: Counter
    init(_ guests: Counter) {
      self.guests = guests
      guests.value.add(1, ordering: .relaxed)
    }
    deinit { guests.value.subtract(1, ordering: .relaxed) }
  }

  @Test("leaves what it gave, and what it was given, to those who wait for it alone")
  func ownership() async throws {
    let guests = Counter()
    var lasting = 0
    for _ in 0..<5000 {
      do {
        let given = Guest(guests)
        _ = try await BlockingWork.run { [given] in
          withExtendedLifetime(given) {}
          return Guest(guests)
        }
      }
      if guests.value.load(ordering: .relaxed) != 0 { lasting += 1 }
      while guests.value.load(ordering: .relaxed) != 0 { await Task.yield() }
    }
    #expect(lasting == 0)
  }
}

private final class Counter: Sendable {
  let value = Atomic<Int>(0)
}
