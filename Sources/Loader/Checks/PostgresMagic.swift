import PkgCore

// src/include/fmgr.h of PostgreSQL, 13 to 17:
//
//   Pg_magic_struct   len 0 | version 4 | funcmaxargs 8 | indexmaxkeys 12 | namedatalen 16
//                     | float8byval 20 | from 15 on: abi_extra 24, 32 bytes of text ended by NUL
//
// `version` is the major number times 100. The server has the same block for itself (dfmgr.c), and
// compares all of it, byte by byte. A module gives its own by the function `Pg_magic_func`.

/// What a module of PostgreSQL, or the server, says that it was built as.
struct PostgresMagic: Sendable, Equatable {
  /// The numbers in the order of the block, without its length.
  let numbers: [UInt32]
  /// Whose server it is, as `PostgreSQL`; empty before 15.
  let vendor: String

  /// 1500 for 15.
  var version: UInt32 { numbers[0] }

  /// The version as PostgreSQL writes it.
  var release: String {
    version % 100 == 0 ? "\(version / 100)" : "\(version / 100).\(version % 100)"
  }

  /// In one line.
  var text: String {
    (numbers.map(String.init) + [vendor].filter { !$0.isEmpty }).joined(separator: " ")
  }

  /// The block to which the module's function leads; nil where its code does something else.
  static func ofModule(_ image: ElfImage) -> PostgresMagic? {
    guard let function = image.symbol(named: "Pg_magic_func"),
      let start = image.offset(ofAddress: function.value)
    else { return nil }
    let code = image.bytes.storage[start...].prefix(32)
    // x86-64: `lea rax, [rip + distance]`; the function does nothing else.
    if image.header.machine == .amd64, let place = code.firstRange(of: [0x48, 0x8D, 0x05]),
      let distance = image.bytes.u32(place.upperBound)
    {
      let next = function.value &+ UInt64(place.upperBound - start + 4)
      let address = next &+ UInt64(bitPattern: Int64(Int32(bitPattern: distance)))
      return image.offset(ofAddress: address).flatMap { PostgresMagic(image.bytes, at: $0) }
    }
    return first(in: image)
  }

  /// The server's own block.
  static func ofHost(_ image: ElfImage) -> PostgresMagic? {
    // Modules have `Pg_magic_func`; the server has what they call.
    image.symbol(named: "load_external_function") == nil ? nil : first(in: image)
  }

  /// One line for each number that differs.
  func differences(from host: PostgresMagic) -> [String] {
    var lines = zip(Self.names, zip(numbers, host.numbers)).compactMap { name, pair in
      pair.0 == pair.1 ? nil : "\(name): module \(pair.0), host \(pair.1)"
    }
    if vendor != host.vendor {
      lines.append("vendor: module `\(printable(vendor))`, host `\(printable(host.vendor))`")
    }
    return lines
  }

  private static let names = [
    "version", "FUNC_MAX_ARGS", "INDEX_MAX_KEYS", "NAMEDATALEN", "FLOAT8PASSBYVAL",
  ]

  /// What looks like a block, in what is never written to: four numbers are nearly always these.
  private static func first(in image: ElfImage) -> PostgresMagic? {
    let usual: [UInt8] = [100, 0, 0, 0, 32, 0, 0, 0, 64, 0, 0, 0, 1, 0, 0, 0]
    // Segments of a made-up file may overlap, each as long as the file.
    var left = image.bytes.count
    for segment in image.segments(ofType: ElfImage.SegmentType.load) where !segment.isExecutable {
      left -= segment.fileSize
      guard left >= 0 else { return nil }
      let content = image.bytes.storage[segment.offset..<segment.offset + segment.fileSize]
      if let place = offset(of: usual, in: content), place >= segment.offset + 8,
        let magic = PostgresMagic(image.bytes, at: place - 8)
      {
        return magic
      }
    }
    return nil
  }

  /// Where some bytes lie that are aligned as numbers are.
  private static func offset(of wanted: [UInt8], in bytes: ArraySlice<UInt8>) -> Int? {
    bytes.withUnsafeBytes { all in
      var place = (4 - bytes.startIndex % 4) % 4
      while place + wanted.count <= all.count {
        if all[place] == wanted[0], all[place + 4] == wanted[4],
          all[place..<place + wanted.count].elementsEqual(wanted)
        {
          return bytes.startIndex + place
        }
        place += 4
      }
      return nil
    }
  }

  private init?(_ bytes: ElfBytes, at offset: Int) {
    guard let length = bytes.u32(offset), length == 24 || length == 56 else { return nil }
    numbers = (1...5).compactMap { bytes.u32(offset + 4 * $0) }
    guard numbers.count == 5, (800...9900).contains(numbers[0]) else { return nil }
    guard length == 56 else {
      vendor = ""
      return
    }
    guard bytes.contains(offset: offset + 24, size: 32) else { return nil }
    let text = bytes.storage[(offset + 24)..<(offset + 56)].prefix { $0 != 0 }
    vendor = String(decoding: text, as: UTF8.self)
  }
}
