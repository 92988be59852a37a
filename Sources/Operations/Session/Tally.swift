internal import Synchronization

/// A count that several threads add to.
final class Tally: Sendable {
  private let count = Mutex<Int64>(0)

  /// Adds, and answers the sum so far.
  func add(_ amount: Int64) -> Int64 {
    count.withLock {
      $0 += amount
      return $0
    }
  }

  /// The sum so far; counts from nothing again.
  func take() -> Int64 {
    count.withLock { sum in
      defer { sum = 0 }
      return sum
    }
  }
}
