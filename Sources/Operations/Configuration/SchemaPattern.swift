internal import Files
internal import PkgCore

/// The expressions of JSON Schemas, which are JavaScript's, by the C library's extended ones.
enum SchemaPattern {
  /// Whether an expression matches somewhere in a text; nil where it uses what POSIX lacks, or could take
  /// more time or memory than it is worth.
  static func matches(_ pattern: String, _ text: String) -> Bool? {
    guard pattern.utf8.count <= 1000, text.utf8.count <= 1 << 16, !text.utf8.contains(0),
      !text.utf8.contains(UInt8(ascii: "\n")), let posix = translated(pattern),
      let compiled = Pattern(posix)
    else { return nil }
    return compiled.matches(text)
  }

  /// The same in POSIX's notation; nil for look-ahead, lazy repetition, back references, and repetition that
  /// multiplies: the C library copies an expression as often as its count says.
  private static func translated(_ pattern: String) -> String? {
    var result = ""
    var isInBrackets = false
    var copies = 1
    var rest = Array(pattern)[...]
    while let character = rest.popFirst() {
      switch character {
      case "\\":
        guard let next = rest.popFirst(), let text = escaped(next, isInBrackets) else { return nil }
        result += text
        continue
      case "[" where !isInBrackets: isInBrackets = true
      case "]": isInBrackets = false
      case "(" where !isInBrackets && rest.first == "?":
        guard rest.dropFirst().first == ":" else { return nil }
        rest = rest.dropFirst(2)
      case "*", "+", "?", "}":
        guard isInBrackets || rest.first != "?" && rest.first != "+" else { return nil }
      case "{" where !isInBrackets:
        let numbers = rest.prefix { $0 != "}" }.split(separator: ",").compactMap { Int(String($0)) }
        copies *= max(1, numbers.max() ?? 1)
        guard !numbers.isEmpty, copies <= 1000 else { return nil }
      default: break
      }
      result.append(character)
    }
    return result
  }

  private static func escaped(_ character: Character, _ isInBrackets: Bool) -> String? {
    let classes: [Character: String] = ["d": "0-9", "w": "A-Za-z0-9_", "s": "[:space:]"]
    if let members = classes[character] { return isInBrackets ? members : "[\(members)]" }
    let others: [Character: String] = ["D": "0-9", "W": "A-Za-z0-9_", "S": "[:space:]"]
    if let members = others[character] { return isInBrackets ? nil : "[^\(members)]" }
    let controls: [Character: String] = ["n": "\n", "t": "\t", "r": "\r"]
    if let control = controls[character] { return control }
    // Letters and digits stand for something; anything else for itself.
    guard character.isASCII, !character.isLetter, !character.isNumber else { return nil }
    if isInBrackets { return ["]", "^", "-", "\\"].contains(character) ? nil : "\(character)" }
    return "\\\(character)"
  }
}
