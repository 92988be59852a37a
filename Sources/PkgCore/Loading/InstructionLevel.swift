/// A level of instructions of x86-64 processors, as the psABI counts them: each has all of those below.
public struct InstructionLevel: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// 1 for the baseline, 3 for x86-64-v3; 1 to 99.
  public let number: Int

  /// A level by its number; nil outside of 1 to 99.
  public init?(_ number: Int) {
    guard (1...99).contains(number) else { return nil }
    self.number = number
  }

  /// Reads `x86-64` or `x86-64-v3`; a level that nobody has yet is one too.
  public init?(_ text: String) {
    if text == Self.family {
      number = 1
      return
    }
    let prefix = Self.family + "-v"
    let digits = text.utf8.dropFirst(prefix.utf8.count)
    guard text.begins(with: prefix), digits.first != UInt8(ascii: "0"),
      digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
      let number = text.rest(after: prefix).flatMap({ Int($0) }), (1...99).contains(number)
    else { return nil }
    self.number = number
  }

  /// `x86-64-v3`; the baseline is `x86-64`.
  public var description: String { number == 1 ? Self.family : "\(Self.family)-v\(number)" }

  /// Whether the right one has instructions that the left one lacks.
  public static func < (left: Self, right: Self) -> Bool { left.number < right.number }

  private static let family = "x86-64"
}
