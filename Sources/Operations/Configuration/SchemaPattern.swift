internal import Files
internal import PkgCore

/// The expressions of JSON Schemas, which are JavaScript's, by the C library's extended ones.
enum SchemaPattern {
  /// Whether an expression matches somewhere in a text; nil where it uses what POSIX lacks, or could take
  /// more time or memory than it is worth.
  static func matches(_ pattern: String, _ text: String) -> Bool? {
    guard pattern.utf8.count <= 1000, text.utf8.count <= longestText, !text.utf8.contains(0),
      !text.utf8.contains(UInt8(ascii: "\n")), let (posix, cost) = translated(pattern),
      cost * text.utf8.count <= mostWork, let compiled = Pattern(posix)
    else { return nil }
    return compiled.matches(text)
  }

  private static let longestText = 4096
  /// Parts of an expression, each as often as it is repeated.
  private static let mostParts = 1000
  /// Parts times bytes of the text: the C library keeps up to some 70 bytes for each.
  private static let mostWork = 1 << 19

  /// The same in POSIX's notation, and how many parts it has; nil for look-ahead, lazy repetition, back
  /// references, and repetition that multiplies: the C library copies an expression as often as its count says.
  private static func translated(_ pattern: String) -> (posix: String, cost: Int)? {
    var result = "".unicodeScalars
    var isInBrackets = false
    var cost = Cost()
    var rest = Array(pattern.unicodeScalars)[...]
    while let character = rest.popFirst() {
      switch character {
      case "\\":
        guard let next = rest.popFirst(), let text = escaped(next, isInBrackets) else { return nil }
        result += text.unicodeScalars
        if !isInBrackets { cost.add() }
        continue
      case "[" where !isInBrackets:
        isInBrackets = true
        cost.add()
      case "]": isInBrackets = false
      case "(" where !isInBrackets:
        cost.begin()
        guard rest.first == "?" else { break }
        guard rest.dropFirst().first == ":" else { return nil }
        rest = rest.dropFirst(2)
      case ")" where !isInBrackets: cost.end()
      case "*", "+", "?", "}":
        guard isInBrackets || rest.first != "?" && rest.first != "+" else { return nil }
      case "{" where !isInBrackets:
        let numbers = rest.prefix { $0 != "}" }.split(separator: ",").compactMap { digits in
          Int(String(String.UnicodeScalarView(digits)))
        }
        guard let most = numbers.max(), (0...mostParts).contains(most) else { return nil }
        cost.repeatLast(most)
      default: if !isInBrackets { cost.add() }
      }
      guard cost.whole <= mostParts else { return nil }
      result.append(character)
    }
    return (String(result), cost.whole)
  }

  /// Counts the parts of an expression while it is read.
  private struct Cost {
    /// Parts before the last one, of each group that is open.
    private var groups = [0]
    private var last = 0

    var whole: Int { groups.reduce(last, +) }

    mutating func add() {
      groups[groups.count - 1] += last
      last = 1
    }

    mutating func begin() {
      add()
      groups.append(0)
      last = 0
    }

    mutating func end() {
      guard groups.count > 1 else { return add() }
      last += groups.removeLast() + 1
    }

    mutating func repeatLast(_ count: Int) { last *= max(1, count) }
  }

  private static func escaped(_ character: Unicode.Scalar, _ isInBrackets: Bool) -> String? {
    let classes: [Unicode.Scalar: String] = ["d": "0-9", "w": "A-Za-z0-9_", "s": "[:space:]"]
    if let members = classes[character] { return isInBrackets ? members : "[\(members)]" }
    let others: [Unicode.Scalar: String] = ["D": "0-9", "W": "A-Za-z0-9_", "S": "[:space:]"]
    if let members = others[character] { return isInBrackets ? nil : "[^\(members)]" }
    let controls: [Unicode.Scalar: String] = ["n": "\n", "t": "\t", "r": "\r"]
    if let control = controls[character] { return control }
    // Letters and digits stand for something; anything else for itself.
    guard character.isASCII, !character.properties.isAlphabetic,
      character.properties.numericType == nil
    else { return nil }
    if isInBrackets { return ["]", "^", "-", "\\"].contains(character) ? nil : "\(character)" }
    return "\\\(character)"
  }
}
