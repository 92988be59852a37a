/// The dynamic segment: what the loader needs to know, with every address turned into an offset
/// of the file.
struct ElfDynamic: Sendable {
  /// Whether the file has a dynamic segment at all.
  private(set) var isPresent = false
  /// The string table's range in the file.
  private(set) var strings = 0..<0
  private(set) var neededNames: [Range<Int>] = []
  private(set) var soname: Range<Int>?
  private(set) var rpath: Range<Int>?
  private(set) var runpath: Range<Int>?
  private(set) var flags: UInt64 = 0
  private(set) var flags1: UInt64 = 0
  private(set) var hasTextRelocations = false
  private(set) var initializerBytes = 0
  private(set) var symbols: Int?
  private(set) var hash: Int?
  private(set) var gnuHash: Int?
  private(set) var versionIndexes: Int?
  private(set) var versionNeeds: (offset: Int, count: Int)?
  private(set) var versionDefinitions: (offset: Int, count: Int)?
  /// Tables of relocations with addends: offset in the file and size in bytes.
  private(set) var relocations: [(offset: Int, size: Int)] = []
  /// DT_INIT and DT_FINI, where they are.
  private(set) var initFunctions: [(name: String, address: UInt64)] = []
  /// The tables of functions that run when the file is loaded and let go: address and bytes.
  private(set) var initArrays: [(address: UInt64, size: UInt64)] = []
  /// Whether the segment ends with DT_NULL, as the loader expects.
  private(set) var isTerminated = false
  /// An entry that makes the loader stop; nil where none does.
  private(set) var fault: String?
  /// A bound of the symbol table where no hash table tells its length: the next table's offset.
  private(set) var symbolsLimit = 0

  private enum Tag {
    static let needed = 1, hash = 4, strings = 5, symbols = 6, rela = 7, relaSize = 8
    static let stringsSize = 10, soname = 14, rpath = 15, textRelocations = 22, pltRela = 23
    static let pltRelaSize = 2, bindNow = 24, initArraySize = 27, runpath = 29, flags = 30
    static let initFunction = 12, finiFunction = 13, rel = 17, pltRelType = 20, initArray = 25
    static let finiArray = 26, finiArraySize = 28, symbolSize = 11, relaEntrySize = 9
    static let relrSize = 35, relr = 36, relrEntrySize = 37
    static let gnuHash = 0x6FFF_FEF5, versionIndexes = 0x6FFF_FFF0, flags1 = 0x6FFF_FFFB
    static let versionDefinitions = 0x6FFF_FFFC, versionDefinitionCount = 0x6FFF_FFFD
    static let versionNeeds = 0x6FFF_FFFE, versionNeedCount = 0x6FFF_FFFF
  }

  /// The loader keeps the last value of a tag; DT_NEEDED is the one that counts each time.
  private struct Entries {
    var values: [Int: UInt64] = [:]
    var needed: [UInt64] = []
    var isTerminated = false
  }

  init(_ bytes: ElfBytes, segments: [ElfImage.Segment]) throws(ElfError) {
    guard let segment = segments.first(where: { $0.type == ElfImage.SegmentType.dynamic }) else {
      return
    }
    isPresent = true
    let entries = Self.entries(bytes, in: segment)
    let values = entries.values
    func offset(_ tag: Int, _ what: String) throws(ElfError) -> Int? {
      guard let address = values[tag] else { return nil }
      guard let offset = segments.offset(ofAddress: address) else {
        throw .invalid("the \(what) lies outside the file's segments")
      }
      return offset
    }
    func count(_ tag: Int) -> Int { values[tag].flatMap { Int(exactly: $0) } ?? 0 }

    if let start = try offset(Tag.strings, "string table") {
      guard bytes.contains(offset: start, size: count(Tag.stringsSize)) else {
        throw .truncated("the string table")
      }
      strings = start..<start + count(Tag.stringsSize)
    }
    symbols = try offset(Tag.symbols, "symbol table")
    hash = try offset(Tag.hash, "hash table")
    gnuHash = try offset(Tag.gnuHash, "GNU hash table")
    versionIndexes = try offset(Tag.versionIndexes, "table of versions")
    if let start = try offset(Tag.versionNeeds, "table of needed versions") {
      versionNeeds = (start, count(Tag.versionNeedCount))
    }
    if let start = try offset(Tag.versionDefinitions, "table of defined versions") {
      versionDefinitions = (start, count(Tag.versionDefinitionCount))
    }
    for (tag, sizeTag) in [(Tag.rela, Tag.relaSize), (Tag.pltRela, Tag.pltRelaSize)] {
      let size = count(sizeTag)
      guard size > 0, let start = try offset(tag, "table of relocations") else { continue }
      guard bytes.contains(offset: start, size: size) else {
        throw .truncated("the table of relocations")
      }
      relocations.append((start, size))
    }
    flags = values[Tag.flags] ?? 0
    if values[Tag.bindNow] != nil { flags |= Flags.bindNow }
    flags1 = values[Tag.flags1] ?? 0
    hasTextRelocations = values[Tag.textRelocations] != nil || flags & Flags.textRelocations != 0
    initializerBytes = count(Tag.initArraySize)
    isTerminated = entries.isTerminated
    readInitializers(values)
    fault = Self.fault(values) ?? relrFault(bytes, segments, values)
    try readNames(bytes, entries)
    symbolsLimit = limitOfSymbols(bytes)
  }

  private mutating func readInitializers(_ values: [Int: UInt64]) {
    for (name, tag) in [("DT_INIT", Tag.initFunction), ("DT_FINI", Tag.finiFunction)] {
      if let address = values[tag] { initFunctions.append((name, address)) }
    }
    for (tag, sizeTag) in [
      (Tag.initArray, Tag.initArraySize), (Tag.finiArray, Tag.finiArraySize),
    ] {
      if let address = values[tag], let size = values[sizeTag], size > 0 {
        initArrays.append((address, size))
      }
    }
  }

  // The assertions of glibc's elf/get-dynamic-info.h.
  private static func fault(_ values: [Int: UInt64]) -> String? {
    if let size = values[Tag.symbolSize], size != 24 { return "its symbols are of \(size) bytes" }
    if let size = values[Tag.relaEntrySize], size != 24 {
      return "its relocations are of \(size) bytes"
    }
    if let size = values[Tag.relrEntrySize], size != 8 {
      return "its packed relocations are of \(size) bytes"
    }
    if let type = values[Tag.pltRelType], type != UInt64(Tag.rela) {
      return "its DT_PLTREL is not DT_RELA"
    }
    return values[Tag.rel] == nil ? nil : "it has DT_REL, which no 64-bit machine here uses"
  }

  private func relrFault(
    _ bytes: ElfBytes, _ segments: [ElfImage.Segment], _ values: [Int: UInt64]
  ) -> String? {
    guard let address = values[Tag.relr], let size = values[Tag.relrSize], size > 0 else {
      return nil
    }
    guard let size = Int(exactly: size), let offset = segments.offset(ofAddress: address),
      bytes.contains(offset: offset, size: size)
    else { return "its packed relocations lie outside its segments" }
    return nil
  }

  private static func entries(_ bytes: ElfBytes, in segment: ElfImage.Segment) -> Entries {
    var entries = Entries()
    for place in stride(from: segment.offset, to: segment.offset + segment.fileSize, by: 16) {
      guard place + 16 <= segment.offset + segment.fileSize, let tag = bytes.int(place),
        let value = bytes.u64(place + 8)
      else { break }
      if tag == 0 {
        entries.isTerminated = true
        break
      }
      if tag == Tag.needed { entries.needed.append(value) } else { entries.values[tag] = value }
      // No linker writes a thousandth of this.
      if entries.needed.count > 4096 || entries.values.count > 4096 { break }
    }
    return entries
  }

  private mutating func readNames(_ bytes: ElfBytes, _ entries: Entries) throws(ElfError) {
    let strings = self.strings
    func name(_ value: UInt64?, _ what: String) throws(ElfError) -> Range<Int>? {
      guard let value else { return nil }
      guard value < UInt64(strings.count),
        let range = bytes.text(at: strings.lowerBound + Int(value), limit: strings.upperBound),
        range.count <= 4096
      else { throw .invalid("the \(what) lies outside the string table") }
      return range
    }
    for value in entries.needed {
      if let range = try name(value, "name of a needed library") { neededNames.append(range) }
    }
    soname = try name(entries.values[Tag.soname], "SONAME")
    rpath = try name(entries.values[Tag.rpath], "RPATH")
    runpath = try name(entries.values[Tag.runpath], "RUNPATH")
  }

  private func limitOfSymbols(_ bytes: ElfBytes) -> Int {
    guard let symbols else { return 0 }
    let tables = [
      strings.isEmpty ? nil : strings.lowerBound, hash, gnuHash, versionIndexes,
      versionNeeds?.offset, versionDefinitions?.offset, relocations.first?.offset,
      relocations.last?.offset,
    ]
    return tables.compactMap { $0 }.filter { $0 > symbols }.min() ?? bytes.count
  }

  /// Bits of DT_FLAGS.
  enum Flags {
    static let textRelocations: UInt64 = 4
    static let bindNow: UInt64 = 8
    static let staticTLS: UInt64 = 0x10
  }

  /// Bits of DT_FLAGS_1.
  enum Flags1 {
    static let now: UInt64 = 1
    static let noDelete: UInt64 = 8
    static let noOpen: UInt64 = 0x40
    static let noDefaultFolders: UInt64 = 0x800
    static let pie: UInt64 = 0x0800_0000
  }
}
