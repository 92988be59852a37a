import CSystem
import Glibc
import PkgCore

/// What `stat` says of a file, as far as checks need it.
struct FileStatus: Sendable {
  let size: Int
  let mode: mode_t
  let owner: uid_t
  let group: gid_t
  let isRegular: Bool
}

/// Follows links.
///
/// - Throws: ``Diagnostic`` that names the path.
func fileStatus(_ path: String) throws(Diagnostic) -> FileStatus {
  var status = stat()
  guard stat(path, &status) == 0 else { throw callFailed("read", path, errno) }
  return FileStatus(status)
}

extension FileStatus {
  init(_ status: stat) {
    self.init(
      size: Int(status.st_size), mode: status.st_mode & 0o7777, owner: status.st_uid,
      group: status.st_gid,
      isRegular: status.st_mode & Glibc.S_IFMT == Glibc.S_IFREG)
  }
}

/// Reads a whole regular file.
///
/// - Throws: ``Diagnostic`` that names the path; also for one that is not regular or too large.
func readFile(_ path: String, maximumSize: Int) throws(Diagnostic) -> [UInt8] {
  let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
  guard descriptor >= 0 else { throw callFailed("open", path, errno) }
  defer { close(descriptor) }
  var status = stat()
  guard fstat(descriptor, &status) == 0 else { throw callFailed("read", path, errno) }
  let facts = FileStatus(status)
  guard facts.isRegular else { throw Diagnostic(.elfInvalid, "`\(path)` is not a regular file") }
  guard facts.size <= maximumSize else {
    throw Diagnostic(.elfInvalid, "`\(path)` is too large to inspect: \(facts.size) bytes")
  }
  var failure: Int32 = 0
  let bytes = [UInt8](unsafeUninitializedCapacity: facts.size) { buffer, count in
    while count < buffer.count {
      let got = read(descriptor, buffer.baseAddress?.advanced(by: count), buffer.count - count)
      if got < 0, errno == EINTR { continue }
      if got < 0 { failure = errno }
      if got <= 0 { return }
      count += got
    }
  }
  guard failure == 0 else { throw callFailed("read", path, failure) }
  return bytes
}

/// The names that match a shell pattern, sorted; none where the folder is missing.
func paths(matching pattern: String) -> [String] {
  var result = glob_t()
  defer { globfree(&result) }
  guard glob(pattern, 0, nil, &result) == 0, let names = result.gl_pathv else { return [] }
  return (0..<Int(result.gl_pathc)).compactMap { names[$0].map { String(cString: $0) } }
}

/// The diagnostic of a system call that failed on a path.
func callFailed(_ verb: String, _ path: String, _ code: Int32) -> Diagnostic {
  let kind: DiagnosticCode =
    switch code {
    case ENOENT, ENOTDIR: .systemNotFound
    case EACCES, EPERM: .systemPermission
    default: .systemCall
    }
  return Diagnostic(kind, "can't \(verb) `\(path)`: \(String(cString: strerror(code)))")
}

/// The first 64 KiB of a file under /proc, whose size is not known before; nil where it can't be
/// read.
func textOfProc(_ path: String) -> String? {
  let descriptor = open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { return nil }
  defer { close(descriptor) }
  let bytes = [UInt8](unsafeUninitializedCapacity: 65_536) { buffer, count in
    while count < buffer.count {
      let got = read(descriptor, buffer.baseAddress?.advanced(by: count), buffer.count - count)
      if got <= 0 { return }
      count += got
    }
  }
  return String(decoding: bytes, as: UTF8.self)
}

/// Whether a file has an extended attribute of a name.
func hasAttribute(_ path: String, _ name: String) -> Bool {
  plg_getxattr_size(path, name) >= 0
}

/// A path from the root, links in it kept: `$ORIGIN` is looked up beside the link.
///
/// - Throws: ``Diagnostic`` where the working folder is gone.
func absolutePath(_ path: String) throws(Diagnostic) -> String {
  if path.begins(with: "/") { return path }
  guard let folder = getcwd(nil, 0) else { throw callFailed("find", path, errno) }
  defer { free(folder) }
  return String(cString: folder) + "/" + path
}
