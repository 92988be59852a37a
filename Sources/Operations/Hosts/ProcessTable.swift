internal import Files
internal import PkgCore

/// What /proc says of other processes, as far as this user may see it (man 5 proc).
enum ProcessTable {
  /// A file that a process has mapped.
  struct MappedFile: Hashable, Sendable {
    /// As the process sees it.
    let path: String
    /// Whether nothing of that name leads to it any more.
    let isDeleted: Bool

    /// The name of the tree in whose folder it lies; nil where it lies in none.
    var treeName: String? {
      let parts = path.parts(at: "/")
      return parts.lastIndex(of: "trees").flatMap {
        $0 + 1 < parts.count ? String(parts[$0 + 1]) : nil
      }
    }
  }

  /// All processes.
  static func all() -> [Int32] {
    ((try? FileSystem.names(in: "/proc")) ?? []).compactMap { Int32($0) }.sorted()
  }

  /// Processes whose program is this file.
  static func processes(of executable: String) -> [Int32] {
    // An upgrade of the host puts another file in the place of the one that runs.
    let names = [executable, executable + " (deleted)"]
    return all().filter { process in
      (try? FileSystem.linkTarget("/proc/\(process)/exe")).map(names.contains) ?? false
    }
  }

  /// The files that a process has mapped, each once; nil where this user may not know.
  static func mappedIfSeen(by process: Int32) -> Set<MappedFile>? {
    let bytes: [UInt8]
    do throws(SystemError) {
      bytes = try FileSystem.read("/proc/\(process)/maps", limit: 64 << 20)
    } catch {
      // One that has ended meanwhile uses nothing.
      return error.isForbidden ? nil : []
    }
    let deleted = Array(" (deleted)".utf8)
    var files: Set<MappedFile> = []
    for line in bytes.split(separator: UInt8(ascii: "\n")) {
      // Address, rights, offset, device and inode have no slash.
      guard let start = line.firstIndex(of: UInt8(ascii: "/")) else { continue }
      let isDeleted = line.suffix(deleted.count).elementsEqual(deleted)
      let path = line[start...].dropLast(isDeleted ? deleted.count : 0)
      files.insert(MappedFile(path: String(decoding: path, as: UTF8.self), isDeleted: isDeleted))
    }
    return files
  }

  /// The files that a process has mapped; none where this user may not know.
  static func mapped(by process: Int32) -> Set<MappedFile> { mappedIfSeen(by: process) ?? [] }

  /// Names of the trees of a store that processes use. One that sees other mounts, as in a container, may
  /// have the store in another place: there the name alone counts.
  static func treesInUse(below folder: String) -> Set<String> {
    let real = FileSystem.realPath(folder) ?? folder
    let mounts = try? FileSystem.linkTarget("/proc/self/ns/mnt")
    var names: Set<String> = []
    for process in all() {
      let files = mapped(by: process)
      guard !files.isEmpty else { continue }
      let isElsewhere = (try? FileSystem.linkTarget("/proc/\(process)/ns/mnt")) != mounts
      let ours = files.filter { isElsewhere || $0.path.begins(with: "\(real)/") }
      names.formUnion(ours.compactMap(\.treeName))
    }
    return names
  }

  /// The program's name, as `ps` shows it.
  static func name(of process: Int32) -> String {
    let bytes = (try? FileSystem.read("/proc/\(process)/comm", limit: 4096)) ?? []
    return String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
  }
}
