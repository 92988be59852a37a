import PkgCore

// plg-s009, s010, s021: what does the file export?
extension StaticChecks {
  func entryChecks() -> [CheckResult] {
    [entryMissing(), entryNameMismatch(), exportPollution()]
  }

  private var hasDerivedEntry: Bool {
    derivedEntry.flatMap(facts.export)?.kind == .function
  }

  private func entryMissing() -> CheckResult {
    guard !target.requiredEntries.isEmpty || target.entryFromFilename != nil else {
      return CheckResult(
        .entryMissing, .skip,
        target.kind.map { "the profile names no entries of the kind `\($0)`" }
          ?? "no profile says which entries it must have")
    }
    if hasDerivedEntry { return CheckResult(.entryMissing, .pass) }
    let faults = target.requiredEntries.compactMap(fault)
    guard let first = faults.first else { return missingMethods() }
    if misnamedEntry != nil {
      return CheckResult(.entryMissing, .skip, "its entry is named after another file name")
    }
    let alternative = derivedEntry.map { ", nor `\($0)`" } ?? ""
    return CheckResult(
      .entryMissing, .fail, first + alternative, notes: Array(faults.dropFirst()),
      hint: "export the entry with default visibility, and as extern \"C\" in C++")
  }

  private func fault(_ entry: LoadTarget.RequiredEntry) -> String? {
    guard let export = export(of: entry.name) else {
      return "it does not export `\(entry.name)`"
    }
    switch (entry.kind, export.kind) {
    case (.function, .function), (.function, .indirect), (.object, .object): return nil
    default: return "its `\(entry.name)` is not \(entry.kind == .function ? "code" : "data")"
    }
  }

  /// Go's names have the package's path before them.
  private func export(of name: String) -> ElfFacts.Export? {
    guard target.kind == "go-plugin" else { return facts.export(name) }
    return facts.exports.first { $0.name.ends(with: "." + name) }
  }

  private func entryNameMismatch() -> CheckResult {
    guard let wanted = derivedEntry else { return CheckResult(.entryNameMismatch, .pass) }
    let hasRequired =
      !target.requiredEntries.isEmpty && target.requiredEntries.allSatisfy { fault($0) == nil }
    if hasDerivedEntry || hasRequired { return CheckResult(.entryNameMismatch, .pass) }
    if let other = misnamedEntry {
      return CheckResult(
        .entryNameMismatch, .fail,
        "the host looks for `\(wanted)` in a file of this name, and it exports `\(other)`",
        hint: "give the file back its name")
    }
    guard target.requiredEntries.isEmpty else {
      return CheckResult(.entryNameMismatch, .skip, "it exports no entry")
    }
    return CheckResult(.entryNameMismatch, .fail, "it does not export `\(wanted)`")
  }

  /// An export that fits the pattern for another file name.
  private var misnamedEntry: String? {
    guard let pattern = target.entryFromFilename,
      let head = pattern.cut(at: "{")?.before, let tail = pattern.cut(atLast: "}")?.after
    else { return nil }
    return facts.exports.first {
      $0.kind == .function && $0.name.begins(with: head) && $0.name.ends(with: tail)
        && $0.name.utf8.count > head.utf8.count + tail.utf8.count
    }?.name
  }

  private func exportPollution() -> CheckResult {
    let entries = Set(target.requiredEntries.map(\.name) + [derivedEntry].compactMap { $0 })
    let others = facts.exports.filter { !entries.contains($0.name) }
    guard !others.isEmpty else { return CheckResult(.exportPollution, .pass) }
    let shadowed = shadows(others).prefix(5)
    guard shadowed.isEmpty else {
      return CheckResult(
        .exportPollution, .warn,
        "it exports names of libc or the host: \(shadowed.joined(separator: ", "))",
        hint: "hide what is not an entry: -fvisibility=hidden, or a version script")
    }
    return CheckResult(
      .exportPollution, .info, "\(others.count) symbols are exported beside the entries")
  }

  /// What is exported under a name of libc's or the host's. Weak C++ templates are the same
  /// everywhere by design, and what only a library of the plugin's own defines is its own affair.
  private func shadows(_ exports: [ElfFacts.Export]) -> [String] {
    let owners = (closure?.members ?? []).filter {
      $0.isOfHost || Self.standardLibraries.contains($0.soname)
    }
    let strong = exports.filter { $0.binding == .global && !$0.name.begins(with: "_") }
    let names = strong.map { SymbolName($0.name) }
    var found: [Int: String] = [:]
    // Thousands of names times fifty libraries: each library says first which it may have.
    for owner in owners {
      for place in owner.image.symbols.mayDefine(names, in: owner.image.bytes)
      where found[place] == nil && owner.image.lookup(names[place], version: nil) == .defined {
        found[place] = owner.name
      }
    }
    return found.sorted { $0.key < $1.key }.map { "`\(strong[$0.key].name)` of `\($0.value)`" }
  }

  /// The parts of glibc that plugins link.
  static let standardLibraries: Set<String> = [
    "libc.so.6", "libm.so.6", "libpthread.so.0", "libdl.so.2", "librt.so.1",
  ]
}
