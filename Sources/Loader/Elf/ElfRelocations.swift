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
  var hasIndirectRelocations: Bool { count(ofType: indirectType) > 0 }

  /// The resolvers that run at load: relocations that call one, and indirect functions that are
  /// exported.
  var indirectFunctionCount: Int {
    var count = count(ofType: indirectType)
    for index in 1..<max(symbols.count, 1) {
      guard let symbol = symbols.symbol(index, in: bytes), !symbol.isUndefined else { continue }
      if symbol.type == ElfSymbolTable.SymbolType.ifunc { count += 1 }
    }
    return count
  }

  /// Whether its code reaches thread-local storage at a fixed distance from the thread's pointer,
  /// so that it must lie in the block that each thread has from its start.
  var hasStaticTLS: Bool {
    guard tlsSize > 0 else { return false }
    // R_X86_64_TPOFF64 and R_AARCH64_TLS_TPREL.
    return dynamic.flags & ElfDynamic.Flags.staticTLS != 0
      || count(ofType: header.machine == .aarch64 ? 1030 : 18) > 0
  }

  /// Bytes of thread-local storage.
  var tlsSize: UInt64 { segments(ofType: SegmentType.tls).first?.memorySize ?? 0 }

  private func count(ofType wanted: UInt32) -> Int {
    var count = 0
    forEachRelocation { _, info, _ in
      if UInt32(truncatingIfNeeded: info) == wanted { count += 1 }
    }
    return count
  }

  private var indirectType: UInt32 { header.machine == .aarch64 ? 1032 : 37 }

  // R_X86_64_RELATIVE and R_X86_64_64; R_AARCH64_RELATIVE and R_AARCH64_ABS64.
  private var relativeTypes: [UInt32] { header.machine == .aarch64 ? [1027] : [8] }
  private var absoluteTypes: [UInt32] { header.machine == .aarch64 ? [257] : [1] }

  /// Calls with the place, the info and the addend of each relocation that has one.
  func forEachRelocation(_ visit: (UInt64, UInt64, UInt64) -> Void) {
    for table in dynamic.relocations {
      // The range was checked; a bounds check for each number takes longer than all the rest.
      bytes.storage.withUnsafeBytes { buffer in
        for place in stride(from: table.offset, to: table.offset + table.size - 23, by: 24) {
          func number(_ offset: Int) -> UInt64 {
            UInt64(
              littleEndian: buffer.loadUnaligned(fromByteOffset: place + offset, as: UInt64.self))
          }
          visit(number(0), number(8), number(16))
        }
      }
    }
  }
}
