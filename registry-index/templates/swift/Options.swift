/// Reads `{}` and `{"shortest": 3}`, so small that it is done by hand.
struct OptionsReader {
  private var rest: ArraySlice<UInt8>

  /// Letters of a word that counts; nil where the configuration is something else.
  static func shortest(in bytes: UnsafeRawBufferPointer) -> Int? {
    var reader = OptionsReader(rest: Array(bytes)[...])
    guard reader.take("{") else { return nil }
    var shortest = 1
    if !reader.take("}") {
      guard reader.take("\"shortest\""), reader.take(":"), let number = reader.number(),
        reader.take("}")
      else { return nil }
      shortest = number
    }
    reader.skipSpace()
    return reader.rest.isEmpty ? shortest : nil
  }

  private mutating func skipSpace() {
    rest = rest.drop { $0 == 0x20 || $0 == 0x09 || $0 == 0x0a || $0 == 0x0d }
  }

  private mutating func take(_ word: String) -> Bool {
    skipSpace()
    guard rest.starts(with: word.utf8) else { return false }
    rest = rest.dropFirst(word.utf8.count)
    return true
  }

  private mutating func number() -> Int? {
    skipSpace()
    let digits = rest.prefix { $0 >= 0x30 && $0 <= 0x39 }
    rest = rest.dropFirst(digits.count)
    guard digits.first != 0x30, let number = Int(String(decoding: digits, as: UTF8.self)),
      number <= 100
    else { return nil }
    return number
  }
}
