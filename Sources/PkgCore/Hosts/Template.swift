/// Replaces `{word}` by its value; braces around anything else stay, so that a host's own braces
/// need no escape.
public func filled(_ template: String, _ values: [(name: String, value: String)]) -> String {
  var result = ""
  var rest = template[...]
  while let open = rest.firstIndex(of: "{") {
    result += rest[..<open]
    let afterOpen = rest.index(after: open)
    guard let close = rest[afterOpen...].firstIndex(of: "}"),
      let value = values.first(where: { $0.name == rest[afterOpen..<close] })?.value
    else {
      result += "{"
      rest = rest[afterOpen...]
      continue
    }
    result += value
    rest = rest[rest.index(after: close)...]
  }
  return result + rest
}
