/// What one response's header fields say, and why it was cut off, if it was.
struct CurlResponse {
  private(set) var etag: String?
  private(set) var lastModified: String?
  /// Where a part of a body begins, in bytes from the start of the whole; nil for a whole one.
  private(set) var rangeStart: Int64?
  /// The length stated for the body as sent; nil where none is, or where it is encoded.
  var length: Int64? { isEncoded ? nil : statedLength }
  /// Whether the last line ended the header.
  private(set) var isHeaderComplete = false
  private var statedLength: Int64?
  private var isEncoded = false
  var asideCount: Int64 = 0
  var failure: (any Error)?

  /// Takes a header line with its end.
  mutating func take(_ line: UnsafeRawBufferPointer) {
    // An interim response (100, a proxy's 200) comes before the real one, which starts afresh.
    if line.starts(with: "HTTP/".utf8) {
      let (aside, failure) = (asideCount, failure)
      self = CurlResponse()
      (asideCount, self.failure) = (aside, failure)
    } else if line.elementsEqual("\r\n".utf8) || line.elementsEqual("\n".utf8) {
      isHeaderComplete = true
    } else if let value = value(of: "content-length:", in: line) {
      statedLength = Int64(value)
    } else if let value = value(of: "content-encoding:", in: line) {
      isEncoded = value.lowercased() != "identity"
    } else if let value = value(of: "content-range: bytes ", in: line) {
      rangeStart = Int64(value.prefix { $0 != "-" })
    } else if let value = value(of: "etag:", in: line) {
      etag = value
    } else if let value = value(of: "last-modified:", in: line) {
      lastModified = value
    }
  }

  /// Trimmed; nil for another name, and for what is no ASCII text.
  private func value(of name: String, in line: UnsafeRawBufferPointer) -> String? {
    let count = name.utf8.count
    guard line.count > count, line.prefix(count).map({ lowered($0) }).elementsEqual(name.utf8)
    else { return nil }
    let bytes = line.dropFirst(count).drop { $0 == 0x20 || $0 == 0x09 }
    let kept = bytes.prefix { $0 != 0x0D && $0 != 0x0A }
    guard kept.allSatisfy({ (0x20...0x7E).contains($0) }) else { return nil }
    return String(decoding: kept, as: UTF8.self)
  }

  private func lowered(_ byte: UInt8) -> UInt8 {
    (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
  }
}
