/// Reads one alternative of a range: comparators side by side.
enum RangeParser {
  /// The versions that all comparators allow, and whether one names a pre-release; nil where the text
  /// is no range.
  static func alternative(
    _ text: Substring
  ) -> (intervals: [VersionRange.Interval], mentionsPrerelease: Bool)? {
    guard let comparators = comparators(text), !comparators.isEmpty else { return nil }
    var result = [VersionRange.Interval(lower: VersionRange.leastVersion, upper: nil)]
    var mentionsPrerelease = false
    for comparator in comparators {
      guard let partial = partial(comparator.version),
        let interval = interval(comparator.sign, partial)
      else { return nil }
      mentionsPrerelease = mentionsPrerelease || !partial.prerelease.isEmpty
      result = result.compactMap { intersection($0, interval) }
    }
    return (result, mentionsPrerelease)
  }

  private struct Comparator {
    var sign: Substring
    var version: Substring
  }

  /// Splits at spaces and commas; a sign may stand apart from its version.
  private static func comparators(_ text: Substring) -> [Comparator]? {
    let words = text.split { $0 == " " || $0 == "," }
    var result: [Comparator] = []
    var sign: Substring?
    for word in words {
      let end = word.firstIndex { !"<>=^~".contains($0) } ?? word.endIndex
      if end == word.endIndex {
        guard sign == nil else { return nil }
        sign = word
        continue
      }
      guard sign == nil || end == word.startIndex else { return nil }
      result.append(Comparator(sign: sign ?? word[..<end], version: word[end...]))
      sign = nil
    }
    return sign == nil ? result : nil
  }

  /// A version of which the end may be missing or `x`.
  private struct Partial {
    var major: UInt64?
    var minor: UInt64?
    var patch: UInt64?
    var prerelease: [Version.Identifier] = []

    var floor: Version { Version(major ?? 0, minor ?? 0, patch ?? 0, prerelease: prerelease) }
    /// The floor, pre-releases of it included where parts are missing.
    var isWhole: Bool { patch != nil }
  }

  private static func partial(_ text: Substring) -> Partial? {
    if let version = try? Version(String(text)) {
      return Partial(
        major: version.major, minor: version.minor, patch: version.patch,
        prerelease: version.prerelease)
    }
    let words = text.parts(at: ".", keepsEmpty: true)
    guard (1...3).contains(words.count) else { return nil }
    var numbers: [UInt64?] = []
    for word in words {
      if word == "x" || word == "X" || word == "*" {
        numbers.append(nil)
      } else if let number = Version.number(word), numbers.allSatisfy({ $0 != nil }) {
        numbers.append(number)
      } else {
        return nil
      }
    }
    numbers += Array(repeating: nil, count: 3 - numbers.count)
    return Partial(major: numbers[0], minor: numbers[1], patch: numbers[2])
  }

  private static func interval(_ sign: Substring, _ partial: Partial) -> VersionRange.Interval? {
    let floor = partial.floor
    switch sign {
    case _ where partial.major == nil && ["", "=", "==", "^", "~", ">=", "<="].contains(sign):
      return .init(lower: VersionRange.leastVersion, upper: nil)
    case "", "=", "==":
      return partial.isWhole
        ? .init(lower: floor, upper: floor.next) : .init(lower: floor, upper: ceiling(of: partial))
    case "^": return .init(lower: floor, upper: caretCeiling(of: partial))
    case "~":
      let stopAtMinor = Partial(major: partial.major, minor: partial.minor)
      return .init(lower: floor, upper: ceiling(of: stopAtMinor))
    case ">=": return .init(lower: floor, upper: nil)
    case "<": return .init(lower: VersionRange.leastVersion, upper: releaseFloor(partial))
    case ">":
      if partial.isWhole { return .init(lower: floor.next, upper: nil) }
      guard let upper = ceiling(of: partial) else { return .init(lower: floor, upper: floor) }
      return .init(lower: Version(upper.major, upper.minor, upper.patch), upper: nil)
    case "<=":
      return .init(
        lower: VersionRange.leastVersion, upper: partial.isWhole ? floor.next : ceiling(of: partial)
      )
    default: return nil
    }
  }

  /// `<2` leaves out the pre-releases of 2.0.0; `<2.0.0-rc.1` is exact.
  private static func releaseFloor(_ partial: Partial) -> Version {
    let floor = partial.floor
    return floor.isPrerelease
      ? floor : Version(floor.major, floor.minor, floor.patch, prerelease: [.number(0)])
  }

  /// The first version after all that the given parts cover; nil for `*`.
  private static func ceiling(of partial: Partial) -> Version? {
    guard let major = partial.major else { return nil }
    if let minor = partial.minor {
      if let patch = partial.patch { return least(major, minor, patch &+ 1) }
      return least(major, minor &+ 1, 0)
    }
    return least(major &+ 1, 0, 0)
  }

  /// `^`: up to the next change of the leftmost part that is not zero.
  private static func caretCeiling(of partial: Partial) -> Version? {
    guard let major = partial.major else { return nil }
    guard major == 0 else { return least(major &+ 1, 0, 0) }
    guard let minor = partial.minor else { return least(1, 0, 0) }
    guard minor == 0 else { return least(0, minor &+ 1, 0) }
    guard let patch = partial.patch else { return least(0, 1, 0) }
    return least(0, 0, patch &+ 1)
  }

  private static func least(_ major: UInt64, _ minor: UInt64, _ patch: UInt64) -> Version {
    Version(major, minor, patch, prerelease: [.number(0)])
  }

  private static func intersection(
    _ left: VersionRange.Interval, _ right: VersionRange.Interval
  ) -> VersionRange.Interval? {
    let lower = max(left.lower, right.lower)
    let upper: Version? =
      switch (left.upper, right.upper) {
      case (let a?, let b?): min(a, b)
      case (let a?, nil): a
      case (nil, let b): b
      }
    guard upper.map({ lower < $0 }) ?? true else { return nil }
    return .init(lower: lower, upper: upper)
  }
}
