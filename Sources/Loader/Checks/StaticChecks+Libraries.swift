import PkgCore

// plg-s004, s005, s008, s033: is everything there that the file needs?
extension StaticChecks {
  func libraryChecks() -> [CheckResult] {
    guard let closure else {
      let reason = "the target is not this system, so libraries can't be looked up"
      return [
        CheckResult(.neededMissing, .skip, reason), CheckResult(.neededConflict, .skip, reason),
      ]
    }
    return [neededMissing(closure), neededConflict(closure), sonameClash(closure)]
  }

  private func neededMissing(_ closure: LibraryClosure) -> CheckResult {
    guard let first = closure.missing.first else { return CheckResult(.neededMissing, .pass) }
    let others = closure.missing.dropFirst().prefix(10).map {
      "`\($0.library)`, needed by `\($0.neededBy)`, is not found either"
    }
    let hint =
      debianPackage(of: first.library).map { "install it: apt-get install \($0)" }
      ?? "install `\(first.library)`, or bundle it beside the plugin with RUNPATH $ORIGIN"
    return CheckResult(
      .neededMissing, .fail,
      "`\(first.library)`, needed by `\(first.neededBy)`, is not found", notes: others, hint: hint)
  }

  private func neededConflict(_ closure: LibraryClosure) -> CheckResult {
    var seen: [Substring: String] = [:]
    for member in closure.members {
      guard let soname = member.image.dynamic.soname.map(member.image.bytes.string),
        let stem = soname.split(separator: ".so.").first, stem.count < soname.count
      else { continue }
      if let other = seen[stem], other != soname {
        return CheckResult(
          .neededConflict, .warn, "both `\(other)` and `\(soname)` would be loaded",
          hint: "build the plugin against the host's `\(other)`")
      }
      seen[stem] = soname
    }
    return CheckResult(.neededConflict, .pass)
  }

  private func sonameClash(_ closure: LibraryClosure) -> CheckResult {
    guard let soname = facts.soname else { return CheckResult(.sonameClash, .pass) }
    let loaded = closure.members.map { (path: $0.path, image: $0.image) }
    let neighbours = subject.neighbours.compactMap { path in
      LibraryCache.shared.image(path).map { (path: path, image: $0) }
    }
    for (path, image) in loaded + neighbours where path != subject.file {
      guard image.dynamic.soname.map(image.bytes.string) == soname else { continue }
      return CheckResult(
        .sonameClash, .warn, "its SONAME `\(soname)` is that of `\(path)` too",
        hint: "link the plugin with a SONAME of its own, or with none")
    }
    return CheckResult(.sonameClash, .pass)
  }

  func symbolChecks() -> [CheckResult] {
    guard let closure else {
      return [
        CheckResult(
          .symbolsUnresolved, .skip, "the target is not this system, so symbols can't be looked up")
      ]
    }
    if let provider = target.symbolProviders.first(where: { LibraryCache.shared.image($0) == nil })
    {
      return [
        CheckResult(.symbolsUnresolved, .skip, "the host's binary `\(provider)` can't be inspected")
      ]
    }
    let unresolved = facts.undefined.filter { !$0.isWeak && !isDefined($0, closure) }
    guard let first = unresolved.first else { return [CheckResult(.symbolsUnresolved, .pass)] }
    var notes = unresolved.dropFirst().prefix(9).map { "undefined symbol: \(named($0))" }
    if unresolved.count > 10 { notes.append("and \(unresolved.count - 10) more") }
    return [
      CheckResult(
        .symbolsUnresolved, .fail, "undefined symbol: \(named(first))", notes: notes,
        hint: symbolHint(closure))
    ]
  }

  private func named(_ symbol: ElfFacts.Undefined) -> String {
    symbol.name + (symbol.version.map { ", version \($0)" } ?? "")
  }

  // Versions of glibc and libstdc++ that are too new are s006's and s007's to report.
  private func isDefined(_ symbol: ElfFacts.Undefined, _ closure: LibraryClosure) -> Bool {
    switch closure.lookup(SymbolName(symbol.name), version: symbol.version) {
    case .defined: true
    case .otherVersion, .absent: symbol.version.flatMap(versionNeeded).map(isTooNew) ?? false
    }
  }

  private func isTooNew(_ need: (family: SymbolVersionFamily, version: SymbolVersion)) -> Bool {
    target.versions[need.family].map { need.version > $0 } ?? false
  }

  private func symbolHint(_ closure: LibraryClosure) -> String {
    if !closure.missing.isEmpty { return "install the missing library first" }
    if !target.symbolProviders.isEmpty {
      return "check that the plugin was built for this version of the host, "
        + "and that the modules it builds on are enabled"
    }
    return "link the plugin with the library that defines it"
  }
}

/// The Debian package of a library that plugins often need; nil for others.
private func debianPackage(of library: String) -> String? {
  [
    "libpcre.so.3": "libpcre3", "libpcre2-8.so.0": "libpcre2-8-0", "libssl.so.3": "libssl3",
    "libcrypto.so.3": "libssl3", "libssl.so.1.1": "libssl1.1", "libcrypto.so.1.1": "libssl1.1",
    "libz.so.1": "zlib1g", "libzstd.so.1": "libzstd1", "liblzma.so.5": "liblzma5",
    "libcurl.so.4": "libcurl4", "libxml2.so.2": "libxml2", "libxslt.so.1": "libxslt1.1",
    "libsqlite3.so.0": "libsqlite3-0", "libpq.so.5": "libpq5", "libyaml-0.so.2": "libyaml-0-2",
    "libstdc++.so.6": "libstdc++6", "libgcc_s.so.1": "libgcc-s1", "libgomp.so.1": "libgomp1",
    "liblua5.1.so.0": "liblua5.1-0", "libGeoIP.so.1": "libgeoip1",
    "libmaxminddb.so.0": "libmaxminddb0", "libgd.so.3": "libgd3", "libuuid.so.1": "libuuid1",
  ][library]
}
