import PkgCore

/// A 64-bit little-endian ELF file, read as the dynamic loader reads it: program headers, then the
/// dynamic segment. Section headers may be stripped.
///
/// A class: look-ups pass images on by the thousand, and a copy would count each array in it.
final class ElfImage: Sendable {
  let bytes: ElfBytes
  let header: ElfHeader
  let segments: [Segment]
  let dynamic: ElfDynamic
  let symbols: ElfSymbolTable
  let versions: ElfVersions

  /// One program header, which lies in the file.
  struct Segment: Sendable {
    let type: UInt32
    let flags: UInt32
    let offset: Int
    let address: UInt64
    let fileSize: Int
    let memorySize: UInt64
    let alignment: UInt64

    var isWritable: Bool { flags & 2 != 0 }
    var isExecutable: Bool { flags & 1 != 0 }
  }

  /// Values of `p_type`.
  enum SegmentType {
    static let load: UInt32 = 1
    static let dynamic: UInt32 = 2
    static let interpreter: UInt32 = 3
    static let note: UInt32 = 4
    static let tls: UInt32 = 7
    static let gnuStack: UInt32 = 0x6474_E551
    static let gnuRelro: UInt32 = 0x6474_E552
  }

  /// More program headers than any linker writes are refused, since look-ups walk them.
  static let maximumSegments = 512

  /// - Throws: ``ElfError``; with ``ElfError/unsupported(bits:isLittleEndian:)`` for other classes.
  init(_ storage: [UInt8]) throws(ElfError) {
    bytes = ElfBytes(storage: storage)
    header = try ElfHeader(bytes)
    guard header.bits == 64, header.isLittleEndian else {
      throw .unsupported(bits: header.bits, isLittleEndian: header.isLittleEndian)
    }
    segments = try Self.segments(bytes)
    try Self.checkSections(bytes)
    dynamic = try ElfDynamic(bytes, segments: segments)
    symbols = try ElfSymbolTable(bytes, dynamic: dynamic)
    versions = try ElfVersions(bytes, dynamic: dynamic)
  }

  private static func segments(_ bytes: ElfBytes) throws(ElfError) -> [Segment] {
    guard let table = bytes.int(32), let size = bytes.u16(54), let count = bytes.u16(56) else {
      throw .truncated("the header")
    }
    guard count > 0 else { throw .invalid("it has no program headers") }
    guard size == 56 else { throw .invalid("program headers of \(size) bytes") }
    guard count <= maximumSegments else { throw .invalid("\(count) program headers") }
    guard bytes.contains(offset: table, size: Int(count) * 56) else {
      throw .truncated("the table of program headers")
    }
    var segments: [Segment] = []
    segments.reserveCapacity(Int(count))
    for index in 0..<Int(count) {
      segments.append(try segment(bytes, at: table + index * 56))
    }
    return segments
  }

  private static func segment(_ bytes: ElfBytes, at place: Int) throws(ElfError) -> Segment {
    guard let type = bytes.u32(place), let flags = bytes.u32(place + 4),
      let address = bytes.u64(place + 16), let memorySize = bytes.u64(place + 40),
      let alignment = bytes.u64(place + 48)
    else { throw .truncated("a program header") }
    guard let offset = bytes.int(place + 8), let size = bytes.int(place + 32),
      bytes.contains(offset: offset, size: size)
    else { throw .truncated("segment \(typeName(type))") }
    return Segment(
      type: type, flags: flags, offset: offset, address: address, fileSize: size,
      memorySize: memorySize, alignment: alignment)
  }

  private static func typeName(_ type: UInt32) -> String {
    switch type {
    case SegmentType.load: "LOAD"
    case SegmentType.dynamic: "DYNAMIC"
    case SegmentType.note: "NOTE"
    default: String(type)
    }
  }

  // Linkers write section headers last, so that their absence shows a file cut short.
  private static func checkSections(_ bytes: ElfBytes) throws(ElfError) {
    guard let table = bytes.u64(40), table != 0 else { return }
    guard let start = Int(exactly: table), let size = bytes.u16(58), let count = bytes.u16(60),
      bytes.contains(offset: start, size: Int(size) * Int(count))
    else { throw .truncated("the table of section headers") }
  }
}

extension ElfImage {
  /// Where an address of the loaded image lies in the file; nil where it has no bytes there.
  func offset(ofAddress address: UInt64) -> Int? { segments.offset(ofAddress: address) }

  /// The segments of a type.
  func segments(ofType type: UInt32) -> [Segment] { segments.filter { $0.type == type } }
}

extension [ElfImage.Segment] {
  func offset(ofAddress address: UInt64) -> Int? {
    for segment in self where segment.type == ElfImage.SegmentType.load {
      guard address >= segment.address else { continue }
      let distance = address - segment.address
      if distance < UInt64(segment.fileSize) { return segment.offset + Int(distance) }
    }
    return nil
  }
}
