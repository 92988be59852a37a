import PkgCore

// plg-s012 and s013: Go plugins.
//
// The linker writes for each package `go:link.pkghashbytes.PACKAGE`, eight bytes; before Go 1.20
// the names began with `go.` (cmd/link/internal/ld/symtab.go). plugin.Open compares the hash that
// the plugin was linked with to the host's (runtime/plugin.go), and names only the first that
// differs.
extension StaticChecks {
  func goChecks() -> [CheckResult] {
    var results: [CheckResult] = []
    let isAsked = target.staticProbes.contains(.goPackageHashes)
    if isAsked || facts.runtime == .goPlugin && !hosts.isEmpty { results.append(goPackages()) }
    if let mode = buildMode() { results.append(mode) }
    return results
  }

  private func goPackages() -> CheckResult {
    let own = GoPackages(image)
    guard !own.hashes.isEmpty else {
      return CheckResult(.goPkghash, .skip, "it has no link hashes of Go packages")
    }
    let host = hosts.lazy.map(GoPackages.init).first { !$0.hashes.isEmpty }
    guard let host else {
      return CheckResult(
        .goPkghash, .skip, "the host has no link hashes of Go packages to compare with")
    }
    guard own.spelling == host.spelling else {
      return CheckResult(
        .goPkghash, .fail, "plugin and host were linked by Go releases that don't fit each other",
        notes: ["plugin: \(own.release)", "host: \(host.release)"], hint: Self.goHint)
    }
    let shared = own.hashes.keys.filter { host.hashes[$0] != nil }
    let differing = shared.filter { own.hashes[$0] != host.hashes[$0] }.sorted()
    guard !shared.isEmpty else {
      return CheckResult(.goPkghash, .skip, "plugin and host share no Go package")
    }
    guard !differing.isEmpty else { return CheckResult(.goPkghash, .pass) }
    return CheckResult(
      .goPkghash, .fail,
      "\(differing.count) of \(shared.count) Go packages differ from the host's",
      notes: differing.map { "package `\($0)`" }, hint: Self.goHint)
  }

  /// Go finds out when the host asserts what the entry returned. Which type that is no symbol says, so it is enough
  /// that one has them all.
  func missingMethods() -> CheckResult {
    guard target.kind == "go-plugin", !target.methods.isEmpty, facts.runtime == .goPlugin else {
      return CheckResult(.entryMissing, .pass)
    }
    let types = GoTypes(image, methods: Set(target.methods)).methods
    let best = types.max { ($0.value.count, $1.key) < ($1.value.count, $0.key) }
    let missing = target.methods.filter { best?.value.contains($0) != true }
    guard !missing.isEmpty else { return CheckResult(.entryMissing, .pass) }
    let words = missing.map { "`\($0)`" }.joined(separator: ", ")
    return CheckResult(
      .entryMissing, .warn,
      best.map {
        "no type has all methods that the host calls: `\(printable($0.key))` lacks \(words)"
      }
        ?? "no type has the methods that the host calls: \(words)",
      hint: "declare that the entry returns the host's interface: then the compiler tells")
  }

  private static let goHint = "build it with the host's Go release, module versions and flags"

  private func buildMode() -> CheckResult? {
    let opensGoPlugins =
      target.staticProbes.contains(.goPackageHashes) || target.kind == "go-plugin"
    let wantsEntry = !target.requiredEntries.isEmpty || target.entryFromFilename != nil
    switch facts.runtime {
    case .goPlugin where !opensGoPlugins && wantsEntry:
      return CheckResult(
        .buildmode, .fail, "built with -buildmode=plugin, which only Go hosts can open",
        hint: "build it with -buildmode=c-shared")
    case .goPlugin where hosts.contains(where: isGoWithoutPlugins):
      return CheckResult(
        .buildmode, .fail, "the host was linked without Go's package `plugin`, so it can open none",
        hint: "import `plugin` in the host, and build it with cgo")
    case .goShared where opensGoPlugins:
      return CheckResult(
        .buildmode, .fail, "built with -buildmode=c-shared; the host opens -buildmode=plugin",
        hint: "build it with -buildmode=plugin")
    case .goPlugin, .goShared: return CheckResult(.buildmode, .pass)
    default: return nil
    }
  }

  private func isGoWithoutPlugins(_ host: ElfImage) -> Bool {
    ElfNotes(host).hasGoBuildID && GoPackages(host).hashes.isEmpty
  }
}

/// The types of a Go plugin with methods that are looked for: `PACKAGE.(*TYPE).METHOD`. The compiler writes that one
/// for methods of values too, and of what is embedded.
struct GoTypes {
  /// By the type's name.
  private(set) var methods: [String: Set<String>] = [:]

  init(_ image: ElfImage, methods wanted: Set<String>) {
    let bytes = image.bytes
    for index in 1..<max(image.symbols.count, 1) {
      guard let symbol = image.symbols.symbol(index, in: bytes), symbol.isDefinition,
        let name = image.symbols.name(symbol, in: bytes), name.count < 4096,
        let dot = bytes.storage[name].lastIndex(of: UInt8(ascii: ".")), dot > name.lowerBound,
        bytes.storage[dot - 1] == UInt8(ascii: ")")
      else { continue }
      let method = bytes.string(dot + 1..<name.upperBound)
      guard wanted.contains(method),
        let star = bytes.storage[name.lowerBound..<dot].lastIndex(of: UInt8(ascii: "*"))
      else { continue }
      methods[bytes.string(star + 1..<dot - 1), default: []].insert(method)
    }
  }
}

/// The packages of a Go plugin or host with their link hashes.
struct GoPackages {
  /// By the package's path; empty for what Go did not link with support of plugins.
  private(set) var hashes: [String: ArraySlice<UInt8>] = [:]
  /// `go.` or `go:`.
  private(set) var spelling = ""

  /// The releases that spell names so.
  var release: String { spelling == "go." ? "Go 1.19 or older" : "Go 1.20 or newer" }

  // A plugin has tens of thousands of symbols, more than facts keep.
  init(_ image: ElfImage) {
    let bytes = image.bytes
    for index in 1..<max(image.symbols.count, 1) {
      guard let symbol = image.symbols.symbol(index, in: bytes), symbol.isDefinition,
        let name = image.symbols.name(symbol, in: bytes), name.count > Self.middle.count + 3,
        bytes.begins(with: "go", in: name),
        bytes.storage[(name.lowerBound + 3)...].starts(with: Self.middle),
        let hash = image.symbols.content(symbol, in: image)
      else { continue }
      spelling = bytes.string(name.lowerBound..<name.lowerBound + 3)
      hashes[bytes.string(name.dropFirst(3 + Self.middle.count))] = hash
    }
  }

  private static let middle = Array("link.pkghashbytes.".utf8)
}
