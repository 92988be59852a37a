extension JSONError: Diagnosable {
  /// `json.invalid` with the line and column.
  public var diagnostic: Diagnostic {
    Diagnostic(.jsonInvalid, "\(line):\(column): \(sentence)")
  }

  private var sentence: String {
    switch kind {
    case .unexpectedEnd: "the JSON ends in the middle of a value"
    case .unexpectedByte(let byte): "unexpected byte 0x\([byte].hex) in JSON"
    case .trailingBytes: "bytes follow the end of the JSON value"
    case .invalidUTF8: "a JSON string is not valid UTF-8"
    case .invalidEscape: "invalid escape in a JSON string"
    case .controlCharacter: "control character in a JSON string"
    case .invalidNumber: "invalid JSON number"
    case .duplicateMember(let name): "the JSON member `\(name)` stands twice in one object"
    case .tooDeep: "JSON nested deeper than \(JSONParser.maximumDepth)"
    case .notAnInteger: "only integers are allowed in signed JSON"
    }
  }
}
