import PkgCore

/// What the dynamic loader takes for granted of a file, and crashes or refuses where it does not
/// hold (glibc's elf/dl-load.c and elf/get-dynamic-info.h). Only plugins are looked at so closely;
/// libraries of the system are not.
struct ElfIntegrity {
  let image: ElfImage

  init(_ image: ElfImage) { self.image = image }

  var bytes: ElfBytes { image.bytes }

  /// The first thing that is wrong, in words; nil where nothing is.
  var fault: String? {
    identityFault ?? segmentsFault ?? dynamicFault ?? initializersFault ?? relocationsFault
      ?? symbolsFault ?? versionsFault ?? hashFault
  }

  // glibc: "nonzero padding in e_ident", "ELF file version does not match current one", and ABI
  // versions that it does not know.
  private var identityFault: String? {
    if bytes.storage[6] != 1 || bytes.u32(20) != 1 { return "its ELF version is not 1" }
    if bytes.storage[9..<16].contains(where: { $0 != 0 }) {
      return "its header is padded with data"
    }
    if image.header.osABI == 0, bytes.storage[8] != 0 { return "its ABI version is not 0" }
    return nil
  }

  private var segmentsFault: String? {
    let loads = image.segments(ofType: ElfImage.SegmentType.load)
    guard !loads.isEmpty else { return "it has no segment to load" }
    var end: UInt64 = 0
    for segment in loads {
      if let fault = fault(ofLoad: segment) { return fault }
      if segment.address < end { return "its segments overlap or are out of order" }
      let (next, overflow) = segment.address.addingReportingOverflow(segment.memorySize)
      guard !overflow, next < 1 << 47 else { return "a segment lies outside the address space" }
      end = next
    }
    for segment in image.segments {
      if let fault = fault(ofOther: segment) { return fault }
    }
    return nil
  }

  // Pages of 4096 bytes; larger alignments are larger powers of two.
  private func fault(ofLoad segment: ElfImage.Segment) -> String? {
    let align = segment.alignment
    guard align >= 4096, align.nonzeroBitCount == 1 else {
      return "a segment is not aligned to pages"
    }
    if (segment.address &- UInt64(segment.offset)) & 4095 != 0 {
      return "a segment's address and offset do not agree"
    }
    return UInt64(segment.fileSize) > segment.memorySize
      ? "a segment is larger in the file than in memory" : nil
  }

  private func fault(ofOther segment: ElfImage.Segment) -> String? {
    switch segment.type {
    case ElfImage.SegmentType.dynamic:
      guard image.offset(ofAddress: segment.address) == segment.offset else {
        return "its dynamic segment is not loaded"
      }
      return image.dynamic.isTerminated ? nil : "its dynamic segment has no end"
    case ElfImage.SegmentType.tls:
      if segment.alignment.nonzeroBitCount > 1 { return "its TLS has an impossible alignment" }
      if UInt64(segment.fileSize) > segment.memorySize { return "its TLS is larger than in memory" }
      return segment.memorySize > 1 << 30 ? "its TLS is larger than 1 GiB" : nil
    case ElfImage.SegmentType.gnuRelro:
      return isWritable(segment.address) ? nil : "its RELRO segment is not writable memory"
    default: return nil
    }
  }

  private var dynamicFault: String? {
    let dynamic = image.dynamic
    guard dynamic.isPresent else { return nil }
    if let fault = dynamic.fault { return fault }
    if dynamic.symbols == nil { return "it has no symbol table" }
    guard let last = dynamic.strings.last, bytes.storage[last] == 0 else {
      return "its string table has no end"
    }
    return nil
  }

  private var initializersFault: String? {
    for (name, address) in image.dynamic.initFunctions where !isExecutable(address) {
      return "its \(name) is not code"
    }
    let arrays = image.dynamic.initArrays
    for array in arrays {
      let (end, overflow) = array.address.addingReportingOverflow(array.size)
      guard !overflow, array.size % 8 == 0, isMapped(array.address), isMapped(end &- 1) else {
        return "its table of initialisers lies outside its segments"
      }
    }
    guard arrays.reduce(0, { $0 + $1.size }) <= 1 << 16 else { return nil }
    for array in arrays {
      let pointers = image.pointers(in: array.address..<array.address + array.size)
      if pointers.values.contains(where: { !isExecutable($0) }) {
        return "a function that runs when it is loaded is not code"
      }
    }
    return nil
  }

  /// Whether an address has memory of its own once the file is loaded.
  func isMapped(_ address: UInt64) -> Bool { segment(at: address) != nil }

  func isExecutable(_ address: UInt64) -> Bool { segment(at: address)?.isExecutable ?? false }

  func isWritable(_ address: UInt64) -> Bool { segment(at: address)?.isWritable ?? false }

  private func segment(at address: UInt64) -> ElfImage.Segment? {
    image.segments.first {
      $0.type == ElfImage.SegmentType.load && address >= $0.address
        && address - $0.address < $0.memorySize
    }
  }
}
