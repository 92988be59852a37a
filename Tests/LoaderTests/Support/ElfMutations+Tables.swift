import PkgCore

// Paths, symbols, tables, and files cut short.
extension ElfMutation {
  static let paths = [
    ElfMutation("library that is not there", .neededMissing) {
      try $0.rename("libc.so.6", "libq.so.6")
    },
    ElfMutation("library name outside the strings", .elfValid) {
      try $0.set($0.entry(Tag.needed) + 8, 1 << 20)
    },
    ElfMutation("SONAME outside the strings", .elfValid) {
      try $0.set($0.entry(Tag.soname) + 8, 1 << 20)
    },
    ElfMutation("RUNPATH that is relative", .rpathUnsafe) { try $0.runpath("lib/here") },
    ElfMutation("RUNPATH that is empty", .rpathUnsafe) { try $0.runpath("") },
    ElfMutation("RUNPATH with an empty entry", .rpathUnsafe) { try $0.runpath("/opt::/usr") },
    ElfMutation("RUNPATH in a home", .rpathUnsafe) { try $0.runpath("/home/me/lib") },
    ElfMutation("RUNPATH in a build tree", .rpathUnsafe) { try $0.runpath("/build/x-1.0/lib") },
    ElfMutation("RUNPATH that anyone may write", .rpathUnsafe) {
      try $0.runpath("/var/tmp/../tmp")
    },
    ElfMutation("RUNPATH that anyone may make", .rpathUnsafe) { try $0.runpath("/dev/shm/none/x") },
    ElfMutation("RUNPATH with a strange word", .rpathUnsafe) { try $0.runpath("$HOME/lib") },
    ElfMutation("RUNPATH out of the folder", .rpathOrigin, .info) {
      try $0.runpath("$ORIGIN/x/../../y")
    },
    // An Arabic number sign is one character with the mark after it, for a reader but not for the loader.
    ElfMutation("RUNPATH in a home, behind a sign that joins", .rpathUnsafe) {
      try $0.runpath("/opt\u{600}:/home/me")
    },
    ElfMutation("RUNPATH out of the folder, behind a sign that joins", .rpathOrigin, .info) {
      try $0.runpath("$ORIGIN/\u{600}/../../y")
    },
    ElfMutation("RPATH in a home", .rpathUnsafe) {
      try $0.runpath("/home/me/lib")
      try $0.set($0.entry(Tag.runpath), 15)
    },
  ]

  static let symbols = [
    ElfMutation("entry that is hidden", .entryMissing) { try $0.bytes[$0.symbol("entry") + 5] = 2 },
    ElfMutation("entry that is local", .entryMissing) { try $0.bytes[$0.symbol("entry") + 4] = 2 },
    ElfMutation("entry that is data", .entryMissing) {
      try $0.bytes[$0.symbol("entry") + 4] = 0x11
    },
    ElfMutation("entry that is undefined", .entryMissing) {
      try $0.set($0.symbol("entry") + 6, 0, 2)
    },
    ElfMutation("entry at no address", .entryMissing) { try $0.set($0.symbol("entry") + 8, 0) },
    ElfMutation("entry of another name", .elfValid) { try $0.rename("entry", "entrx") },
    ElfMutation("entry outside of code", .elfValid) {
      try $0.set($0.symbol("entry") + 8, $0.number($0.segment(2) + 16))
    },
    ElfMutation("symbol without a name", .elfValid) {
      try $0.set($0.symbol("entry"), 1 << 24, 4)
    },
    ElfMutation("undefined symbol of another name", .symbolsUnresolved) {
      try $0.rename("getenv", "getenx")
    },
    ElfMutation("unique symbol", .gnuUnique, .warn) { try $0.bytes[$0.symbol("table") + 4] = 0xA1 },
    ElfMutation("newer glibc", .glibcTooNew) { try $0.version("GLIBC_2.2.5", "GLIBC_9.2.5") },
    ElfMutation("version that libc does not have", .symbolsUnresolved) {
      try $0.version("GLIBC_2.2.5", "OTHER_2.2.5")
    },
    ElfMutation("newer libgcc", .libstdcxxTooNew) { try $0.version("GLIBC_2.2.5", "GCC_99.2.5") },
    ElfMutation("version of a library that nobody needs", .symbolsUnresolved) {
      let need = try $0.table(Tag.versionNeeds)
      try $0.set(need + 4, $0.text("good.so.1") - $0.table(Tag.strings), 4)
    },
    ElfMutation("version with a wrong hash", .elfValid) {
      try $0.set($0.neededVersion("GLIBC_2.2.5"), 1, 4)
    },
  ]

  static let tables = [
    ElfMutation("versions outside of memory", .elfValid) {
      try $0.set($0.entry(Tag.versionNeeds) + 8, 1 << 40)
    },
    ElfMutation("version with the sign that stands before it", .elfValid) {
      try $0.version("GLIBC_2.2.5", "GLIBC@2.2.5")
    },
    ElfMutation("index of an unknown version", .elfValid) {
      let index = (try $0.symbol("getenv") - $0.table(Tag.symbols)) / 24
      try $0.set($0.table(Tag.versionIndexes) + index * 2, 99, 2)
    },
    ElfMutation("indexes of versions outside of memory", .elfValid) {
      try $0.set($0.entry(Tag.versionIndexes) + 8, 1 << 40)
    },
    ElfMutation("no hash table", .elfValid) { try $0.replace(Tag.gnuHash, Tag.debug, 0) },
    ElfMutation("hash table outside of memory", .elfValid) {
      try $0.set($0.entry(Tag.gnuHash) + 8, 1 << 40)
    },
    ElfMutation("hash table without buckets", .elfValid) {
      try $0.set($0.table(Tag.gnuHash), 0, 4)
    },
    ElfMutation("hash table with a huge filter", .elfValid) {
      try $0.set($0.table(Tag.gnuHash) + 8, 1 << 28, 4)
    },
    ElfMutation("hash table with an empty filter", .elfValid) {
      try $0.set($0.table(Tag.gnuHash) + 16, 0)
    },
    ElfMutation("hash table with a wrong chain", .elfValid) {
      let table = try $0.table(Tag.gnuHash)
      let chain = table + 16 + $0.number(table + 8, 4) * 8 + $0.number(table, 4) * 4
      $0.set(chain, $0.number(chain, 4) ^ 0xFF00, 4)
    },
    ElfMutation("relocation outside of memory", .elfValid) {
      try $0.set($0.relocation(8), 1 << 40)
    },
    ElfMutation("relocation of code", .elfValid) {
      try $0.set($0.relocation(8), $0.number($0.load(flags: 5) + 16))
    },
    ElfMutation("relocation of an unknown type", .elfValid) {
      try $0.set($0.relocation(8) + 8, 200, 4)
    },
    ElfMutation("relocation to no symbol", .elfValid) {
      try $0.set($0.relocation(6) + 12, 5000, 4)
    },
  ]

  /// Cut in the middle of each table, and of what lies between.
  static let cuts: [ElfMutation] = [
    cut("header") { _ in 40 },
    cut("program headers") { $0.number(32) + 60 },
    cut("symbols") { try $0.table(Tag.symbols) + 4 },
    cut("strings") { try $0.table(Tag.strings) + 4 },
    cut("hash table") { try $0.table(Tag.gnuHash) + 4 },
    cut("versions") { try $0.table(Tag.versionNeeds) + 4 },
    cut("relocations") { try $0.table(Tag.rela) + 4 },
    cut("initialisers") { try $0.table(Tag.initArray) + 4 },
    cut("code") { try $0.number($0.load(flags: 5) + 8) + 16 },
    cut("dynamic segment") { try $0.number($0.segment(2) + 8) + 24 },
    cut("section headers") { $0.number(40) + 32 },
    cut("last byte") { $0.bytes.count - 1 },
  ]

  private static func cut(
    _ name: String, _ length: @escaping @Sendable (ElfEditor) throws -> Int
  ) -> ElfMutation {
    ElfMutation("cut in its \(name)", .elfValid) { try $0.cut(length($0)) }
  }
}
