extension HostProfile {
  /// The kind of library that a file is, of those that the host loads; nil where the profile names
  /// none.
  ///
  /// Go's `-buildmode=plugin` is told by its marks, since nothing else could open it. Of the others
  /// the first whose entries are exported counts. Where none is, one without entries of its own could
  /// still be meant; else the first is what the file lacks.
  public func abi(of facts: ElfFacts, fileName: String) -> ABI? {
    guard abis.count > 1 else { return abis.first }
    let fitting = abis.filter { ($0.kind == "go-plugin") == (facts.runtime == .goPlugin) }
    let candidates = fitting.isEmpty ? abis : fitting
    return candidates.first { $0.hasEntries && $0.isExported(by: facts, fileName: fileName) }
      ?? candidates.first { !$0.hasEntries } ?? candidates.first
  }
}

extension HostProfile.ABI {
  /// Whether the profile says what such a library must export.
  fileprivate var hasEntries: Bool { !required.isEmpty || !entryFromFileName.isEmpty }

  /// As the load check has it: the entry by the file's name, or all others.
  fileprivate func isExported(by facts: ElfFacts, fileName: String) -> Bool {
    if !entryFromFileName.isEmpty {
      var target = LoadTarget(machine: facts.machine)
      target.entryFromFilename = entryFromFileName
      if let name = target.entryName(fileName: fileName), facts.export(name) != nil { return true }
    }
    return !required.isEmpty && required.allSatisfy { facts.export($0.name) != nil }
  }
}
