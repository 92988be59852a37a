import PkgCore

// Elf64_Rela, 24 bytes:  r_offset u64 | r_info u64 (symbol << 32 | type) | r_addend i64

extension ElfImage {
  /// The pointers that the loader would write into a range of addresses: the address of each, and
  /// the address in this image that it will point to.
  func pointers(in range: Range<UInt64>) -> [UInt64: UInt64] {
    var pointers: [UInt64: UInt64] = [:]
    forEachRelocation { place, info, addend in
      guard range.contains(place) else { return }
      let type = UInt32(truncatingIfNeeded: info)
      if relativeTypes.contains(type) {
        pointers[place] = addend
      } else if absoluteTypes.contains(type),
        let symbol = symbols.symbol(Int(info >> 32), in: bytes), !symbol.isUndefined
      {
        pointers[place] = symbol.value &+ addend
      }
    }
    return pointers
  }

  /// Whether a relocation calls a resolver in this image.
  var hasIndirectRelocations: Bool {
    var found = false
    forEachRelocation { _, info, _ in
      let type = UInt32(truncatingIfNeeded: info)
      if type == (header.machine == .aarch64 ? 1032 : 37) { found = true }
    }
    return found
  }

  // R_X86_64_RELATIVE and R_X86_64_64; R_AARCH64_RELATIVE and R_AARCH64_ABS64.
  private var relativeTypes: [UInt32] { header.machine == .aarch64 ? [1027] : [8] }
  private var absoluteTypes: [UInt32] { header.machine == .aarch64 ? [257] : [1] }

  private func forEachRelocation(_ visit: (UInt64, UInt64, UInt64) -> Void) {
    for table in dynamic.relocations {
      for place in stride(from: table.offset, to: table.offset + table.size - 23, by: 24) {
        guard let offset = bytes.u64(place), let info = bytes.u64(place + 8),
          let addend = bytes.u64(place + 16)
        else { return }
        visit(offset, info, addend)
      }
    }
  }
}
