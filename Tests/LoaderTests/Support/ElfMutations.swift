import PkgCore
import Testing

/// A way in which a good file becomes a bad one, and the check that must notice.
struct ElfMutation: Sendable, CustomTestStringConvertible {
  let name: String
  let check: CheckID
  let status: CheckStatus
  let change: @Sendable (inout ElfEditor) throws -> Void

  init(
    _ name: String, _ check: CheckID, _ status: CheckStatus = .fail,
    _ change: @escaping @Sendable (inout ElfEditor) throws -> Void
  ) {
    (self.name, self.check, self.status, self.change) = (name, check, status, change)
  }

  var testDescription: String { name }
}

extension ElfMutation {
  static let all = header + segments + loading + dynamic + paths + symbols + tables + cuts

  typealias Tag = ElfEditor.Tag

  private static let header = [
    ElfMutation("magic", .elfValid) { $0.bytes[1] = 0 },
    ElfMutation("class of 32 bits", .elfArch) { $0.bytes[4] = 1 },
    ElfMutation("class that does not exist", .elfValid) { $0.bytes[4] = 3 },
    ElfMutation("big-endian", .elfArch) { $0.bytes[5] = 2 },
    ElfMutation("version of the identity", .elfValid) { $0.bytes[6] = 2 },
    ElfMutation("OS ABI of FreeBSD", .elfArch) { $0.bytes[7] = 9 },
    ElfMutation("ABI version", .elfValid) { $0.bytes[8] = 7 },
    ElfMutation("padding with data", .elfValid) { $0.bytes[12] = 1 },
    ElfMutation("type REL", .elfType) { $0.set(16, 1, 2) },
    ElfMutation("type EXEC", .elfType) { $0.set(16, 2, 2) },
    ElfMutation("type CORE", .elfType) { $0.set(16, 4, 2) },
    ElfMutation("machine", .elfArch) { $0.set(18, 21, 2) },
    ElfMutation("version of the file", .elfValid) { $0.set(20, 0, 4) },
    ElfMutation("program headers beyond the end", .elfValid) { $0.set(32, 1 << 40) },
    ElfMutation("program headers of another size", .elfValid) { $0.set(54, 32, 2) },
    ElfMutation("no program headers", .elfValid) { $0.set(56, 0, 2) },
    ElfMutation("too many program headers", .elfValid) { $0.set(56, 60_000, 2) },
    ElfMutation("section headers beyond the end", .elfValid) { $0.set(40, $0.bytes.count) },
  ]

  private static let segments = [
    ElfMutation("segment beyond the end", .elfValid) { try $0.set($0.load(flags: 5) + 8, 1 << 30) },
    ElfMutation("segment larger than the file", .elfValid) {
      try $0.set($0.load(flags: 6) + 32, 1 << 30)
    },
    ElfMutation("segment of negative size", .elfValid) { try $0.set($0.load(flags: 6) + 32, -1) },
    ElfMutation("segment without alignment", .elfValid) { try $0.set($0.load(flags: 5) + 48, 16) },
    ElfMutation("alignment that is no power of two", .elfValid) {
      try $0.set($0.load(flags: 5) + 48, 0x3000)
    },
    ElfMutation("address beside its page", .elfValid) {
      let place = try $0.load(flags: 5) + 16
      $0.set(place, $0.number(place) + 8)
    },
    ElfMutation("segments out of order", .elfValid) {
      let (first, second) = (try $0.segment(1, 0), try $0.segment(1, 1))
      let bytes = Array($0.bytes[first..<first + 56])
      for index in 0..<56 {
        $0.bytes[first + index] = $0.bytes[second + index]
        $0.bytes[second + index] = bytes[index]
      }
    },
    ElfMutation("segment smaller in memory", .elfValid) { try $0.set($0.load(flags: 6) + 40, 8) },
    ElfMutation("segment at the end of the address space", .elfValid) {
      try $0.set($0.segment(1, 3) + 40, 1 << 50)
    },
    ElfMutation("nothing to load", .elfValid) {
      for _ in 0..<4 { try $0.set($0.segment(1), 0, 4) }
    },
    ElfMutation("dynamic segment elsewhere", .elfValid) {
      let place = try $0.segment(2) + 16
      $0.set(place, $0.number(place) + 16)
    },
    ElfMutation("no dynamic segment", .elfType) { try $0.set($0.segment(2), 0, 4) },
    ElfMutation("RELRO outside of memory", .elfValid) {
      try $0.set($0.segment(0x6474_E552) + 16, 1 << 40)
    },
    ElfMutation("no RELRO", .relroBindnow, .info) { try $0.set($0.segment(0x6474_E552), 0, 4) },
    ElfMutation("TLS of an odd alignment", .elfValid) { try $0.set($0.segment(7) + 48, 3) },
    ElfMutation("TLS larger in the file", .elfValid) { try $0.set($0.segment(7) + 40, 0) },
    ElfMutation("TLS of a terabyte", .elfValid) { try $0.set($0.segment(7) + 40, 1 << 40) },
    ElfMutation("note beyond the end", .elfValid) { try $0.set($0.segment(4) + 32, 1 << 20) },
    ElfMutation("build-id of another kind", .buildId, .warn) {
      for index in 0..<2 {
        guard let note = try? $0.segment(4, index) else { continue }
        let place = $0.number(note + 8) + 8
        if $0.number(place, 4) == 3 { $0.set(place, 99, 4) }
      }
    },
  ]

  private static let loading = [
    ElfMutation("executable stack", .execStack, .warn) {
      try $0.set($0.segment(0x6474_E551) + 4, 7, 4)
    },
    ElfMutation("no word about the stack", .gnuStackMissing, .warn) {
      try $0.set($0.segment(0x6474_E551), 0, 4)
    },
    ElfMutation("writable code", .wxSegment) { try $0.set($0.load(flags: 5) + 4, 7, 4) },
    ElfMutation("executable data", .wxSegment) { try $0.set($0.load(flags: 6) + 4, 7, 4) },
    ElfMutation("code that may not run", .elfValid) { try $0.set($0.load(flags: 5) + 4, 4, 4) },
    ElfMutation("data that may not change", .elfValid) { try $0.set($0.load(flags: 6) + 4, 4, 4) },
    ElfMutation("text relocations", .textReloc, .warn) { try $0.replace(Tag.soname, 22, 0) },
    ElfMutation("flag of text relocations", .textReloc, .warn) {
      try $0.addFlag(Tag.flags, 4)
    },
    ElfMutation("not to be opened", .elfType) { try $0.addFlag(Tag.flags1, 0x40) },
    ElfMutation("a program", .elfType) { try $0.addFlag(Tag.flags1, 0x0800_0000) },
    ElfMutation("never unloaded", .nodelete, .info) { try $0.addFlag(Tag.flags1, 8) },
    ElfMutation("large static TLS", .staticTls, .warn) {
      try $0.addFlag(Tag.flags, 0x10)
      try $0.set($0.segment(7) + 40, 4000)
    },
  ]

  private static let dynamic = [
    ElfMutation("strings outside of memory", .elfValid) {
      try $0.set($0.entry(Tag.strings) + 8, 1 << 40)
    },
    ElfMutation("strings larger than the file", .elfValid) {
      try $0.set($0.entry(Tag.stringsSize) + 8, 1 << 30)
    },
    ElfMutation("strings without an end", .elfValid) {
      let place = try $0.entry(Tag.stringsSize) + 8
      $0.set(place, $0.number(place) - 1)
      let last = try $0.table(Tag.strings) + $0.number(place) - 1
      $0.bytes[last] = 65
    },
    ElfMutation("no symbols", .elfValid) { try $0.replace(Tag.symbols, Tag.debug, 0) },
    ElfMutation("symbols outside of memory", .elfValid) {
      try $0.set($0.entry(Tag.symbols) + 8, 1 << 40)
    },
    ElfMutation("symbols of another size", .elfValid) {
      try $0.set($0.entry(Tag.symbolSize) + 8, 16)
    },
    ElfMutation("relocations of another size", .elfValid) {
      try $0.set($0.entry(Tag.relaEntry) + 8, 16)
    },
    ElfMutation("relocations without addends", .elfValid) { try $0.replace(Tag.soname, 17, 8) },
    ElfMutation("relocations beyond the end", .elfValid) {
      try $0.set($0.entry(Tag.relaSize) + 8, 1 << 30)
    },
    ElfMutation("no end of the dynamic segment", .elfValid) {
      try $0.set($0.segment(2) + 32, 160)
    },
    ElfMutation("first function that is no code", .elfValid) {
      try $0.set($0.entry(Tag.initFunction) + 8, $0.number($0.segment(2) + 16))
    },
    ElfMutation("initialisers outside of memory", .elfValid) {
      try $0.set($0.entry(Tag.initArray) + 8, 1 << 40)
    },
    ElfMutation("initialisers of an odd size", .elfValid) {
      try $0.set($0.entry(Tag.initArraySize) + 8, 7)
    },
    ElfMutation("initialiser that is no code", .elfValid) {
      let array = $0.number(try $0.entry(Tag.initArray) + 8)
      let (start, size) = (try $0.table(Tag.rela), $0.number(try $0.entry(Tag.relaSize) + 8))
      for place in stride(from: start, to: start + size, by: 24) where $0.number(place) == array {
        try $0.set(place + 16, $0.number($0.segment(2) + 16))
      }
    },
  ]
}

extension ElfEditor {
  /// Turns one dynamic entry into another.
  mutating func replace(_ tag: Int, _ other: Int, _ value: Int) throws {
    let place = try entry(tag)
    set(place, other)
    set(place + 8, value)
  }

  /// Sets a bit of an entry that is there.
  mutating func addFlag(_ tag: Int, _ bit: Int) throws {
    let place = try entry(tag) + 8
    set(place, number(place) | bit)
  }

  mutating func runpath(_ text: String) throws {
    try rename(Self.runpathPlaceholder, text)
  }

  /// Renames a version and corrects its hash.
  mutating func version(_ old: String, _ new: String) throws {
    let place = try neededVersion(old)
    try rename(old, new)
    set(place, Self.hash(new), 4)
  }

  /// Long enough for every other.
  static let runpathPlaceholder = "/opt/a/long/folder/name"
}
