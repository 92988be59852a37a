import PkgCore

// ld.so.cache (glibc's dl-cache.h, "glibc-ld.so.cache1.1"), numbers of the machine's own order:
//
//    0  magic and version, 20 bytes | nlibs u32 | size of the strings u32 | flags, 24 more bytes
//   48  nlibs entries of 24 bytes:  flags i32 | key u32 | value u32 | unused u32 | hwcap u64
//       key and value are offsets of texts from the start of the header
//
// Files of older systems begin with another header, before this one.

/// The dynamic loader's own list of libraries: names, and the files that `ldconfig` found for them.
struct LoaderCache: Sendable {
  private let paths: [String: [String]]

  private static let magic = Array("glibc-ld.so.cache1.1".utf8)
  private static let headerSize = 48

  /// The list in the bytes of a file; empty where they are of another form.
  init(_ storage: [UInt8], machine: ElfMachine) {
    let bytes = ElfBytes(storage: storage)
    guard let start = Self.start(storage), let count = bytes.u32(start + 20),
      bytes.contains(offset: start + Self.headerSize, size: Int(count) * 24)
    else {
      paths = [:]
      return
    }
    var paths: [String: [String]] = [:]
    paths.reserveCapacity(Int(count))
    for index in 0..<Int(count) {
      let place = start + Self.headerSize + index * 24
      guard let flags = bytes.u32(place), Self.suits(flags, machine),
        let name = Self.text(bytes, place + 4, start), let path = Self.text(bytes, place + 8, start)
      else { continue }
      paths[name, default: []].append(path)
    }
    self.paths = paths
  }

  /// The files of a name; those for newer processors come with their folder in the path.
  func files(_ name: String) -> [String] { paths[name] ?? [] }

  private static func start(_ storage: [UInt8]) -> Int? {
    if storage.starts(with: magic) { return 0 }
    guard storage.starts(with: "ld.so-1.7.0".utf8),
      let count = ElfBytes(storage: storage).u32(12), count < 1 << 20
    else { return nil }
    // Entries of 12 bytes after a header of 16, padded to 8.
    let start = (16 + Int(count) * 12 + 7) & ~7
    return storage.dropFirst(start).starts(with: magic) ? start : nil
  }

  // The low byte 3 means a library for glibc; the next one tells the kind of machine.
  private static func suits(_ flags: UInt32, _ machine: ElfMachine) -> Bool {
    switch machine {
    case .amd64: flags & 0xFFFF == 0x0303
    case .aarch64: flags & 0xFFFF == 0x0A03
    default: flags & 0xFF == 3
    }
  }

  private static func text(_ bytes: ElfBytes, _ place: Int, _ start: Int) -> String? {
    guard let offset = bytes.u32(place),
      let range = bytes.text(at: start + Int(offset), limit: bytes.count)
    else { return nil }
    return bytes.string(range)
  }
}
