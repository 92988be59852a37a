public import PkgCore

/// This system as a target: its processor, its libraries and where they lie. Reads libc, libstdc++
/// and libgcc once a process.
public func thisSystem() -> LoadTarget {
  let machine = thisMachine()
  var target = LoadTarget(machine: machine, libraryFolders: systemLibraryFolders())
  target.libraryCache = systemLibraryList()
  target.isaLevel = thisProcessorLevel()?.number
  for library in ["libc.so.6", "libstdc++.so.6", "libgcc_s.so.1"] {
    let path = target.libraryFolders.lazy.map { $0 + "/" + library }
    guard let image = path.compactMap({ LibraryCache.shared.image($0) }).first else { continue }
    for range in image.versions.definitions {
      guard let (family, version) = SymbolVersionFamily.parse(image.bytes.string(range)) else {
        continue
      }
      target.versions[family] = max(target.versions[family] ?? version, version)
    }
  }
  return target
}

/// The instructions of this machine's processor; nil where it is no x86-64 one, or does not say.
public func thisProcessorLevel() -> InstructionLevel? {
  guard thisMachine() == .amd64 else { return nil }
  return x86Level().flatMap { InstructionLevel($0) }
}

private func thisMachine() -> ElfMachine {
  #if arch(x86_64)
    .amd64
  #elseif arch(arm64)
    .aarch64
  #else
    .other(0)
  #endif
}

/// The level of the x86-64 psABI that the first processor has, by the names in /proc/cpuinfo; nil
/// where that can't be read.
private func x86Level() -> Int? {
  guard let text = textOfProc("/proc/cpuinfo"),
    let line = text.parts(at: "\n").first(where: { $0.begins(with: "flags") })
  else { return nil }
  let flags = Set(line.parts(at: " "))
  let levels: [[Substring]] = [
    ["cx16", "lahf_lm", "popcnt", "sse4_1", "sse4_2", "ssse3"],
    ["avx", "avx2", "bmi1", "bmi2", "f16c", "fma", "abm", "movbe", "xsave"],
    ["avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"],
  ]
  return 1 + levels.prefix { $0.allSatisfy(flags.contains) }.count
}
