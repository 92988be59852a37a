import PkgCore

/// Where the dynamic loader looks for needed libraries (ld.so(8)), without LD_LIBRARY_PATH: a host
/// must not depend on the shell that started it.
struct LibrarySearch: Sendable {
  let folders: [String]
  let machine: ElfMachine

  /// The file of a needed library: RPATH of the object and of those that loaded it unless it has a
  /// RUNPATH, then RUNPATH, then the system's folders. Files of another machine are passed over.
  ///
  /// - Parameters:
  ///   - name: DT_NEEDED; with a slash it is a path.
  ///   - object: the object that needs it.
  ///   - inherited: RPATH folders of the objects that led to it.
  func find(
    _ name: String, neededBy object: LibraryClosure.Member, inherited: [String]
  ) -> LibraryClosure.Member? {
    if name.contains("/") { return member(name) }
    let early = object.runpath.isEmpty ? object.rpath + inherited : object.runpath
    for folder in early + folders {
      if let found = member(folder + "/" + name) { return found }
    }
    return nil
  }

  private func member(_ path: String) -> LibraryClosure.Member? {
    guard let image = LibraryCache.shared.image(path), image.header.machine == machine else {
      return nil
    }
    return LibraryClosure.Member(path: path, image: image)
  }
}

/// The folders of an RPATH or RUNPATH with `$ORIGIN` replaced. Entries with other words are left
/// out, and so are relative ones, which a check refuses.
func expand(_ entries: [String], origin: String) -> [String] {
  entries.compactMap { entry in
    let folder = replace("$ORIGIN", in: replace("${ORIGIN}", in: entry, by: origin), by: origin)
    return folder.hasPrefix("/") && !folder.contains("$") ? folder : nil
  }
}

private func replace(_ word: String, in text: String, by other: String) -> String {
  guard text.hasPrefix(word) else { return text }
  return other + text.dropFirst(word.count)
}

/// The folders of `/etc/ld.so.conf` and what it includes, then the loader's own.
func systemLibraryFolders() -> [String] {
  var folders: [String] = []
  readConfiguration("/etc/ld.so.conf", depth: 0, into: &folders)
  for folder in folders + ["/lib64", "/usr/lib64", "/lib", "/usr/lib"] {
    if !folders.contains(folder) { folders.append(folder) }
  }
  return folders.filter { !paths(matching: $0).isEmpty }
}

private func readConfiguration(_ path: String, depth: Int, into folders: inout [String]) {
  guard depth < 4, let bytes = try? readFile(path, maximumSize: 1 << 20) else { return }
  for line in String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline) {
    let words = line.prefix { $0 != "#" }.split { $0.isWhitespace || $0 == "," || $0 == ":" }
    if words.first == "include" {
      for pattern in words.dropFirst() {
        for file in paths(matching: String(pattern)) {
          readConfiguration(file, depth: depth + 1, into: &folders)
        }
      }
    } else {
      folders += words.map(String.init).filter { $0.hasPrefix("/") && !folders.contains($0) }
    }
  }
}
