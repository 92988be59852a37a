// Elf64_Shdr, 64 bytes:  sh_name u32 | sh_type u32 | sh_flags | sh_addr | sh_offset | sh_size ...

/// What section headers add where they are not stripped.
struct ElfSections: Sendable {
  /// The compilers named in `.comment`, unique, in the file's order; at most 16.
  private(set) var toolchains: [String] = []
  /// Whether there is a full symbol table or debug information.
  private(set) var hasDebugInfo = false
  /// Whether there is debug information in the file, which tells of types.
  private(set) var hasTypes = false
  /// The file that `.gnu_debuglink` names: where the debug information went; nil where none is.
  private(set) var debugLink: String?

  init(_ bytes: ElfBytes) {
    guard let table = bytes.int(40), table > 0, let count = bytes.u16(60), bytes.u16(58) == 64,
      let nameIndex = bytes.u16(62), nameIndex < count,
      bytes.contains(offset: table, size: Int(count) * 64),
      let names = Self.range(bytes, table + Int(nameIndex) * 64)
    else { return }
    for index in 0..<Int(count) {
      let place = table + index * 64
      guard let nameOffset = bytes.u32(place),
        let name = bytes.text(at: names.lowerBound + Int(nameOffset), limit: names.upperBound)
      else { continue }
      if bytes.u32(place + 4) == 2 || bytes.begins(with: ".debug_info", in: name) {
        hasDebugInfo = true
        if bytes.u32(place + 4) != 2 { hasTypes = true }
      } else if bytes.begins(with: ".comment", in: name), let content = Self.range(bytes, place) {
        readComment(bytes, content)
      } else if bytes.begins(with: ".gnu_debuglink", in: name),
        let content = Self.range(bytes, place),
        let text = bytes.text(at: content.lowerBound, limit: content.upperBound), text.count < 256
      {
        debugLink = bytes.string(text)
      }
    }
  }

  private static func range(_ bytes: ElfBytes, _ place: Int) -> Range<Int>? {
    guard let offset = bytes.int(place + 24), let size = bytes.int(place + 32),
      bytes.contains(offset: offset, size: size)
    else { return nil }
    return offset..<offset + size
  }

  private mutating func readComment(_ bytes: ElfBytes, _ range: Range<Int>) {
    let lines = bytes.storage[range].prefix(16_384).split(separator: 0)
    for line in lines.prefix(256) {
      let text = String(decoding: line.prefix(200), as: UTF8.self)
      if toolchains.count < 16, !toolchains.contains(text) { toolchains.append(text) }
    }
  }
}
