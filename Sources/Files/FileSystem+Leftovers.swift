internal import Glibc
internal import PkgCore

extension FileSystem {
  /// The name of a file that is on its way to another: nobody else's, while this process lives.
  static func temporary(for path: String) -> String { "\(path).\(getpid()).new" }

  /// Removes what killed processes left on the way to a file. Who is still at work there has been so for
  /// less than an hour; its process may not be seen from here.
  static func removeLeftovers(of path: String) {
    let above = folder(of: path)
    let prefix = baseName(of: path) + "."
    for name in (try? names(in: above)) ?? [] {
      let left = "\(above)/\(name)"
      guard let process = name.rest(after: prefix)?.rest(before: ".new"), Int32(process) != nil,
        let modified = try? status(left).modified,
        modified + 3600 < Machine.secondsSinceEpoch()
      else { continue }
      _ = unlink(left)
    }
  }
}
