import PkgCore

/// What the names of a file's symbols tell about the language it was written in.
struct SymbolMarks {
  var hasIndirect = false
  var hasGoPluginTables = false
  var hasCgoExports = false
  var hasRustNames = false
  var hasMangledCxx = false
}

extension ElfFacts {
  /// Names longer than this in all are left out: no plugin has them, and a hostile file could let
  /// each symbol name the same long text.
  private static let maximumNameBytes = 16 << 20

  private struct Found {
    let name: Range<Int>
    let symbol: ElfSymbolTable.Symbol
  }

  /// Fills in exports and undefined symbols.
  mutating func readSymbols(_ image: ElfImage) -> SymbolMarks {
    var marks = SymbolMarks()
    var exported: [Found] = []
    var missing: [Found] = []
    var budget = Self.maximumNameBytes
    for index in 1..<max(image.symbols.count, 1) {
      guard let symbol = image.symbols.symbol(index, in: image.bytes),
        symbol.isUndefined ? symbol.binding != 0 : symbol.isDefinition,
        let name = image.symbols.name(symbol, in: image.bytes), !name.isEmpty
      else { continue }
      budget -= name.count
      guard budget > 0, exported.count < Self.maximumSymbols, missing.count < Self.maximumSymbols
      else {
        flags.insert(.symbolsCut)
        break
      }
      marks.note(symbol, name, image.bytes)
      let found = Found(name: name, symbol: symbol)
      if symbol.isUndefined { missing.append(found) } else { exported.append(found) }
    }
    if exported.contains(where: { $0.symbol.binding == ElfSymbolTable.uniqueBinding }) {
      flags.insert(.uniqueSymbols)
    }
    let bytes = image.bytes
    exports = sorted(exported, bytes).map { found in
      Export(
        name: bytes.string(found.name), kind: Export.Kind(found.symbol.type),
        binding: Export.Binding(found.symbol.binding))
    }
    undefined = sorted(missing, bytes).map { found in
      Undefined(
        name: bytes.string(found.name),
        version: image.versions.version(ofSymbol: found.symbol.index, in: bytes).map(bytes.string),
        isWeak: found.symbol.isWeak)
    }
    return marks
  }

  // Sorted as bytes before any string is made.
  private func sorted(_ found: [Found], _ bytes: ElfBytes) -> [Found] {
    found.sorted { bytes.precedes($0.name, $1.name) }
  }

  /// Fills in the highest version of each family.
  mutating func readVersions(_ image: ElfImage) {
    var highest: [SymbolVersionFamily: SymbolVersion] = [:]
    for need in image.versions.needs where !need.isWeak {
      let text = image.bytes.string(need.name)
      guard let (family, version) = versionNeeded(text) else { continue }
      highest[family] = max(highest[family] ?? version, version)
    }
    versionsNeeded = SymbolVersionFamily.allCases.compactMap { family in
      highest[family].map {
        VersionNeed(family: family, version: $0, symbols: symbols(needing: family, $0))
      }
    }
  }

  private func symbols(
    needing family: SymbolVersionFamily, _ version: SymbolVersion
  ) -> [String] {
    let text = "\(family.rawValue)_\(version)"
    return Array(undefined.lazy.filter { $0.version == text }.map(\.name).prefix(20))
  }
}

/// The family and number that a version name asks for. Packed relocations have a marker of their
/// own, which glibc defines since 2.36.
func versionNeeded(_ text: String) -> (family: SymbolVersionFamily, version: SymbolVersion)? {
  SymbolVersionFamily.parse(text == "GLIBC_ABI_DT_RELR" ? "GLIBC_2.36" : text)
}

extension SymbolMarks {
  fileprivate mutating func note(
    _ symbol: ElfSymbolTable.Symbol, _ name: Range<Int>, _ bytes: ElfBytes
  ) {
    if symbol.type == ElfSymbolTable.SymbolType.ifunc, !symbol.isUndefined { hasIndirect = true }
    switch bytes.storage[name.lowerBound] {
    case UInt8(ascii: "_"):
      if bytes.begins(with: "_cgo_", in: name) { hasCgoExports = true }
      if bytes.begins(with: "_R", in: name) { hasRustNames = true }
      if bytes.begins(with: "_Z", in: name) { hasMangledCxx = true }
    case UInt8(ascii: "g"):
      if bytes.begins(with: "go.link.pkghash", in: name)
        || bytes.begins(with: "go:link.pkghash", in: name)
        || bytes.begins(with: "go.plugin.", in: name) || bytes.begins(with: "go:plugin.", in: name)
      {
        hasGoPluginTables = true
      }
    case UInt8(ascii: "r"):
      if bytes.begins(with: "rust_", in: name) { hasRustNames = true }
    default: break
    }
  }
}

extension ElfFacts.Export.Kind {
  fileprivate init(_ type: UInt8) {
    self =
      switch type {
      case ElfSymbolTable.SymbolType.function: .function
      case ElfSymbolTable.SymbolType.object: .object
      case ElfSymbolTable.SymbolType.tls: .threadLocal
      case ElfSymbolTable.SymbolType.ifunc: .indirect
      default: .other
      }
  }
}

extension ElfFacts.Export.Binding {
  fileprivate init(_ binding: UInt8) {
    self =
      switch binding {
      case 2: .weak
      case ElfSymbolTable.uniqueBinding: .unique
      default: .global
      }
  }
}
