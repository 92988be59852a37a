internal import Glibc
internal import PkgCore

/// Paths as texts, and where they lead.
extension FileSystem {
  /// The path above; `.` for a bare name, `/` for the root.
  public static func folder(of path: String) -> String {
    guard let above = path.cut(atLast: "/")?.before else { return "." }
    return above.isEmpty ? "/" : String(above)
  }

  /// The last part of a path.
  public static func baseName(of path: String) -> String {
    path.cut(atLast: "/").map { String($0.after) } ?? path
  }

  /// The absolute path with links, `.` and `..` resolved; nil where it does not exist.
  public static func realPath(_ path: String) -> String? {
    guard let pointer = realpath(path, nil) else { return nil }
    defer { free(pointer) }
    return String(cString: pointer)
  }

  /// Where an absolute path leads, links resolved as far as it exists.
  public static func resolved(_ path: String) -> String {
    var above = path
    while above != "/" {
      if let real = realPath(above) { return real + (path.rest(after: above) ?? "") }
      above = folder(of: above)
    }
    return path
  }

  /// The working folder.
  public static func currentFolder() throws(SystemError) -> String {
    guard let pointer = getcwd(nil, 0) else { throw .last("getcwd", ".") }
    defer { free(pointer) }
    return String(cString: pointer)
  }

  /// The way from one folder to a path, both absolute and without links.
  public static func relative(_ path: String, from folder: String) -> String {
    var (there, here) = (path.parts(at: "/")[...], folder.parts(at: "/")[...])
    while let first = there.first, first == here.first, there.count > 1 {
      there = there.dropFirst()
      here = here.dropFirst()
    }
    return (here.map { _ in ".." } + there.map(String.init)).joined(separator: "/")
  }

  /// An absolute path with `.` and `..` folded by text, links not resolved.
  public static func absolute(_ path: String) throws(SystemError) -> String {
    let whole = path.begins(with: "/") ? path : try currentFolder() + "/" + path
    var parts: [Substring] = []
    for part in whole.parts(at: "/") where part != "." {
      if part == ".." { _ = parts.popLast() } else { parts.append(part) }
    }
    return "/" + parts.joined(separator: "/")
  }
}
