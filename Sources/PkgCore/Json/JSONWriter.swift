/// The three ways in which JSON is written here.
extension JSON {
  /// One line, no spaces, members in their own order; a trailing newline is the caller's.
  public var compactBytes: [UInt8] {
    var output: [UInt8] = []
    write(to: &output, style: .compact, indent: 0)
    return output
  }

  /// Two spaces of indentation, members in their own order, a newline at the end.
  public var prettyBytes: [UInt8] {
    var output: [UInt8] = []
    write(to: &output, style: .pretty, indent: 0)
    output.append(0x0A)
    return output
  }

  /// OLPC canonical JSON, over which TUF signatures are made: members in byte order, only `"` and
  /// `\` escaped, integers only. Returns nil where a real number is inside.
  public var canonicalBytes: [UInt8]? {
    guard isCanonical else { return nil }
    var output: [UInt8] = []
    write(to: &output, style: .canonical, indent: 0)
    return output
  }

  private var isCanonical: Bool {
    switch self {
    case .real: false
    case .array(let elements): elements.allSatisfy(\.isCanonical)
    case .object(let object): object.members.allSatisfy { $0.value.isCanonical }
    default: true
    }
  }

  private enum Style { case compact, pretty, canonical }

  private func write(to output: inout [UInt8], style: Style, indent: Int) {
    switch self {
    case .null: output.append(contentsOf: "null".utf8)
    case .bool(let value): output.append(contentsOf: (value ? "true" : "false").utf8)
    case .integer(let value): output.append(contentsOf: String(value).utf8)
    case .real(let value): output.append(contentsOf: String(value).utf8)
    case .string(let value): Self.write(value, to: &output, style: style)
    case .array(let elements):
      Self.writeList(elements, "[", "]", to: &output, style: style, indent: indent) {
        element, output in
        element.write(to: &output, style: style, indent: indent + 1)
      }
    case .object(let object):
      let members =
        style == .canonical
        ? object.members.sorted { bytesPrecede($0.name, $1.name) } : object.members
      Self.writeList(members, "{", "}", to: &output, style: style, indent: indent) {
        member, output in
        Self.write(member.name, to: &output, style: style)
        output.append(UInt8(ascii: ":"))
        if style == .pretty { output.append(0x20) }
        member.value.write(to: &output, style: style, indent: indent + 1)
      }
    }
  }

  private static func writeList<Element>(
    _ elements: [Element], _ open: Unicode.Scalar, _ close: Unicode.Scalar,
    to output: inout [UInt8], style: Style, indent: Int,
    element write: (Element, inout [UInt8]) -> Void
  ) {
    output.append(UInt8(ascii: open))
    for (index, element) in elements.enumerated() {
      if index > 0 { output.append(UInt8(ascii: ",")) }
      if style == .pretty { newline(to: &output, indent: indent + 1) }
      write(element, &output)
    }
    if style == .pretty, !elements.isEmpty { newline(to: &output, indent: indent) }
    output.append(UInt8(ascii: close))
  }

  private static func newline(to output: inout [UInt8], indent: Int) {
    output.append(0x0A)
    output.append(contentsOf: repeatElement(0x20, count: indent * 2))
  }

  private static func write(_ text: String, to output: inout [UInt8], style: Style) {
    output.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        output.append(UInt8(ascii: "\\"))
        output.append(byte)
      case 0..<0x20 where style != .canonical:
        output.append(contentsOf: controlEscape(byte).utf8)
      default:
        output.append(byte)
      }
    }
    output.append(UInt8(ascii: "\""))
  }

  private static func controlEscape(_ byte: UInt8) -> String {
    switch byte {
    case 0x0A: return "\\n"
    case 0x0D: return "\\r"
    case 0x09: return "\\t"
    default:
      let digits = String(byte, radix: 16)
      return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    }
  }
}
