internal import Glibc
public import PkgCore

/// A system call that failed, with its object: the only error of this room.
public struct SystemError: Error, Sendable, Equatable {
  /// The call, as in the manual: `rename`.
  public let call: String
  /// The path or object it was about.
  public let object: String
  /// The error number.
  public let errno: Int32

  /// A failure of these parts.
  public init(call: String, object: String, errno: Int32) {
    self.call = call
    self.object = object
    self.errno = errno
  }

  /// The failure of the call that was just made: reads `errno`.
  static func last(_ call: String, _ object: String) -> SystemError {
    SystemError(call: call, object: object, errno: Glibc.errno)
  }

  /// The system's own sentence.
  public var reason: String {
    // The POSIX form, which fills the buffer; glibc keeps unknown numbers as text too.
    var buffer = [CChar](repeating: 0, count: 256)
    guard strerror_r(errno, &buffer, buffer.count) == 0 else { return "error \(errno)" }
    return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Whether the object does not exist.
  public var isNotFound: Bool { errno == ENOENT || errno == ENOTDIR }
  /// Whether the object is of a kind that the call does not take.
  public var isInvalid: Bool { errno == EINVAL }
  /// Whether this user may not.
  public var isForbidden: Bool { errno == EACCES || errno == EPERM }
  /// Whether the object exists already.
  public var isExisting: Bool { errno == EEXIST }
}

extension SystemError: Diagnosable {
  /// By the error number: permission, read-only, no space, not found, too large, or `system.call`.
  public var diagnostic: Diagnostic {
    let details = JSONObject([
      .init("call", .string(call)), .init("path", .string(object)),
      .init("errno", .integer(Int64(errno))),
    ])
    let note = ["\(call): \(reason)"]
    switch errno {
    case EACCES, EPERM:
      return Diagnostic(
        .systemPermission, "no permission for `\(object)`", notes: note,
        hint: "run as a user who may change it, or choose another `--scope`", details: details)
    case EROFS:
      return Diagnostic(
        .systemReadOnly, "`\(object)` is on a read-only file system", notes: note,
        hint: "choose another `--scope`", details: details)
    case ENOSPC, EDQUOT:
      return Diagnostic(
        .systemNoSpace, "no space left for `\(object)`", notes: note,
        hint: "free some space and run the command again; nothing was changed", details: details)
    case ENOENT, ENOTDIR:
      return Diagnostic(
        .systemNotFound, "`\(object)` does not exist", notes: note, details: details)
    // Our own limit: a system call has this number for writing only.
    case EFBIG where call == "read":
      return Diagnostic(
        .systemTooLarge, "`\(object)` is larger than such a file may be", details: details)
    default:
      return Diagnostic(.systemCall, "`\(object)`: \(reason)", notes: note, details: details)
    }
  }
}
