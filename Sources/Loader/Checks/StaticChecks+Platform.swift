import PkgCore

// plg-s002, s003, s006, s007: does the file fit the machine and the C library?
extension StaticChecks {
  func elfArch() -> CheckResult {
    guard facts.machine == target.machine else {
      return CheckResult(
        .elfArch, .fail, "built for \(facts.machine), this system is \(target.machine)")
    }
    guard facts.osABI == 0 || facts.osABI == 3 else {
      return CheckResult(.elfArch, .fail, "built for OS ABI \(facts.osABI), not for Linux")
    }
    if let needed = facts.isaLevel, let level = target.isaLevel, needed > level {
      return CheckResult(
        .elfArch, .fail, "needs a processor of x86-64-v\(needed), this one is x86-64-v\(level)",
        hint: "choose a build for x86-64-v\(level) or lower")
    }
    return CheckResult(.elfArch, .pass)
  }

  func elfType() -> CheckResult {
    guard facts.type == .shared else {
      return CheckResult(
        .elfType, .fail, "not a shared object but of type \(facts.type.rawValue)",
        hint: "link it with -shared")
    }
    let isProgram =
      facts.flags.contains(.pie)
      || !image.segments(ofType: ElfImage.SegmentType.interpreter).isEmpty && facts.soname == nil
        && facts.exports.isEmpty
    if isProgram {
      return CheckResult(
        .elfType, .fail, "a program (PIE), which dlopen refuses",
        hint: "link it with -shared instead of -pie")
    }
    if facts.flags.contains(.noOpen) {
      return CheckResult(
        .elfType, .fail, "marked as not to be opened (DF_1_NOOPEN)",
        hint: "link it without -z nodlopen")
    }
    guard image.dynamic.isPresent else {
      return CheckResult(.elfType, .fail, "it has no dynamic segment, so nothing can open it")
    }
    return CheckResult(.elfType, .pass)
  }

  func versionChecks() -> [CheckResult] {
    [
      versionCheck(.glibcTooNew, [.glibc]),
      versionCheck(.libstdcxxTooNew, [.glibcxx, .cxxabi, .gcc]),
    ]
  }

  private func versionCheck(_ check: CheckID, _ families: [SymbolVersionFamily]) -> CheckResult {
    let known = families.filter { target.versions[$0] != nil }
    if known.isEmpty, families.contains(where: { facts.need($0) != nil }) {
      return CheckResult(check, .skip, "the target's version is not known")
    }
    for family in known {
      guard let need = facts.need(family), let has = target.versions[family], need.version > has
      else { continue }
      return CheckResult(
        check, .fail, "needs \(family.rawValue)_\(need.version), this system has \(has)",
        notes: symbolNotes(family, above: has),
        hint: "choose a build for \(family.rawValue)_\(has) or older, or build it on this system")
    }
    return CheckResult(check, .pass)
  }

  private func symbolNotes(_ family: SymbolVersionFamily, above has: SymbolVersion) -> [String] {
    var notes: [String] = []
    for symbol in facts.undefined {
      guard let text = symbol.version, let needed = versionNeeded(text), needed.family == family,
        needed.version > has
      else { continue }
      guard notes.count < 10 else { return notes + ["and more"] }
      notes.append("`\(symbol.name)` needs \(text)")
    }
    return notes
  }
}
