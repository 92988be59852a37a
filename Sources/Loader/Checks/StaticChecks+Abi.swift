import PkgCore

// plg-s011: marks of one kind of host.
extension StaticChecks {
  /// One result for all marks that can be compared: the gravest.
  func abiChecks() -> [CheckResult] {
    var results: [CheckResult] = []
    if target.staticProbes.contains(.nginxSignature) { results.append(nginxSignature()) }
    if target.staticProbes.contains(.postgresMagic) { results.append(postgresMagic()) }
    if target.staticProbes.contains(.rustCompiler) { results.append(rustCompiler()) }
    if let strings = stringABI() { results.append(strings) }
    let order: [CheckStatus] = [.fail, .warn, .pass]
    let gravest = order.lazy.compactMap { status in results.first { $0.status == status } }.first
    return (gravest ?? results.first).map { [$0] } ?? []
  }

  /// The host's programs, as far as they can be read.
  var hosts: [ElfImage] { target.symbolProviders.compactMap { LibraryCache.shared.image($0) } }

  /// A library of another rustc has another layout of every type that is not `repr(C)`.
  private func rustCompiler() -> CheckResult {
    func compilers(_ toolchains: [String]) -> Set<String> {
      Set(toolchains.filter { $0.begins(with: "rustc ") })
    }
    let own = compilers(facts.toolchains)
    let host = hosts.reduce(into: Set<String>()) {
      $0.formUnion(compilers(ElfSections($1.bytes).toolchains))
    }
    guard !own.isEmpty, !host.isEmpty else {
      return CheckResult(.abiVersion, .skip, "plugin or host does not say which rustc made it")
    }
    guard own.isDisjoint(with: host) else { return CheckResult(.abiVersion, .pass) }
    return CheckResult(
      .abiVersion, .fail, "built with another rustc than the host",
      notes: own.sorted().map { "plugin: \($0)" } + host.sorted().map { "host: \($0)" },
      hint: "build it with the host's rustc")
  }

  /// Names of C++ functions tell which `std::string` they take. nil where one side takes none.
  ///
  /// The plugin is refused where a function that nobody defines takes the other one; else it may
  /// use strings for itself alone.
  private func stringABI() -> CheckResult? {
    guard let closure, !hosts.isEmpty else { return nil }
    let own = Set((facts.undefined.map(\.name) + facts.exports.map(\.name)).compactMap(stringKind))
    guard own.count == 1, let mine = own.first else { return nil }
    let theirs = hosts.reduce(into: Set<StringABI>()) { $0.formUnion($1.exportedStringABIs) }
    guard !theirs.isEmpty else { return nil }
    guard !theirs.contains(mine) else { return CheckResult(.abiVersion, .pass) }
    let refused = unresolvedSymbols(closure).first { StringABI(mangled: $0.name) == mine }
    return CheckResult(
      .abiVersion, refused == nil ? .warn : .fail,
      "plugin and host mean different types by std::string",
      notes: ["plugin: \(mine.rawValue)"] + theirs.map { "host: \($0.rawValue)" }
        + [refused.map { "the host does not have `\($0.name)`" }].compactMap { $0 },
      hint: "compile it with the host's value of _GLIBCXX_USE_CXX11_ABI")
  }

  private func stringKind(_ name: String) -> StringABI? { StringABI(mangled: name) }

  private func postgresMagic() -> CheckResult {
    guard let host = hosts.lazy.compactMap({ PostgresMagic.ofHost($0) }).first else {
      return CheckResult(.abiVersion, .skip, "the host's binary shows no magic block of PostgreSQL")
    }
    guard let module = PostgresMagic.ofModule(image) else {
      return CheckResult(.abiVersion, .skip, "its magic block can't be found without running it")
    }
    guard module.version == host.version else {
      return CheckResult(
        .abiVersion, .fail,
        "module built for PostgreSQL \(module.release), the host is \(host.release)",
        hint: "choose a build for PostgreSQL \(host.release)")
    }
    let differences = module.differences(from: host)
    guard differences.isEmpty else {
      return CheckResult(
        .abiVersion, .fail, "module built with other options than the host's PostgreSQL",
        notes: differences, hint: "build it with the host's own `pg_config`")
    }
    return CheckResult(.abiVersion, .pass)
  }

  private func nginxSignature() -> CheckResult {
    guard let host = hosts.lazy.compactMap({ NginxModule.ofHost($0) }).first else {
      return CheckResult(.abiVersion, .skip, "the host's binary shows no nginx signature")
    }
    let modules = NginxModule.all(in: image)
    guard !modules.isEmpty else {
      return CheckResult(.abiVersion, .fail, "it has no table `ngx_modules` of nginx modules")
    }
    for module in modules {
      if module.version != host.version {
        return CheckResult(
          .abiVersion, .fail,
          "module built for nginx \(module.release), the host is \(host.release)",
          hint: "choose a build for nginx \(host.release)")
      }
      let differences = module.differences(from: host)
      guard differences.isEmpty else {
        return CheckResult(
          .abiVersion, .fail, "module built with other options than the host's nginx",
          notes: differences,
          hint: "build it with the options of `nginx -V`, and with --with-compat")
      }
    }
    return CheckResult(.abiVersion, .pass)
  }
}

extension ElfImage {
  /// The kinds of `std::string` in the names of what this image defines.
  fileprivate var exportedStringABIs: Set<StringABI> {
    var found: Set<StringABI> = []
    for index in 1..<max(symbols.count, 1) where found.count < 2 {
      guard let symbol = symbols.symbol(index, in: bytes), symbol.isDefinition,
        let name = symbols.name(symbol, in: bytes), bytes.begins(with: "_Z", in: name)
      else { continue }
      if let kind = StringABI(mangled: bytes.string(name)) { found.insert(kind) }
    }
    return found
  }
}
