/// A set of versions: `^1.2`, `~1.2`, `>=1 <3`, `=1.2.3`, `1.x`, `*`, joined by `||`.
///
/// Comparators side by side (spaces or commas) all hold. A missing part of a version is zero for a
/// bound and "any" for `=`, `^`, `~` and `x`. An upper bound that a shorthand implies excludes the
/// pre-releases of that bound too: `^1.2` does not allow `2.0.0-rc.1`.
public struct VersionRange: Sendable, Hashable, CustomStringConvertible {
  /// One stretch of versions, from `lower` (included) to `upper` (not included).
  struct Interval: Sendable, Hashable {
    /// The least version allowed.
    var lower: Version
    /// The least version above that is not allowed; nil where there is no end.
    var upper: Version?
  }

  /// Sorted, disjoint, none empty.
  let intervals: [Interval]
  /// As it was written.
  public let description: String
  /// Whether the range names a pre-release itself, which asks for pre-releases. Not a matter of the
  /// versions alone: `>1.2.3` and `>=1.2.4-0` allow the same ones, and only the second asks.
  public let mentionsPrerelease: Bool

  /// Every version, pre-releases too.
  public static let any = VersionRange(
    intervals: [Interval(lower: leastVersion, upper: nil)], text: "*", mentionsPrerelease: false)

  /// Exactly one version.
  public init(exactly version: Version) {
    self.init(
      intervals: [Interval(lower: version, upper: version.next)], text: "=\(version)",
      mentionsPrerelease: version.isPrerelease)
  }

  /// A version and all above.
  public init(from version: Version) {
    self.init(
      intervals: [Interval(lower: version, upper: nil)], text: ">=\(version)",
      mentionsPrerelease: version.isPrerelease)
  }

  /// Stretches of versions by precedence alone, without any rule about pre-releases: for data of
  /// others.
  package init(plain stretches: [(from: Version?, below: Version?)], text: String) {
    self.init(
      intervals: stretches.map { Interval(lower: $0.from ?? Self.leastVersion, upper: $0.below) },
      text: text, mentionsPrerelease: false)
  }

  private init(intervals: [Interval], text: String, mentionsPrerelease: Bool) {
    self.intervals = Self.normalised(intervals)
    description = text
    self.mentionsPrerelease = mentionsPrerelease
  }

  /// Reads a range.
  ///
  /// - Throws: ``VersionError/notARange(_:)``.
  public init(_ text: String) throws(VersionError) {
    var intervals: [Interval] = []
    var mentionsPrerelease = false
    for alternative in Self.alternatives(of: text) {
      guard let parsed = RangeParser.alternative(alternative) else { throw .notARange(text) }
      intervals.append(contentsOf: parsed.intervals)
      mentionsPrerelease = mentionsPrerelease || parsed.mentionsPrerelease
    }
    self.init(
      intervals: intervals, text: Self.trimmed(text), mentionsPrerelease: mentionsPrerelease)
  }

  /// Whether no version at all is allowed.
  public var isEmpty: Bool { intervals.isEmpty }

  /// The one version that is allowed, where there is just one.
  public var exactVersion: Version? {
    guard intervals.count == 1, let upper = intervals[0].upper, upper == intervals[0].lower.next
    else { return nil }
    return intervals[0].lower
  }

  /// Whether the version lies in the range, by precedence alone.
  public func contains(_ version: Version) -> Bool {
    intervals.contains { interval in
      interval.lower <= version && interval.upper.map { version < $0 } ?? true
    }
  }

  /// The versions that both allow.
  public func intersection(_ other: VersionRange) -> VersionRange {
    var result: [Interval] = []
    for mine in intervals {
      for theirs in other.intervals {
        let upper: Version? =
          switch (mine.upper, theirs.upper) {
          case (let a?, let b?): min(a, b)
          case (let a?, nil): a
          case (nil, let b): b
          }
        result.append(Interval(lower: max(mine.lower, theirs.lower), upper: upper))
      }
    }
    return VersionRange(
      intervals: result, text: "\(description) and \(other.description)",
      mentionsPrerelease: mentionsPrerelease || other.mentionsPrerelease)
  }

  /// By the versions allowed, not by the text.
  public static func == (left: VersionRange, right: VersionRange) -> Bool {
    left.intervals == right.intervals
  }

  /// Agrees with `==`.
  public func hash(into hasher: inout Hasher) { hasher.combine(intervals) }

  /// `0.0.0-0`, before every other version.
  static let leastVersion = Version(0, 0, 0, prerelease: [.number(0)])

  private static func normalised(_ intervals: [Interval]) -> [Interval] {
    let proper = intervals.filter { interval in interval.upper.map { interval.lower < $0 } ?? true }
    var merged: [Interval] = []
    for interval in proper.sorted(by: { $0.lower < $1.lower }) {
      guard let last = merged.last, last.upper.map({ interval.lower <= $0 }) ?? true else {
        merged.append(interval)
        continue
      }
      if let end = last.upper {
        merged[merged.count - 1].upper = interval.upper.map { max($0, end) }
      }
    }
    return merged
  }

  private static func trimmed(_ text: String) -> String {
    var slice = text[...]
    while slice.first == " " { slice.removeFirst() }
    while slice.last == " " { slice.removeLast() }
    return String(slice)
  }

  private static func alternatives(of text: String) -> [Substring] {
    var parts: [Substring] = []
    var start = text.startIndex
    var index = start
    while index < text.endIndex {
      let next = text.index(after: index)
      if text[index] == "|", next < text.endIndex, text[next] == "|" {
        parts.append(text[start..<index])
        start = text.index(after: next)
        index = start
      } else {
        index = next
      }
    }
    parts.append(text[start...])
    return parts
  }
}

extension Version {
  /// The least version that comes after this one by precedence.
  var next: Version {
    isPrerelease
      ? Version(major, minor, patch, prerelease: prerelease + [.number(0)])
      : Version(major, minor, patch &+ 1, prerelease: [.number(0)])
  }
}
