// Verneed, 16 bytes:  vn_version u16 | vn_cnt u16 | vn_file u32 | vn_aux u32 | vn_next u32
// Vernaux, 16 bytes:  vna_hash u32 | vna_flags u16 | vna_other u16 | vna_name u32 | vna_next u32
// Verdef,  20 bytes:  vd_version u16 | vd_flags u16 | vd_ndx u16 | vd_cnt u16 | vd_hash u32
//                     | vd_aux u32 | vd_next u32
// Verdaux,  8 bytes:  vda_name u32 | vda_next u32

/// The versions of symbols that a file needs and defines.
struct ElfVersions: Sendable {
  /// A version of a library that the file needs.
  struct Need: Sendable {
    let library: Range<Int>
    let name: Range<Int>
    let isWeak: Bool
  }

  private(set) var needs: [Need] = []
  /// The names of the versions that the file defines.
  private(set) var definitions: [Range<Int>] = []
  /// A version whose hash is not that of its name, so that no look-up finds it.
  private(set) var misnamed: Range<Int>?
  private var nameByIndex: [UInt16: Range<Int>] = [:]
  private let indexes: Int?

  /// More versions than 15 bits can index can't be meant.
  private static let maximum = 32_768

  init(_ bytes: ElfBytes, dynamic: ElfDynamic) throws(ElfError) {
    indexes = dynamic.versionIndexes
    if let table = dynamic.versionNeeds {
      try readNeeds(bytes, strings: dynamic.strings, at: table.offset, count: table.count)
    }
    if let table = dynamic.versionDefinitions {
      try readDefinitions(bytes, strings: dynamic.strings, at: table.offset, count: table.count)
    }
  }

  /// Whether the file defines versions: then a versioned reference must find its own.
  var definesAny: Bool { !definitions.isEmpty }

  /// Whether a version is defined, or none is, which satisfies every reference.
  func defines(_ version: String, in bytes: ElfBytes) -> Bool {
    definitions.isEmpty
      || definitions.contains { version.utf8.elementsEqual(bytes.storage[$0]) }
  }

  /// The name of a symbol's version; nil for none, local or base, and where it has no characters.
  func version(ofSymbol index: Int, in bytes: ElfBytes) -> Range<Int>? {
    guard let indexes, let number = bytes.u16(indexes + index * 2) else { return nil }
    let place = number & 0x7FFF
    guard place >= 2, let name = nameByIndex[place], !name.isEmpty else { return nil }
    return name
  }

  /// Whether a symbol's version is local, base, or one that the file names.
  func knows(symbol index: Int, in bytes: ElfBytes) -> Bool {
    guard let indexes, let number = bytes.u16(indexes + index * 2) else { return false }
    let place = number & 0x7FFF
    return place < 2 || place == 0x7FFF || nameByIndex[place] != nil
  }

  private mutating func check(
    _ hash: UInt32?, _ name: Range<Int>, _ bytes: ElfBytes
  ) throws(ElfError) {
    // No linker makes one: it stands between a symbol and its version.
    guard !bytes.storage[name].contains(UInt8(ascii: "@")) else {
      throw .invalid("a version's name has an `@`")
    }
    if misnamed == nil, SymbolName(bytes.storage[name]).systemVHash != hash { misnamed = name }
  }

  private mutating func readNeeds(
    _ bytes: ElfBytes, strings: Range<Int>, at start: Int, count: Int
  ) throws(ElfError) {
    var place = start
    for _ in 0..<min(max(count, 0), Self.maximum) {
      guard let auxCount = bytes.u16(place + 2), let file = bytes.u32(place + 4),
        let firstAux = bytes.u32(place + 8), let next = bytes.u32(place + 12),
        let library = bytes.text(at: strings.lowerBound + Int(file), limit: strings.upperBound)
      else { throw .truncated("the table of needed versions") }
      var aux = place + Int(firstAux)
      for _ in 0..<auxCount {
        guard let flags = bytes.u16(aux + 4), let index = bytes.u16(aux + 6),
          let text = bytes.u32(aux + 8), let following = bytes.u32(aux + 12),
          let name = bytes.text(at: strings.lowerBound + Int(text), limit: strings.upperBound)
        else { throw .truncated("the table of needed versions") }
        needs.append(Need(library: library, name: name, isWeak: flags & 2 != 0))
        guard needs.count <= Self.maximum else { throw .invalid("it needs too many versions") }
        nameByIndex[index & 0x7FFF] = name
        try check(bytes.u32(aux), name, bytes)
        if following == 0 { break }
        aux += Int(following)
      }
      if next == 0 { break }
      place += Int(next)
    }
  }

  private mutating func readDefinitions(
    _ bytes: ElfBytes, strings: Range<Int>, at start: Int, count: Int
  ) throws(ElfError) {
    var place = start
    for _ in 0..<min(max(count, 0), Self.maximum) {
      guard let flags = bytes.u16(place + 2), let index = bytes.u16(place + 4),
        let aux = bytes.u32(place + 12), let next = bytes.u32(place + 16),
        let text = bytes.u32(place + Int(aux)),
        let name = bytes.text(at: strings.lowerBound + Int(text), limit: strings.upperBound)
      else { throw .truncated("the table of defined versions") }
      // The base definition (flag 1) is the file's own name.
      if flags & 1 == 0 {
        definitions.append(name)
        nameByIndex[index & 0x7FFF] = name
        try check(bytes.u32(place + 8), name, bytes)
      }
      if next == 0 { break }
      place += Int(next)
    }
  }
}
