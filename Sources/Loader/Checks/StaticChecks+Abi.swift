import PkgCore

// plg-s011 to s013: marks of one kind of host.
extension StaticChecks {
  func abiChecks() -> [CheckResult] {
    var results: [CheckResult] = []
    if target.staticProbes.contains(.nginxSignature) { results.append(nginxSignature()) }
    if target.staticProbes.contains(.rustCompiler) { results.append(rustCompiler()) }
    if target.staticProbes.contains(.goPackageHashes) { results.append(goPackages()) }
    if let mode = buildMode() { results.append(mode) }
    return results
  }

  private var hosts: [ElfImage] {
    target.symbolProviders.compactMap { LibraryCache.shared.image($0) }
  }

  /// A library of another rustc has another layout of every type that is not `repr(C)`.
  private func rustCompiler() -> CheckResult {
    func compilers(_ toolchains: [String]) -> Set<String> {
      Set(toolchains.filter { $0.hasPrefix("rustc ") })
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

  /// Go's loader compares the hash of each package that plugin and host share, and names only the
  /// first that differs.
  private func goPackages() -> CheckResult {
    var differing: [String] = []
    var shared = 0
    for prefix in ["go.link.pkghashbytes.", "go:link.pkghashbytes."] {
      for export in facts.exports where export.name.hasPrefix(prefix) {
        guard let own = content(export.name, in: image),
          let other = hosts.lazy.compactMap({ content(export.name, in: $0) }).first
        else { continue }
        shared += 1
        if own != other { differing.append(String(export.name.dropFirst(prefix.count))) }
      }
    }
    guard shared > 0 else {
      return CheckResult(.goPkghash, .skip, "plugin and host share no Go package with a link hash")
    }
    guard !differing.isEmpty else { return CheckResult(.goPkghash, .pass) }
    return CheckResult(
      .goPkghash, .fail,
      "\(differing.count) of \(shared) Go packages differ from the host's",
      notes: differing.prefix(20).map { "package `\($0)`" },
      hint: "build it with the host's Go release, module versions and flags")
  }

  private func content(_ name: String, in image: ElfImage) -> ArraySlice<UInt8>? {
    image.symbol(named: name).flatMap { image.symbols.content($0, in: image) }
  }

  private func buildMode() -> CheckResult? {
    let opensGoPlugins =
      target.staticProbes.contains(.goPackageHashes) || target.kind == "go-plugin"
    let wantsEntry = !target.requiredEntries.isEmpty || target.entryFromFilename != nil
    switch facts.runtime {
    case .goPlugin where !opensGoPlugins && wantsEntry:
      return CheckResult(
        .buildmode, .fail, "built with -buildmode=plugin, which only Go hosts can open",
        hint: "build it with -buildmode=c-shared")
    case .goShared where opensGoPlugins:
      return CheckResult(
        .buildmode, .fail, "built with -buildmode=c-shared; the host opens -buildmode=plugin",
        hint: "build it with -buildmode=plugin")
    case .goPlugin, .goShared: return CheckResult(.buildmode, .pass)
    default: return nil
    }
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
