extension Node {
  /// The value as YAML in block form.
  public var yaml: String {
    var lines: [String] = []
    write("", "", to: &lines)
    return lines.joined(separator: "\n") + "\n"
  }

  /// - Parameters:
  ///   - start: what stands on the first line before the value.
  ///   - indentation: of the lines that follow.
  private func write(_ start: String, _ indentation: String, to lines: inout [String]) {
    func joined(_ text: String) -> String {
      start.isEmpty || start.ends(with: " ") ? start + text : "\(start) \(text)"
    }
    switch value {
    case .scalar: lines.append(joined(scalarText))
    case .map(let entries):
      if entries.isEmpty { return lines.append(joined("{}")) }
      // In a list the first entry stands beside the dash.
      var lead = start.ends(with: "- ") ? start : indentation
      if !start.isEmpty, !start.ends(with: "- ") { lines.append(start) }
      for entry in entries {
        let key = Self.plainOrQuoted(entry.key)
        entry.value.write("\(lead)\(key):", indentation + "  ", to: &lines)
        lead = indentation
      }
    case .list(let elements):
      if elements.isEmpty { return lines.append(joined("[]")) }
      if !start.isEmpty { lines.append(start) }
      for element in elements { element.write("\(indentation)- ", indentation + "  ", to: &lines) }
    }
  }

  private var scalarText: String {
    guard case .scalar(let text, let isQuoted) = value else { return "" }
    return Self.quotedIfNeeded(text, isQuoted: isQuoted)
  }

  /// Plain where it reads back as what it is; else as a JSON string, which YAML reads too.
  private static func quotedIfNeeded(_ text: String, isQuoted: Bool) -> String {
    if case .text = Scalar(text, isQuoted: false) {
      // A number beyond those of JSON is text here, and would be none to other readers.
      return isQuoted && Scalar.isNumber(text) ? quoted(text) : plainOrQuoted(text)
    }
    // A number, a Boolean or nothing, or a text that looks like one.
    return isQuoted ? quoted(text) : text.isEmpty ? "null" : text
  }

  /// A text that can't be taken for anything else, such as a key.
  private static func plainOrQuoted(_ text: String) -> String {
    let isSafe =
      !text.isEmpty && text.utf8.first != UInt8(ascii: "-")
      && text.utf8.allSatisfy {
        (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0)
          || [0x2E, 0x2F, 0x5F, 0x7E, 0x2D, 0x2B].contains($0)
      }
    return isSafe ? text : quoted(text)
  }

  private static func quoted(_ text: String) -> String {
    String(decoding: JSON.string(text).compactBytes, as: UTF8.self)
  }
}
