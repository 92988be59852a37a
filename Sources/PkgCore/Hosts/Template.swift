/// Replaces `{word}` by its value; braces around anything else stay, so that a host's own braces
/// need no escape.
public func filled(_ template: String, _ values: [(name: String, value: String)]) -> String {
  var result = ""
  var rest = template[...]
  while let (before, after) = rest.cut(at: "{") {
    result += before
    guard let (word, tail) = after.cut(at: "}"),
      let value = values.first(where: { $0.name == word })?.value
    else {
      result += "{"
      rest = after
      continue
    }
    result += value
    rest = tail
  }
  return result + rest
}
