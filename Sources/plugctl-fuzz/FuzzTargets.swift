internal import CommandLineKit
internal import Files
internal import Formats
internal import Glibc
internal import Loader
internal import Operations
internal import PkgCore
internal import Signing

/// libFuzzer's own loop, given what to call with each input (LLVM's FuzzerInterface).
@_silgen_name("LLVMFuzzerRunDriver")
private func runFuzzer(
  _ count: UnsafeMutablePointer<Int32>,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
  _ one: @convention(c) (UnsafePointer<UInt8>?, Int) -> Int32
) -> Int32

/// SwiftPM links an executable's entry under this name.
@c(plugctl_fuzz_main)
public func fuzzMain(
  _ count: Int32, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
) -> Int32 {
  var (count, arguments) = (count, arguments)
  if let folder = getenv("PLUGCTL_FUZZ_SEEDS") {
    return ArchiveFuzzing.writeSeeds(String(cString: folder)) ? 0 : 1
  }
  return runFuzzer(&count, &arguments, fuzzOne)
}

/// Whatever the bytes are, a parser answers or throws; a crash, a hang or an overflow is a defect.
private func fuzzOne(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  FuzzTarget.chosen.run(Array(UnsafeBufferPointer(start: start, count: count)))
  return 0
}

/// What is fuzzed, chosen by `PLUGCTL_FUZZ_TARGET`.
enum FuzzTarget: String, CaseIterable {
  case json, canonical, yaml, manifest, record, profile, elf, tuf, pattern, minisign, key, archive
  case version, project, range, description, schema, bundle

  static let chosen: FuzzTarget = {
    let name = getenv("PLUGCTL_FUZZ_TARGET").map { String(cString: $0) } ?? ""
    return FuzzTarget(rawValue: name) ?? .json
  }()

  /// This system with a host that has marks of its own, where it is installed.
  private static let host: LoadTarget = {
    var target = thisSystem()
    target.symbolProviders = ["/usr/sbin/nginx"].filter { access($0, R_OK) == 0 }
    target.requiredEntries = [.init(name: "ngx_modules", kind: .object)]
    target.entryFromFilename = "sqlite3_{stem}_init"
    target.staticProbes = Set(LoadTarget.StaticProbe.allCases)
    return target
  }()

  func run(_ bytes: [UInt8]) {
    switch self {
    case .json:
      guard let json = try? JSONParser.parse(bytes) else { return }
      // What was accepted is written back to the same value.
      precondition((try? JSONParser.parse(json.compactBytes)) == json)
    case .canonical:
      guard let json = try? JSONParser.parse(bytes, integersOnly: true),
        let canonical = json.canonicalBytes
      else { return }
      // One value has one spelling, and it is read as the same value. Control characters stand in it as
      // they are, which JSON does not allow.
      guard !canonical.contains(where: { $0 < 0x20 }) else { return }
      let again = try? JSONParser.parse(canonical, integersOnly: true)
      precondition(again == json && again?.canonicalBytes == canonical)
    case .yaml: _ = try? YAMLReader.read(bytes)
    case .manifest:
      if let node = try? YAMLReader.read(bytes) { manifests(node) }
    case .profile:
      if let node = try? YAMLReader.read(bytes) { _ = HostProfile.read(node, findings: Findings()) }
    case .record:
      guard let json = try? JSONParser.parse(bytes) else { return }
      _ = try? IndexRecord(json: json)
      _ = try? PackageDescription(json: json)
      _ = Generation(json: json)
      _ = try? HostSnapshot(json: json)
      _ = try? CatalogDocument.entries(json)
    case .project:
      if let node = try? YAMLReader.read(bytes) {
        _ = ProjectFile.read(node, findings: Findings())
        edit(bytes)
      }
      if let lock = try? Lockfile(bytes, path: "lock") {
        precondition((try? Lockfile(lock.json.prettyBytes, path: "lock")) != nil)
      }
    case .elf:
      if let facts = try? elfFacts(of: bytes) {
        precondition((try? ElfFacts(json: facts.json))?.json == facts.json)
      }
      _ = try? HostMarks(bytes)
      readEverything(bytes, as: "/usr/lib/plugin.so", against: Self.host)
    case .tuf:
      _ = try? TrustedRootChain(trusting: bytes)
      _ = try? TUFTimestamp(bytes)
      _ = try? TUFSnapshot(bytes)
      readTargets(bytes)
    case .minisign:
      let text = String(decoding: bytes, as: UTF8.self)
      _ = try? MinisignSignature(fileText: text)
      _ = try? MinisignPublicKey(fileText: text)
      _ = try? MinisignSecretKey.isEncrypted(fileText: text)
      _ = try? ArchiveStatement(text)
    case .key: readKeys(bytes)
    case .pattern:
      let lines = bytes.split(separator: 10, maxSplits: 1, omittingEmptySubsequences: false)
      let texts = lines.map { String(decoding: $0, as: UTF8.self) }
      let isMatch = TUFPathPattern(texts[0]).matches(texts.count > 1 ? texts[1] : "")
      // A text without wildcards fits itself and nothing else.
      if texts.count > 1,
        !texts[0].unicodeScalars.contains(where: { "*?[".unicodeScalars.contains($0) })
      {
        precondition(isMatch == sameBytes(texts[0], texts[1]))
      }
    case .archive: ArchiveFuzzing.run(bytes)
    case .version:
      let text = String(decoding: bytes, as: UTF8.self)
      if let version = try? Version(text) {
        precondition((try? Version(version.description)) == version)
      }
      if let range = try? VersionRange(text) { _ = range.contains(Version(1, 0, 0)) }
      _ = try? PluginReference(text)
    case .range: readRange(bytes)
    case .description: _ = try? PlugDescription(bytes)
    case .schema: checkBySchema(bytes)
    case .bundle:
      guard let contents = try? BundleContents(bytes) else { return }
      precondition((try? BundleContents(contents.json.compactBytes))?.json == contents.json)
    }
  }

  /// A schema in the first line holds what follows, whose variables are filled in; both from strangers.
  private func checkBySchema(_ bytes: [UInt8]) {
    let parts = bytes.split(separator: 10, maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, let schema = try? JSONParser.parse(Array(parts[0])),
      let node = try? YAMLReader.read(Array(parts[1]))
    else { return }
    let findings = Findings()
    var resolution = ConfigResolution(environment: { $0 == "SET" ? "1" : nil }, findings: findings)
    var checks = ["": SchemaCheck(schema) { pattern, text in Pattern(pattern)?.matches(text) }]
    let resolved = resolution.resolve(node, checks: &checks)
    checks[""]?.check(resolved, findings)
    _ = Secrets.masked(resolved)
    // What is written for people is read as the same again.
    guard let again = try? YAMLReader.read(Array(resolved.yaml.utf8)) else { return }
    precondition(again.typedJSON == resolved.typedJSON)
  }

  /// Targets with their delegations: what was read is written back the same, and every path is decided.
  private func readTargets(_ bytes: [UInt8]) {
    guard let targets = try? TUFTargets(bytes) else { return }
    let draft = try? TUFDraft.targets(
      after: nil, targets: targets.targets, delegations: targets.delegations,
      expires: targets.header.expires)
    if let draft {
      precondition((try? TUFTargets(draft.bytes))?.targets.count == targets.targets.count)
    }
    _ = targets.delegates(to: TUFRoleName("bin-0f"))
  }

  /// Keys in every form in which somebody may hand one in.
  private func readKeys(_ bytes: [UInt8]) {
    let text = String(decoding: bytes, as: UTF8.self)
    for (type, scheme) in [
      ("ed25519", "ed25519"), ("ecdsa", "ecdsa-sha2-nistp256"), ("rsa", "rsassa-pss-sha256"),
    ] {
      let json: JSON = [
        "keytype": .string(type), "scheme": .string(scheme), "keyval": ["public": .string(text)],
      ]
      if let key = try? TUFKey(enrolling: json) { precondition(key == key) }
    }
    if let json = try? JSONParser.parse(bytes) { _ = try? TUFKey(enrolling: json) }
    if let key = try? MinisignPublicKey(fileText: text) {
      precondition((try? MinisignPublicKey(fileText: key.fileText)) == key)
    }
    // Without a passphrase: scrypt would take seconds for each input.
    if (try? MinisignSecretKey.isEncrypted(fileText: text)) == false {
      _ = try? MinisignSecretKey(fileText: text)
    }
  }

  /// A range, and after a line feed a version: what was read is written back to the same range, and
  /// sets of versions obey their laws.
  private func readRange(_ bytes: [UInt8]) {
    let lines = bytes.split(separator: 10, maxSplits: 1, omittingEmptySubsequences: false)
    let texts = lines.map { String(decoding: $0, as: UTF8.self) }
    guard let range = try? VersionRange(texts[0]) else { return }
    precondition((try? VersionRange(range.description)) == range)
    precondition(range.intersection(range) == range)
    precondition(range.intersection(.any) == range)
    precondition(
      range.isEmpty || range != VersionRange.any.intersection(VersionRange(plain: [], text: "")))
    guard texts.count > 1, let version = try? Version(texts[1]) else { return }
    let exact = VersionRange(exactly: version)
    precondition(exact.exactVersion == version)
    precondition(range.contains(version) == !range.intersection(exact).isEmpty)
    precondition(range.exactVersion.map { range.contains($0) } ?? true)
  }

  /// Puts an entry into the text of a project and takes every entry out again.
  private func edit(_ bytes: [UInt8]) {
    var editor = YAMLMapEditor(bytes, key: "plugins")
    try? editor.set("a/x", to: "^1.2")
    try? editor.set("a/b", to: "*")
    for name in ["a/x", "a/b"] { try? editor.remove(name) }
    _ = editor.bytes
  }

  /// As an author's file is read: ours, or a guide's.
  private func manifests(_ node: Node) {
    _ = Manifest.read(node, findings: Findings())
    for name in ["plugin.yaml", "manifest.json"] {
      guard let form = ForeignManifest.Form(of: node, name: name) else { continue }
      _ = ForeignManifest.read(
        node, as: form, folder: "plugin", publisher: nil, findings: Findings())
    }
  }
}
