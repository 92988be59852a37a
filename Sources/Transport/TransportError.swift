/// Why a fetch failed. URLs are without credentials.
public enum TransportError: Error, Sendable, Equatable {
  /// The text is no URL that we understand.
  case invalidURL(String)
  /// A protocol that is not allowed there: `http` beyond this machine, `file` in a redirect.
  case refusedProtocol(url: String)
  /// Credentials would go over a network unencrypted.
  case refusedLogin(url: String)
  /// More redirects than are followed.
  case tooManyRedirects(url: String, limit: Int)
  /// No connection, or one that broke; the cause in curl's words.
  case unreachable(url: String, cause: String)
  /// The server answered with this status.
  case status(url: String, code: Int)
  /// The deadline passed, or too little came for too long; the cause in curl's words.
  case timeout(url: String, cause: String)
  /// The body is longer than the request allows.
  case tooLarge(url: String, limit: Int64)
  /// The body ended early; the length stated, where one was.
  case truncated(url: String, expected: Int64?, received: Int64)
  /// The task was cancelled, or the fetcher closed.
  case cancelled(url: String)
  /// A file can't be read; the system's error number.
  case unreadable(path: String, errno: Int32)
  /// The path is of a folder or a device.
  case notAFile(path: String)
  /// libcurl can't be loaded; the cause in the loader's words.
  case libraryMissing(cause: String)

  /// Whether the server, or the file system, says that there is no such thing: status 404, 410 and
  /// 403 (what object stores say), or no such file.
  public var isAbsence: Bool {
    switch self {
    case .status(_, let code): code == 404 || code == 403 || code == 410
    case .unreadable(_, let number): number == 2  // ENOENT
    default: false
    }
  }
}
