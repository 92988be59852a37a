import PkgCore

// Relocations, symbols, versions and hashes: tables that are used while a library is opened.
extension ElfIntegrity {
  var relocationsFault: String? {
    let ranges = image.segments(ofType: ElfImage.SegmentType.load).map {
      (start: $0.address, end: $0.address + $0.memorySize, isWritable: $0.isWritable)
    }
    let mayWriteAll = image.dynamic.hasTextRelocations
    let (count, highest) = (image.symbols.count, highestRelocationType)
    var fault: String?
    var recent = 0
    image.forEachRelocation { place, info, _ in
      guard fault == nil, info != 0 else { return }
      if info & 0xFFFF_FFFF > highest { fault = "a relocation has an unknown type" }
      if Int(info >> 32) >= max(count, 1) {
        fault = "a relocation names a symbol that is not there"
      }
      // Relocations come in runs that stay in a segment.
      if !(place >= ranges[recent].start && place < ranges[recent].end) {
        guard let found = ranges.firstIndex(where: { place >= $0.start && place < $0.end }) else {
          fault = "a relocation lies outside its segments"
          return
        }
        recent = found
      }
      if !ranges[recent].isWritable, !mayWriteAll {
        fault = "a relocation changes read-only memory, and it has no DT_TEXTREL"
      }
    }
    return fault
  }

  // R_X86_64_REX_GOTPCRELX and R_AARCH64_IRELATIVE are the highest.
  private var highestRelocationType: UInt64 {
    switch image.header.machine {
    case .amd64: 42
    case .aarch64: 1032
    default: 0xFFFF_FFFF
    }
  }

  var symbolsFault: String? {
    for index in 1..<max(image.symbols.count, 1) {
      guard let symbol = image.symbols.symbol(index, in: bytes) else { continue }
      guard Int(symbol.nameOffset) < max(image.dynamic.strings.count, 1) else {
        return "a symbol's name lies outside the string table"
      }
      guard symbol.isDefinition, symbol.section != 0xFFF1 else { continue }
      let isCode =
        symbol.type == ElfSymbolTable.SymbolType.function
        || symbol.type == ElfSymbolTable.SymbolType.ifunc
      if isCode, !isExecutable(symbol.value) {
        return "its function `\(name(symbol))` lies outside its code"
      }
    }
    return nil
  }

  private func name(_ symbol: ElfSymbolTable.Symbol) -> String {
    image.symbols.name(symbol, in: bytes).map(bytes.string) ?? "?"
  }

  var versionsFault: String? {
    if let name = image.versions.misnamed {
      return "the hash of its version `\(bytes.string(name))` is wrong"
    }
    guard let table = image.dynamic.versionIndexes else { return nil }
    guard bytes.contains(offset: table, size: image.symbols.count * 2) else {
      return "its table of versions is cut short"
    }
    for index in 0..<image.symbols.count where !image.versions.knows(symbol: index, in: bytes) {
      return "a symbol has a version that is not defined"
    }
    return nil
  }

  /// Look-ups walk the hash table, so a name that it does not lead to is as good as missing.
  var hashFault: String? {
    guard image.symbols.hasHash else {
      return image.dynamic.isPresent ? "it has no hash table of symbols" : nil
    }
    var looked = 0
    for index in 1..<max(image.symbols.count, 1) where looked < Self.maximumLooks {
      guard let symbol = image.symbols.symbol(index, in: bytes), symbol.isDefinition,
        let range = image.symbols.name(symbol, in: bytes), !range.isEmpty
      else { continue }
      looked += 1
      var isFound = false
      let name = SymbolName(bytes.storage[range])
      image.symbols.definitions(of: name, in: bytes) { found in
        isFound = found.index == index
        return isFound
      }
      if !isFound { return "its hash table does not lead to `\(bytes.string(range))`" }
    }
    return nil
  }

  /// Most plugins export tens of symbols; one that exports all of Go's runtime is not looked
  /// through to the end.
  private static let maximumLooks = 2_000
}
