// Elf64_Sym, 24 bytes:  st_name u32 | st_info u8 | st_other u8 | st_shndx u16 | st_value | st_size
//
// GNU hash table:  nbuckets u32 | symoffset u32 | bloom_size u32 | bloom_shift u32
//                  bloom u64[bloom_size] | buckets u32[nbuckets] | chain u32[]
// System V hash:   nbucket u32 | nchain u32 | buckets u32[nbucket] | chain u32[nchain]

/// The dynamic symbols of a file.
struct ElfSymbolTable: Sendable {
  /// The number of symbols, the empty first one included.
  let count: Int
  private let start: Int
  private let strings: Range<Int>
  private let hash: Hash

  private enum Hash: Sendable {
    case none
    case gnu(GnuHash)
    case systemV(buckets: Int, bucketCount: UInt32)
  }

  private struct GnuHash: Sendable {
    let bucketCount: UInt32
    let firstSymbol: UInt32
    let bloomSize: UInt32
    let bloomShift: UInt32
    let bloom: Int
    var buckets: Int { bloom + Int(bloomSize) * 8 }
    var chain: Int { buckets + Int(bucketCount) * 4 }

    /// The two bits that a name has in its word of the filter.
    func mask(_ hash: UInt32) -> UInt64 {
      (1 << UInt64(hash % 64)) | (1 << UInt64((hash >> bloomShift) % 64))
    }
  }

  /// A symbol as it stands in the table.
  struct Symbol: Sendable {
    let index: Int
    let nameOffset: UInt32
    let info: UInt8
    let other: UInt8
    let section: UInt16
    let value: UInt64

    var type: UInt8 { info & 15 }
    var binding: UInt8 { info >> 4 }
    var isUndefined: Bool { section == 0 }
    var isWeak: Bool { binding == 2 }
    /// Seen from other libraries: global, weak or unique, and of default or protected visibility.
    var isVisible: Bool {
      (binding == 1 || binding == 2 || binding == 10) && (other & 3 == 0 || other & 3 == 3)
    }
    /// What dlsym and symbol resolution would take (glibc's do_lookup_x).
    var isDefinition: Bool {
      !isUndefined && isVisible && (value != 0 || section == 0xFFF1 || type == SymbolType.tls)
    }
  }

  /// Values of the symbol type.
  enum SymbolType {
    static let object: UInt8 = 1, function: UInt8 = 2, tls: UInt8 = 6, ifunc: UInt8 = 10
  }

  /// Linkers make chains of two or three.
  private static let maximumChain = 16_384

  /// The binding that pins a library.
  static let uniqueBinding: UInt8 = 10

  init(_ bytes: ElfBytes, dynamic: ElfDynamic) throws(ElfError) {
    strings = dynamic.strings
    guard let table = dynamic.symbols else {
      (start, count, hash) = (0, 0, .none)
      return
    }
    start = table
    let room = (min(dynamic.symbolsLimit, bytes.count) - table) / 24
    if let place = dynamic.gnuHash {
      let gnu = try Self.gnuHash(bytes, at: place)
      let known = try Self.count(bytes, gnu)
      hash = .gnu(gnu)
      // With nothing exported the table does not tell how many undefined symbols there are.
      count = known ?? room
    } else if let place = dynamic.hash, let buckets = bytes.u32(place),
      let chains = bytes.u32(place + 4)
    {
      guard buckets > 0, bytes.contains(offset: place, size: 8 + (Int(buckets) + Int(chains)) * 4)
      else { throw .truncated("the hash table") }
      hash = .systemV(buckets: place + 8, bucketCount: buckets)
      count = Int(chains)
    } else {
      (count, hash) = (room, .none)
    }
    guard bytes.contains(offset: start, size: count * 24) else {
      throw .truncated("the symbol table")
    }
  }

  /// Whether look-ups by name are possible.
  var hasHash: Bool {
    if case .none = hash { return false }
    return true
  }

  private static func gnuHash(_ bytes: ElfBytes, at place: Int) throws(ElfError) -> GnuHash {
    guard let buckets = bytes.u32(place), let first = bytes.u32(place + 4),
      let bloomSize = bytes.u32(place + 8), let shift = bytes.u32(place + 12)
    else { throw .truncated("the GNU hash table") }
    let hash = GnuHash(
      bucketCount: buckets, firstSymbol: first, bloomSize: bloomSize, bloomShift: shift,
      bloom: place + 16)
    guard buckets > 0, bloomSize > 0, bloomSize.nonzeroBitCount == 1, shift < 64 else {
      throw .invalid("its GNU hash table has impossible sizes")
    }
    guard bytes.contains(offset: hash.bloom, size: Int(bloomSize) * 8 + Int(buckets) * 4) else {
      throw .truncated("the GNU hash table")
    }
    return hash
  }

  /// The number of symbols: one more than the last of the last chain; nil where all are empty.
  private static func count(_ bytes: ElfBytes, _ hash: GnuHash) throws(ElfError) -> Int? {
    var last: UInt32 = 0
    for bucket in 0..<Int(hash.bucketCount) {
      last = max(last, bytes.u32(hash.buckets + bucket * 4) ?? 0)
    }
    guard last > 0 else { return nil }
    guard last >= hash.firstSymbol else { throw .invalid("its GNU hash table is inconsistent") }
    while true {
      guard let link = bytes.u32(hash.chain + Int(last - hash.firstSymbol) * 4) else {
        throw .truncated("the GNU hash table")
      }
      if link & 1 == 1 { return Int(last) + 1 }
      last += 1
    }
  }

  /// A symbol by its index; nil beyond the table.
  @inline(__always)
  func symbol(_ index: Int, in bytes: ElfBytes) -> Symbol? {
    guard index >= 0, index < count else { return nil }
    let place = start + index * 24
    guard let name = bytes.u32(place), let rest = bytes.u32(place + 4),
      let value = bytes.u64(place + 8)
    else { return nil }
    return Symbol(
      index: index, nameOffset: name, info: UInt8(truncatingIfNeeded: rest),
      other: UInt8(truncatingIfNeeded: rest >> 8), section: UInt16(truncatingIfNeeded: rest >> 16),
      value: value)
  }

  /// The bytes of what a symbol names, as they lie in the file; nil where they don't.
  func content(_ symbol: Symbol, in image: ElfImage) -> ArraySlice<UInt8>? {
    guard let size = image.bytes.int(start + symbol.index * 24 + 16),
      let offset = image.offset(ofAddress: symbol.value),
      image.bytes.contains(offset: offset, size: size)
    else { return nil }
    return image.bytes.storage[offset..<offset + size]
  }

  /// The range of a symbol's name in the file; nil where it lies outside the string table.
  @inline(__always)
  func name(_ symbol: Symbol, in bytes: ElfBytes) -> Range<Int>? {
    guard Int(symbol.nameOffset) < strings.count else { return nil }
    return bytes.text(
      at: strings.lowerBound + Int(symbol.nameOffset), limit: strings.upperBound)
  }

  /// The definitions of a name, in the order of the hash chain; usually none or one, more where a
  /// name has several versions. `visit` ends the walk by returning true.
  func definitions(of name: SymbolName, in bytes: ElfBytes, _ visit: (Symbol) -> Bool) {
    switch hash {
    case .gnu(let table): walk(table, name, bytes, visit)
    case .systemV(let buckets, let count): walk(buckets, count, name, bytes, visit)
    case .none: break
    }
  }

  /// The places of the names that the table's filter does not rule out; all where it has none.
  func mayDefine(_ names: [SymbolName], in bytes: ElfBytes) -> [Int] {
    guard case .gnu(let hash) = hash else { return Array(names.indices) }
    return bytes.storage.withUnsafeBytes { buffer in
      names.indices.filter { place in
        let own = names[place].gnuHash
        let word = buffer.loadUnaligned(
          fromByteOffset: hash.bloom + Int((own / 64) & (hash.bloomSize - 1)) * 8, as: UInt64.self)
        let mask = hash.mask(own)
        return UInt64(littleEndian: word) & mask == mask
      }
    }
  }

  private func walk(
    _ hash: GnuHash, _ name: SymbolName, _ bytes: ElfBytes, _ visit: (Symbol) -> Bool
  ) {
    let word = bytes.u64(hash.bloom + Int((name.gnuHash / 64) & (hash.bloomSize - 1)) * 8) ?? 0
    let mask = hash.mask(name.gnuHash)
    guard word & mask == mask else { return }
    guard var index = bytes.u32(hash.buckets + Int(name.gnuHash % hash.bucketCount) * 4),
      index >= hash.firstSymbol, index > 0
    else { return }
    for _ in 0..<Self.maximumChain where Int(index) < count {
      guard let link = bytes.u32(hash.chain + Int(index - hash.firstSymbol) * 4) else { return }
      if link | 1 == name.gnuHash | 1, let found = definition(Int(index), name, bytes),
        visit(found)
      {
        return
      }
      if link & 1 == 1 { return }
      index += 1
    }
  }

  private func walk(
    _ buckets: Int, _ bucketCount: UInt32, _ name: SymbolName, _ bytes: ElfBytes,
    _ visit: (Symbol) -> Bool
  ) {
    let chain = buckets + Int(bucketCount) * 4
    var index = bytes.u32(buckets + Int(name.systemVHash % bucketCount) * 4) ?? 0
    // A chain may be a ring in a hostile file.
    for _ in 0..<Self.maximumChain where index != 0 {
      if let found = definition(Int(index), name, bytes), visit(found) { return }
      guard Int(index) < count else { return }
      index = bytes.u32(chain + Int(index) * 4) ?? 0
    }
  }

  private func definition(_ index: Int, _ name: SymbolName, _ bytes: ElfBytes) -> Symbol? {
    guard let symbol = symbol(index, in: bytes), symbol.isDefinition,
      let range = self.name(symbol, in: bytes), name.equals(bytes, range)
    else { return nil }
    return symbol
  }
}
