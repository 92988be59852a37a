import PkgCore

/// The full symbol table of a file that is not stripped, to name local functions in a backtrace,
/// which the dynamic loader can't.
struct ElfFullSymbols {
  private let bytes: ElfBytes
  private let table: Range<Int>
  private let strings: Range<Int>

  /// nil where there is no such table.
  init?(_ image: ElfImage) {
    bytes = image.bytes
    guard let headers = bytes.int(40), headers > 0, let count = bytes.u16(60), bytes.u16(58) == 64
    else { return nil }
    for index in 0..<Int(count) {
      let place = headers + index * 64
      guard bytes.u32(place + 4) == 2, let link = bytes.u32(place + 40), link < UInt32(count),
        let table = Self.range(bytes, place),
        let strings = Self.range(bytes, headers + Int(link) * 64)
      else { continue }
      self.table = table
      self.strings = strings
      return
    }
    return nil
  }

  private static func range(_ bytes: ElfBytes, _ place: Int) -> Range<Int>? {
    guard let offset = bytes.int(place + 24), let size = bytes.int(place + 32),
      bytes.contains(offset: offset, size: size)
    else { return nil }
    return offset..<offset + size
  }

  /// `name+0xdistance` of the function that has an address; nil where none has.
  func function(at address: UInt64) -> String? {
    for place in stride(from: table.lowerBound, to: table.upperBound - 23, by: 24) {
      guard let name = bytes.u32(place), let kind = bytes.number(UInt8.self, at: place + 4),
        kind & 15 == ElfSymbolTable.SymbolType.function, let value = bytes.u64(place + 8),
        let size = bytes.u64(place + 16), address >= value, address - value < size,
        let range = bytes.text(at: strings.lowerBound + Int(name), limit: strings.upperBound)
      else { continue }
      return "\(bytes.string(range))+0x\(String(address - value, radix: 16))"
    }
    return nil
  }
}
