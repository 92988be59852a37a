/// A dotted number as libraries write behind a family's name: the `2.38` of `GLIBC_2.38`, the
/// `3.4.30` of `GLIBCXX_3.4.30`.
public struct SymbolVersion: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// The numbers from the left; at least one.
  public let numbers: [UInt32]

  /// Reads digits and dots; nil for anything else, and beyond six numbers or 32 bits.
  public init?(_ text: some StringProtocol) {
    let parts = text.parts(at: ".", cuts: 6, keepsEmpty: true)
    let numbers = parts.compactMap { UInt32($0) }
    guard numbers.count == parts.count, (1...6).contains(numbers.count),
      text.utf8.allSatisfy({ $0 == 0x2E || (0x30...0x39).contains($0) })
    else { return nil }
    self.numbers = numbers
  }

  /// A missing number counts as 0.
  public static func < (left: SymbolVersion, right: SymbolVersion) -> Bool {
    for place in 0..<max(left.numbers.count, right.numbers.count) {
      let a = place < left.numbers.count ? left.numbers[place] : 0
      let b = place < right.numbers.count ? right.numbers[place] : 0
      if a != b { return a < b }
    }
    return false
  }

  /// Equal where neither is lower: `2.4` and `2.4.0` are.
  public static func == (left: SymbolVersion, right: SymbolVersion) -> Bool {
    !(left < right) && !(right < left)
  }

  /// Trailing zeros do not count.
  public func hash(into hasher: inout Hasher) {
    var significant = numbers[...]
    while significant.last == 0 { significant = significant.dropLast() }
    hasher.combine(significant)
  }

  /// The numbers with dots between.
  public var description: String { numbers.map(String.init).joined(separator: ".") }
}

/// The families of versioned symbols that decide whether a system is new enough.
public enum SymbolVersionFamily: String, Sendable, CaseIterable {
  /// The C library.
  case glibc = "GLIBC"
  /// The C++ standard library.
  case glibcxx = "GLIBCXX"
  /// The C++ runtime's ABI, part of libstdc++.
  case cxxabi = "CXXABI"
  /// The compiler's support library, libgcc.
  case gcc = "GCC"

  /// The family and number of a version such as `GLIBC_2.38`; nil for any other name.
  public static func parse(_ text: String) -> (family: SymbolVersionFamily, version: SymbolVersion)?
  {
    guard let (name, number) = text.cut(atLast: "_"), let family = Self(rawValue: String(name)),
      let version = SymbolVersion(number)
    else { return nil }
    return (family, version)
  }
}
