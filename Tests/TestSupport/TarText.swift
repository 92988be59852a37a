/// A tar archive made by hand (POSIX 1003.1, "ustar Interchange Format"), right or wrong.
public struct TarText {
  /// What an entry is, by its type flag.
  public enum Kind: UInt8 {
    /// A regular file.
    case file = 0x30
    /// A second name of an entry before it.
    case hardLink = 0x31
    /// A symbolic link.
    case link = 0x32
    /// A character device.
    case character = 0x33
    /// A block device.
    case block = 0x34
    /// A folder.
    case folder = 0x35
    /// A FIFO.
    case fifo = 0x36
    /// A contiguous file.
    case contiguous = 0x37
    /// A sparse file, in the old form of GNU.
    case gnuSparse = 0x53
    /// An extended header for the entry that follows.
    case pax = 0x78
  }

  /// What was added so far.
  public private(set) var bytes: [UInt8] = []

  /// An archive with nothing in it.
  public init() {}

  /// Adds an entry; `size` may lie about the content, and `bend` may change its header before the checksum
  /// is made.
  public mutating func add(
    _ name: String, _ content: [UInt8] = [], kind: Kind = .file, mode: Int = 0o644,
    link: String = "", size: Int? = nil, bend: (inout [UInt8]) -> Void = { _ in }
  ) {
    if name.utf8.count > 100 { add("PaxHeader", Self.record("path", name), kind: .pax) }
    var header = [UInt8](repeating: 0, count: 512)
    func put(_ text: String, _ offset: Int, _ length: Int) {
      for (place, byte) in text.utf8.prefix(length).enumerated() { header[offset + place] = byte }
    }
    func octal(_ value: Int, _ length: Int) -> String {
      let digits = String(value, radix: 8)
      return String(repeating: "0", count: max(0, length - digits.count)) + digits
    }
    put(name, 0, 100)
    put(octal(mode, 7), 100, 8)
    put(octal(0, 7), 108, 8)
    put(octal(0, 7), 116, 8)
    put(octal(size ?? content.count, 11), 124, 12)
    put(octal(0, 11), 136, 12)
    put("        ", 148, 8)
    header[156] = kind.rawValue
    put(link, 157, 100)
    put("ustar", 257, 6)
    put("00", 263, 2)
    put(octal(1, 7), 329, 8)
    put(octal(3, 7), 337, 8)
    bend(&header)
    let sum = header.reduce(0) { $0 + Int($1) }
    put(octal(sum, 6) + "\0 ", 148, 8)
    bytes += header + content
    bytes += [UInt8](repeating: 0, count: (512 - content.count % 512) % 512)
  }

  /// Changes what was added so far, checksums and all.
  public mutating func alter(_ change: (inout [UInt8]) -> Void) { change(&bytes) }

  /// Adds an extended header of any bytes.
  public mutating func addPax(raw: String) { add("PaxHeader", Array(raw.utf8), kind: .pax) }

  /// Adds a pax header for the entry that follows.
  public mutating func addPax(_ name: String, _ value: String) { addPax([name: value]) }

  /// Adds a pax header with several attributes for the entry that follows.
  public mutating func addPax(_ attributes: KeyValuePairs<String, String>) {
    add("PaxHeader", attributes.flatMap { Self.record($0.key, $0.value) }, kind: .pax)
  }

  /// The archive with its end.
  public var finished: [UInt8] { bytes + [UInt8](repeating: 0, count: 1024) }

  /// An attribute of a pax header: `LENGTH NAME=VALUE\n`, the length counting itself.
  public static func record(_ name: String, _ value: String) -> [UInt8] {
    let body = " \(name)=\(value)\n"
    var length = body.utf8.count + 1
    while String(length).utf8.count + body.utf8.count != length {
      length = String(length).utf8.count + body.utf8.count
    }
    return Array("\(length)\(body)".utf8)
  }
}
