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

  /// What two majors of a library in one process do to each other is not told before they do it:
  /// each finds symbols of the other.
  private func neededConflict(_ closure: LibraryClosure) -> CheckResult {
    var seen: [String: LibraryClosure.Member] = [:]
    for member in closure.members where member.image.dynamic.soname != nil {
      guard let family = libraryFamily(member.soname) else { continue }
      if let other = seen[family], other.soname != member.soname { return conflict(member, other) }
      seen[family] = seen[family] ?? member
    }
    // One that is missing today is installed tomorrow, and then they conflict.
    for missing in closure.missing {
      guard let family = libraryFamily(missing.library), let other = seen[family] else { continue }
      return conflict("`\(missing.library)`, needed by `\(missing.neededBy)`,", other)
    }
    return CheckResult(.neededConflict, .pass)
  }

  private func conflict(
    _ member: LibraryClosure.Member, _ other: LibraryClosure.Member
  ) -> CheckResult {
    conflict("`\(member.soname)`, needed by `\(member.neededBy ?? subject.name)`,", other)
  }

  private func conflict(_ own: String, _ other: LibraryClosure.Member) -> CheckResult {
    let owner = other.neededBy.map { ", needed by `\($0)`" } ?? ""
    let side = other.isOfHost ? "the host has" : "it needs"
    return CheckResult(
      .neededConflict, .warn, "it brings \(own) and \(side) `\(other.soname)`\(owner)",
      hint: "build the plugin, and what it needs, against `\(other.soname)`; or link it "
        + "statically with hidden symbols")
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
    return [symbolsUnresolved(closure)]
  }

  private func symbolsUnresolved(_ closure: LibraryClosure) -> CheckResult {
    let unresolved = unresolvedSymbols(closure)
    guard let first = unresolved.first else {
      return missingVersion(closure) ?? CheckResult(.symbolsUnresolved, .pass)
    }
    var notes = unresolved.dropFirst().prefix(9).map { "undefined symbol: \(named($0))" }
    if unresolved.count > 10 { notes.append("and \(unresolved.count - 10) more") }
    return CheckResult(
      .symbolsUnresolved, .fail, "undefined symbol: \(named(first))", notes: notes,
      hint: symbolHint(closure))
  }

  /// What nothing defines, in the order of the names.
  func unresolvedSymbols(_ closure: LibraryClosure) -> [ElfFacts.Undefined] {
    facts.undefined.filter { !$0.isWeak && !isDefined($0, closure) }
  }

  /// The loader looks for each version in the library that the file names for it, whether a symbol
  /// uses it or not (glibc's elf/dl-version.c).
  private func missingVersion(_ closure: LibraryClosure) -> CheckResult? {
    for need in image.versions.needs where !need.isWeak {
      let library = image.bytes.string(need.library)
      let version = image.bytes.string(need.name)
      if versionNeeded(version).map(isTooNew) ?? false { continue }
      if closure.missing.contains(where: { $0.library == library }) { continue }
      guard let member = closure.member(soname: library) else {
        return CheckResult(
          .symbolsUnresolved, .fail,
          "it asks `\(library)` for the version \(version), and does not need that library",
          hint: "link it again")
      }
      guard !member.image.versions.defines(version, in: member.image.bytes) else { continue }
      return CheckResult(
        .symbolsUnresolved, .fail, "`\(library)` has no version \(version)",
        notes: ["found at `\(member.path)`"], hint: symbolHint(closure))
    }
    return nil
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
