/// Reads `{}` and `{"ending": "text"}`; a text has no escapes but `\"` and `\\`.
struct ConfigReader {
  private var rest: ArraySlice<UInt8>

  static func ending(in bytes: UnsafeRawBufferPointer) -> String? {
    var reader = ConfigReader(rest: Array(bytes)[...])
    guard reader.take("{") else { return nil }
    var ending = ""
    if !reader.take("}") {
      guard reader.text() == "ending", reader.take(":"), let text = reader.text(),
        text.utf8.count <= 100,
        reader.take("}")
      else { return nil }
      ending = text
    }
    reader.skipSpace()
    return reader.rest.isEmpty ? ending : nil
  }

  private mutating func skipSpace() {
    rest = rest.drop { $0 == 0x20 || $0 == 0x09 || $0 == 0x0a || $0 == 0x0d }
  }

  private mutating func take(_ mark: Unicode.Scalar) -> Bool {
    skipSpace()
    guard rest.first == UInt8(ascii: mark) else { return false }
    rest.removeFirst()
    return true
  }

  private mutating func text() -> String? {
    guard take("\"") else { return nil }
    var bytes: [UInt8] = []
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "\"") { return String(validating: bytes, as: UTF8.self) }
      if byte < 0x20 { return nil }
      guard byte == UInt8(ascii: "\\") else {
        bytes.append(byte)
        continue
      }
      guard let escaped = rest.popFirst(),
        escaped == UInt8(ascii: "\"") || escaped == UInt8(ascii: "\\")
      else {
        return nil
      }
      bytes.append(escaped)
    }
    return nil
  }
}
