public import PkgCore

/// The facts of an ELF file, for a manifest or a report. Of a 32-bit or big-endian file only what
/// the header says.
///
/// - Throws: ``ElfError`` where the bytes are no complete ELF file.
public func elfFacts(of bytes: [UInt8]) throws(ElfError) -> ElfFacts {
  do {
    return ElfFacts(try ElfImage(bytes))
  } catch .unsupported {
    return ElfFacts(try ElfHeader(ElfBytes(storage: bytes)))
  }
}

/// The facts of the ELF file at a path.
///
/// - Throws: ``ElfError``; ``Diagnostic`` where the file can't be read.
public func elfFacts(ofFile path: String) throws -> ElfFacts {
  try elfFacts(of: readFile(path, maximumSize: maximumElfSize))
}

/// Larger files are refused before they are read: 1 GiB, some thirty times the largest plugin of
/// Debian.
let maximumElfSize = 1 << 30

extension ElfFacts {
  init(_ header: ElfHeader) {
    self.init(
      machine: header.machine, bits: header.bits, isLittleEndian: header.isLittleEndian,
      osABI: header.osABI, type: header.type)
  }

  init(_ image: ElfImage) {
    self.init(image.header)
    let bytes = image.bytes
    let notes = ElfNotes(image)
    let sections = ElfSections(bytes)
    isaLevel = notes.isaLevel
    buildID = notes.buildID?.hex
    toolchains = sections.toolchains
    needed = image.dynamic.neededNames.map(bytes.string)
    soname = image.dynamic.soname.map(bytes.string)
    rpath = entries(image.dynamic.rpath, bytes)
    runpath = entries(image.dynamic.runpath, bytes)
    initializerCount = image.dynamic.initializerBytes / 8
    readSegments(image)
    readFlags(image.dynamic)
    if sections.hasDebugInfo { flags.insert(.debugInfo) }
    let marks = readSymbols(image)
    readVersions(image)
    if marks.hasIndirect || image.hasIndirectRelocations { flags.insert(.indirectFunctions) }
    runtime = runtime(marks, notes)
    reloadClass = reloadClassFromFacts
  }

  // An empty entry means the working directory, so it must survive.
  private func entries(_ range: Range<Int>?, _ bytes: ElfBytes) -> [String] {
    guard let range else { return [] }
    return bytes.string(range).parts(at: ":", keepsEmpty: true).map(
      String.init)
  }

  private mutating func readSegments(_ image: ElfImage) {
    for segment in image.segments {
      switch segment.type {
      case ElfImage.SegmentType.load where segment.isWritable && segment.isExecutable:
        flags.insert(.writableCode)
      case ElfImage.SegmentType.gnuStack: stack = segment.isExecutable ? .executable : .protected
      case ElfImage.SegmentType.gnuRelro: flags.insert(.relro)
      case ElfImage.SegmentType.tls: tlsSize = Int(exactly: segment.memorySize) ?? .max
      default: break
      }
    }
  }

  private mutating func readFlags(_ dynamic: ElfDynamic) {
    typealias Flags = ElfDynamic.Flags
    typealias Flags1 = ElfDynamic.Flags1
    if dynamic.hasTextRelocations { flags.insert(.textRelocations) }
    if dynamic.flags & Flags.staticTLS != 0 { flags.insert(.staticTLS) }
    if dynamic.flags & Flags.bindNow != 0 || dynamic.flags1 & Flags1.now != 0 {
      flags.insert(.bindNow)
    }
    if dynamic.flags1 & Flags1.noDelete != 0 { flags.insert(.noDelete) }
    if dynamic.flags1 & Flags1.noOpen != 0 { flags.insert(.noOpen) }
    if dynamic.flags1 & Flags1.pie != 0 { flags.insert(.pie) }
  }

  private var reloadClassFromFacts: ReloadClass {
    switch runtime {
    case .goPlugin, .goShared, .swift: .restart
    default: flags.contains(.noDelete) || flags.contains(.uniqueSymbols) ? .pinned : .clean
    }
  }

  private func runtime(_ marks: SymbolMarks, _ notes: ElfNotes) -> Runtime {
    if marks.hasGoPluginTables { return .goPlugin }
    if notes.hasGoBuildID || marks.hasCgoExports { return .goShared }
    if needed.contains(where: { $0.begins(with: "libswift") }) { return .swift }
    if marks.hasRustNames || toolchains.contains(where: { $0.begins(with: "rustc ") }) {
      return .rust
    }
    return marks.hasMangledCxx || needed.contains("libstdc++.so.6") ? .cxx : .native
  }
}
