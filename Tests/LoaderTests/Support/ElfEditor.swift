/// The bytes of a good ELF file, to be changed at places that have names. What a test names must
/// be there; where it is not, the test ends.
struct ElfEditor {
  var bytes: [UInt8]

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  func number(_ place: Int, _ size: Int = 8) -> Int {
    (0..<size).reduce(0) { $0 | Int(bytes[place + $1]) << (8 * $1) }
  }

  mutating func set(_ place: Int, _ value: Int, _ size: Int = 8) {
    for byte in 0..<size {
      bytes[place + byte] = UInt8(
        truncatingIfNeeded: UInt64(bitPattern: Int64(value)) >> (8 * byte))
    }
  }

  mutating func cut(_ length: Int) { bytes = Array(bytes.prefix(length)) }

  /// The place of a program header of a type.
  func segment(_ type: Int, _ index: Int = 0) throws -> Int {
    let places = segments.filter { number($0, 4) == type }
    guard index < places.count else { throw TestFailure("no segment of type \(type)") }
    return places[index]
  }

  /// The place of the loaded segment that has all of some flags.
  func load(flags: Int) throws -> Int {
    guard let place = segments.first(where: { number($0, 4) == 1 && number($0 + 4, 4) == flags })
    else { throw TestFailure("no loaded segment of flags \(flags)") }
    return place
  }

  private var segments: [Int] { (0..<number(56, 2)).map { number(32) + $0 * 56 } }

  /// Puts headers of loaded segments before all others, each of so many bytes from the file's start. No other
  /// lies at their address.
  mutating func prependLoads(_ count: Int, of size: Int) {
    let (table, former) = (number(32), number(56, 2))
    let headers = Array(bytes[table..<table + former * 56])
    set(32, bytes.count)
    set(56, former + count, 2)
    for _ in 0..<count {
      let place = bytes.count
      bytes += [UInt8](repeating: 0, count: 56)
      set(place, 1, 4)
      set(place + 4, 4, 4)
      set(place + 16, 1 << 40)
      set(place + 32, size)
      set(place + 40, size)
    }
    bytes += headers
  }

  /// Where an address lies in the file.
  func offset(_ address: Int) throws -> Int {
    for place in segments where number(place, 4) == 1 {
      let start = number(place + 16)
      if address >= start, address < start + number(place + 32) {
        return number(place + 8) + address - start
      }
    }
    throw TestFailure("no address \(address)")
  }

  /// The place of a dynamic entry; its value is 8 bytes further.
  func entry(_ tag: Int) throws -> Int {
    let segment = try self.segment(2)
    var place = number(segment + 8)
    while number(place) != 0 {
      if number(place) == tag { return place }
      place += 16
    }
    if tag == 0 { return place }
    throw TestFailure("no dynamic entry \(tag)")
  }

  /// The place of the table that a dynamic entry points to.
  func table(_ tag: Int) throws -> Int { try offset(number(entry(tag) + 8)) }

  /// The place of the dynamic symbol of a name.
  func symbol(_ name: String) throws -> Int {
    let (strings, symbols) = (try table(Tag.strings), try table(Tag.symbols))
    // The string table follows the symbols in what GNU ld writes.
    for place in stride(from: symbols, to: strings, by: 24) {
      let start = strings + number(place, 4)
      if bytes[start...].prefix(while: { $0 != 0 }).elementsEqual(name.utf8) { return place }
    }
    throw TestFailure("no symbol \(name)")
  }

  /// The place of a text in the string table of the dynamic segment.
  func text(_ text: String) throws -> Int {
    let strings = try table(Tag.strings)
    let end = strings + number(try entry(Tag.stringsSize) + 8)
    let wanted = [0] + Array(text.utf8) + [0]
    for place in strings..<end - wanted.count + 1
    where bytes[place..<place + wanted.count].elementsEqual(wanted) {
      return place + 1
    }
    throw TestFailure("no text \(text)")
  }

  /// Writes a text of the same length or a shorter one over another.
  mutating func rename(_ old: String, _ new: String) throws {
    let place = try text(old)
    for (index, byte) in (Array(new.utf8) + [0]).enumerated() { bytes[place + index] = byte }
  }

  /// The place of the first relocation of a type.
  func relocation(_ type: Int) throws -> Int {
    let (start, size) = (try table(Tag.rela), number(try entry(Tag.relaSize) + 8))
    for place in stride(from: start, to: start + size, by: 24) where number(place + 8, 4) == type {
      return place
    }
    throw TestFailure("no relocation of type \(type)")
  }

  /// The place of the version that some library shall have, by its name.
  func neededVersion(_ name: String) throws -> Int {
    let strings = try table(Tag.strings)
    var need = try table(Tag.versionNeeds)
    while true {
      var place = need + number(need + 8, 4)
      for _ in 0..<number(need + 2, 2) {
        let start = strings + number(place + 8, 4)
        if bytes[start...].prefix(while: { $0 != 0 }).elementsEqual(name.utf8) { return place }
        place += number(place + 12, 4)
      }
      guard number(need + 12, 4) != 0 else { throw TestFailure("no version \(name)") }
      need += number(need + 12, 4)
    }
  }

  /// Tags of the dynamic segment.
  enum Tag {
    static let needed = 1, hash = 4, strings = 5, symbols = 6, rela = 7, relaSize = 8
    static let relaEntry = 9, stringsSize = 10, symbolSize = 11, initFunction = 12, pltRel = 20
    static let initArray = 25, initArraySize = 27, runpath = 29, flags = 30
    static let gnuHash = 0x6FFF_FEF5, versionIndexes = 0x6FFF_FFF0, flags1 = 0x6FFF_FFFB
    static let versionNeeds = 0x6FFF_FFFE, debug = 21, soname = 14
  }

  /// The hash of the System V ABI, which versions bear.
  static func hash(_ text: String) -> Int {
    text.utf8.reduce(0) { hash, byte in
      let next = (hash << 4) + Int(byte)
      return (next ^ ((next & 0xF000_0000) >> 24)) & 0x0FFF_FFFF
    }
  }
}
