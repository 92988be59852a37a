import Files
import Glibc
import PkgCore
import Synchronization

/// Where the dynamic loader looks for needed libraries (ld.so(8); glibc's `_dl_map_object`).
struct LibrarySearch: Sendable {
  /// LD_LIBRARY_PATH of the host.
  let environment: [String]
  /// The folders that come last.
  let folders: [String]
  let machine: ElfMachine
  /// The folders for processors newer than the baseline, the best first.
  private let levels: [String]
  private let cache: LoaderCache?

  init(_ target: LoadTarget) {
    environment = target.environmentFolders
    folders = target.libraryFolders
    machine = target.machine
    levels = stride(from: min(target.isaLevel ?? 1, 4), to: 1, by: -1).map {
      "glibc-hwcaps/x86-64-v\($0)"
    }
    cache = target.libraryCache.flatMap { LoaderCaches.shared.cache($0, machine: target.machine) }
  }

  /// The file of a needed library: RPATH of the object and of those that loaded it unless it has a
  /// RUNPATH, LD_LIBRARY_PATH, RUNPATH, the loader's list, then the system's folders. Files of
  /// another machine are passed over.
  ///
  /// - Parameters:
  ///   - name: DT_NEEDED; with a slash it is a path.
  ///   - object: the object that needs it.
  ///   - inherited: RPATH folders of the objects that led to it.
  func find(
    _ name: String, neededBy object: LibraryClosure.Member, inherited: [String]
  ) -> (path: String, image: ElfImage)? {
    if name.holds("/") {
      return expand([name], origin: object.origin).first.flatMap(file)
    }
    let hasRunpath = object.image.dynamic.runpath != nil
    let early = hasRunpath ? [] : object.rpath + inherited
    if let found = search(early + environment + (hasRunpath ? object.runpath : []), name) {
      return found
    }
    // DF_1_NODEFLIB: nothing of the system's folders. The C library and the loader itself are there
    // before anything is opened, and are not searched for.
    let isBare =
      object.image.dynamic.flags1 & ElfDynamic.Flags1.noDefaultFolders != 0
      && name != "libc.so.6" && !name.begins(with: "ld-linux")
    return isBare ? nil : listed(name) ?? search(folders, name)
  }

  private func search(_ folders: [String], _ name: String) -> (path: String, image: ElfImage)? {
    for folder in folders {
      for level in levels where FolderMemory.shared.exists(folder + "/glibc-hwcaps") {
        if let found = file("\(folder)/\(level)/\(name)") { return found }
      }
      if let found = file(folder + "/" + name) { return found }
    }
    return nil
  }

  private func listed(_ name: String) -> (path: String, image: ElfImage)? {
    let files = cache?.files(name) ?? []
    let better = levels.flatMap { level in files.filter { $0.holds("/\(level)/") } }
    let plain = files.filter { !$0.holds("/glibc-hwcaps/") }
    return (better + plain).lazy.compactMap(file).first
  }

  private func file(_ path: String) -> (path: String, image: ElfImage)? {
    guard let image = LibraryCache.shared.image(path), image.header.machine == machine else {
      return nil
    }
    return (path, image)
  }
}

/// The folders of an RPATH or RUNPATH with `$ORIGIN`, `$LIB` and `$PLATFORM` replaced. Entries with
/// other words are left out, and so are relative ones, which a check refuses.
func expand(_ entries: [String], origin: String) -> [String] {
  entries.compactMap { entry in
    guard entry.holds("$") else { return entry.begins(with: "/") ? entry : nil }
    var folder = entry
    for (word, value) in [
      ("ORIGIN", origin), ("LIB", libraryWord), ("PLATFORM", platformWord),
    ] {
      folder = replaced(folder, "${\(word)}", by: value)
      folder = replaced(folder, "$\(word)", by: value)
      // No path is longer; a hostile entry would grow with each word.
      if folder.utf8.count > 4096 { return nil }
    }
    return folder.begins(with: "/") && !folder.holds("$") ? folder : nil
  }
}

private func replaced(_ text: String, _ word: String, by other: String) -> String {
  var result = ""
  var rest = text[...]
  while result.utf8.count <= 4096,
    let found = rest.unicodeScalars.firstRange(of: word.unicodeScalars)
  {
    result += rest[..<found.lowerBound] + other
    rest = rest[found.upperBound...]
  }
  return result + rest
}

/// `$PLATFORM`: AT_PLATFORM of the kernel.
private let platformWord: String = {
  #if arch(x86_64)
    "x86_64"
  #elseif arch(arm64)
    "aarch64"
  #else
    ""
  #endif
}()

/// `$LIB`: where the distribution keeps its libraries below `/usr`.
private let libraryWord: String = {
  let choices = ["lib/\(platformWord)-linux-gnu", "lib64"]
  return choices.first { !paths(matching: "/usr/\($0)/libc.so.6").isEmpty } ?? "lib"
}()

/// The loader's list of libraries of this system; nil where there is none.
func systemLibraryList() -> String? {
  let path = "/etc/ld.so.cache"
  return paths(matching: path).isEmpty ? nil : path
}

/// The folders that the dynamic loader searches last. Where the system has no list of libraries,
/// those of `/etc/ld.so.conf` come first.
func systemLibraryFolders() -> [String] {
  var folders: [String] = []
  if systemLibraryList() == nil { readConfiguration("/etc/ld.so.conf", depth: 0, into: &folders) }
  let triplet = "\(platformWord)-linux-gnu"
  let own = ["/lib/\(triplet)", "/usr/lib/\(triplet)", "/lib64", "/usr/lib64", "/lib", "/usr/lib"]
  for folder in own where !folders.contains(folder) { folders.append(folder) }
  return folders.filter { !paths(matching: $0).isEmpty }
}

private func readConfiguration(_ path: String, depth: Int, into folders: inout [String]) {
  guard depth < 4, let bytes = try? readFile(path, maximumSize: 1 << 20) else { return }
  for line in String(decoding: bytes, as: UTF8.self).parts(at: "\n") {
    let words = (line.cut(at: "#")?.before ?? line).split {
      $0.isWhitespace || $0 == "," || $0 == ":"
    }
    if words.first == "include" {
      for pattern in words.dropFirst() {
        for file in paths(matching: String(pattern)) {
          readConfiguration(file, depth: depth + 1, into: &folders)
        }
      }
    } else {
      folders += words.map(String.init).filter { $0.begins(with: "/") && !folders.contains($0) }
    }
  }
}

/// Lists that were read, one a path: a run over many plugins reads the system's once.
private final class LoaderCaches: Sendable {
  static let shared = LoaderCaches()

  private let caches = Mutex<[String: LoaderCache]>([:])

  func cache(_ path: String, machine: ElfMachine) -> LoaderCache? {
    caches.withLock { caches in
      if let known = caches[path] { return known }
      guard let bytes = try? readFile(path, maximumSize: 64 << 20) else { return nil }
      let cache = LoaderCache(bytes, machine: machine)
      caches[path] = cache
      return cache
    }
  }
}

/// Whether folders exist, asked once a process: no library can come to a folder for processors
/// that was not there at the start of a command that takes seconds.
private final class FolderMemory: Sendable {
  static let shared = FolderMemory()

  private let known = Mutex<[String: Bool]>([:])

  func exists(_ path: String) -> Bool {
    known.withLock { known in
      if let answer = known[path] { return answer }
      let answer = access(path, F_OK) == 0
      known[path] = answer
      return answer
    }
  }
}
