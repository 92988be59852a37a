import Files
package import PkgCore

/// A plugin that was read, beside what it is checked against. The checks are in extensions, one
/// file a subject; each gives its results in the order of the catalogue.
struct StaticChecks {
  let subject: LoadSubject
  let target: LoadTarget
  let status: FileStatus
  let image: ElfImage
  let facts: ElfFacts
  /// What the process would hold beside the plugin; nil where the target is another system.
  let closure: LibraryClosure?
  /// The entry that the host looks for in a file of this name.
  let derivedEntry: String?

  init(_ subject: LoadSubject, _ target: LoadTarget, _ status: FileStatus, _ image: ElfImage) {
    self.subject = subject
    self.target = target
    self.status = status
    self.image = image
    facts = ElfFacts(image)
    closure = Self.closure(subject, target, image)
    derivedEntry = target.entryName(fileName: subject.file)
  }

  private static func closure(
    _ subject: LoadSubject, _ target: LoadTarget, _ image: ElfImage
  ) -> LibraryClosure? {
    guard !target.libraryFolders.isEmpty, image.header.machine == target.machine else { return nil }
    var closure = LibraryClosure(search: LibrarySearch(target))
    var inherited: [String] = []
    for path in target.symbolProviders {
      // `$ORIGIN` of a program is beside the file itself, as the kernel has opened it.
      let path = FileSystem.realPath(path) ?? path
      guard let image = LibraryCache.shared.image(path) else { continue }
      let program = LibraryClosure.Member(path: path, image: image, isOfHost: true)
      inherited += program.rpathForOthers
      closure.add(program, isProvider: true)
    }
    for path in subject.modules {
      guard let image = LibraryCache.shared.image(path) else { continue }
      let module = LibraryClosure.Member(path: path, image: image, isOfHost: true)
      closure.add(module, isProvider: true, inherited: inherited)
    }
    let plugin = LibraryClosure.Member(path: subject.file, image: image)
    closure.add(plugin, isProvider: false, inherited: inherited)
    return closure
  }

  private func elfValid() -> CheckResult {
    guard image.header.machine == target.machine, let fault = ElfIntegrity(image).fault else {
      return CheckResult(.elfValid, .pass)
    }
    return CheckResult(
      .elfValid, .fail, "the ELF file is malformed: \(fault)", hint: "build it again")
  }

  /// All results, in the order of the catalogue.
  func run() -> [CheckResult] {
    var results = [elfValid(), elfArch(), elfType()]
    results += libraryChecks() + versionChecks() + symbolChecks()
    results +=
      entryChecks() + abiChecks() + goChecks() + hardeningChecks() + habitChecks() + fileChecks()
    return results.sorted { $0.check.rawValue < $1.check.rawValue }
  }
}

/// Level 1: everything that can be said without running anything of the plugin.
func staticResults(_ subject: LoadSubject, _ target: LoadTarget) throws -> (
  results: [CheckResult], facts: ElfFacts?
) {
  let status = try fileStatus(subject.file)
  return staticResults(
    of: try readFile(subject.file, maximumSize: maximumElfSize), status, subject, target)
}

private func staticResults(
  of bytes: [UInt8], _ status: FileStatus, _ subject: LoadSubject, _ target: LoadTarget
) -> (results: [CheckResult], facts: ElfFacts?) {
  do throws(ElfError) {
    let checks = StaticChecks(subject, target, status, try ElfImage(bytes))
    return (checks.run(), checks.facts)
  } catch .unsupported {
    return (foreignResults(bytes, target), nil)
  } catch {
    return ([CheckResult(.elfValid, .fail, error.sentence)], nil)
  }
}

/// Every reader of hostile bytes in this room, one after another, for the fuzzer: the checks of level
/// 1 as if the bytes lay in a file at a path, names of functions, and the loader's list of libraries.
package func readEverything(_ bytes: [UInt8], as path: String, against target: LoadTarget) {
  let status = FileStatus(
    size: bytes.count, mode: 0o644, owner: 0, group: 0, isRegular: true)
  let subject = LoadSubject(name: "subject", file: path)
  let (results, facts) = staticResults(of: bytes, status, subject, target)
  precondition(!results.isEmpty && (facts == nil || results.count > 20))
  if let image = try? ElfImage(bytes), let symbols = ElfFullSymbols(image) {
    _ = symbols.function(at: 0x1000)
  }
  for name in facts?.exports.prefix(100) ?? [] { _ = StringABI(mangled: name.name) }
  _ = LoaderCache(bytes, machine: target.machine).files("libc.so.6")
}

/// A file of another class: it is enough to know that it does not fit.
private func foreignResults(_ bytes: [UInt8], _ target: LoadTarget) -> [CheckResult] {
  guard let header = try? ElfHeader(ElfBytes(storage: bytes)) else { return [] }
  let found = "\(header.bits)-bit \(header.isLittleEndian ? "little" : "big")-endian"
  return [
    CheckResult(.elfValid, .pass),
    CheckResult(
      .elfArch, .fail, "built for \(header.machine), \(found); this system is \(target.machine)"),
  ]
}
