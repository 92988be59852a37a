// A note:  namesz u32 | descsz u32 | type u32 | name, padded to 4 | desc, padded to the alignment

/// What the notes of a file say.
struct ElfNotes: Sendable {
  /// The GNU build-id.
  private(set) var buildID: [UInt8]?
  /// The x86 level of the GNU property note: 1 for the baseline, 2 for x86-64-v2.
  private(set) var isaLevel: Int?
  /// Whether the Go linker wrote the file.
  private(set) var hasGoBuildID = false

  init(_ image: ElfImage) {
    for segment in image.segments(ofType: ElfImage.SegmentType.note) {
      read(image.bytes, segment.offset..<segment.offset + segment.fileSize)
    }
  }

  private mutating func read(_ bytes: ElfBytes, _ range: Range<Int>) {
    var place = range.lowerBound
    while place + 12 <= range.upperBound, let nameSize = bytes.u32(place),
      let size = bytes.u32(place + 4), let type = bytes.u32(place + 8)
    {
      let name = place + 12
      let content = name + (Int(nameSize) + 3) & ~3
      guard content >= name, content + Int(size) <= range.upperBound else { return }
      let nameRange = name..<name + Int(nameSize)
      let contentRange = content..<content + Int(size)
      if bytes.begins(with: "GNU\0", in: nameRange) {
        readGNU(bytes, type: type, contentRange)
      } else if bytes.begins(with: "Go\0", in: nameRange) {
        hasGoBuildID = true
      }
      // Property notes are padded to 8, all others to 4; GNU property notes stand alone.
      place = content + (Int(size) + 3) & ~3
    }
  }

  private mutating func readGNU(_ bytes: ElfBytes, type: UInt32, _ range: Range<Int>) {
    switch type {
    case 3: buildID = Array(bytes.storage[range].prefix(64))
    case 5: readProperties(bytes, range)
    default: break
    }
  }

  // GNU_PROPERTY_X86_ISA_1_NEEDED has one bit a level from the baseline on.
  private mutating func readProperties(_ bytes: ElfBytes, _ range: Range<Int>) {
    var place = range.lowerBound
    while place + 8 <= range.upperBound, let type = bytes.u32(place),
      let size = bytes.u32(place + 4)
    {
      if type == 0xC000_8002, size == 4, let bits = bytes.u32(place + 8), bits & 15 != 0 {
        isaLevel = 32 - (bits & 15).leadingZeroBitCount
      }
      place += 8 + (Int(size) + 7) & ~7
    }
  }
}
