import Glibc
public import PkgCore

extension TransportError: Diagnosable {
  /// The code, a sentence with the URL, and the cause as a note.
  public var diagnostic: Diagnostic {
    switch self {
    case .invalidURL(let url):
      Diagnostic(.usageInvalidValue, "`\(url)` is no URL of http, https or file, nor a path")
    case .refusedProtocol(let url):
      Diagnostic(
        .networkRefused, "`\(url)` is not fetched over this protocol",
        hint: "use https; `PLUGCTL_ALLOW_HTTP=1` in the environment allows http")
    case .refusedLogin(let url):
      Diagnostic(
        .networkCredentials, "credentials for `\(url)` would go over the network unencrypted",
        hint: "use https, or take the credentials away")
    case .status(let url, let code) where code == 401 || code == 407:
      Diagnostic(
        .networkCredentials,
        code == 401 ? "`\(url)` wants other credentials" : "the proxy wants other credentials",
        notes: ["status \(code)"],
        hint: "`docs/trust.md` says how an index is given a netrc file, a token or a certificate")
    case .tooManyRedirects(let url, let limit):
      Diagnostic(.networkRefused, "`\(url)` redirects more than \(limit) times")
    case .unreachable(let url, let cause):
      Diagnostic(
        .networkUnreachable, "`\(url)` can't be reached", notes: [cause],
        hint: "look at the network; `--offline` works with what was fetched before")
    case .status(let url, let code):
      Diagnostic(.networkStatus, "`\(url)` answers with status \(code)")
    case .timeout(let url, let cause):
      Diagnostic(.networkTimeout, "`\(url)` takes too long", notes: [cause])
    case .tooLarge(let url, let limit):
      Diagnostic(.networkTooLarge, "`\(url)` is longer than \(limit) bytes")
    case .truncated, .cancelled: interruption
    case .unreadable, .notAFile: fileDiagnostic
    case .libraryMissing(let cause):
      Diagnostic(
        .networkLibrary, "libcurl can't be loaded", notes: [cause],
        hint: "install the Debian package libcurl4")
    }
  }

  private var interruption: Diagnostic {
    switch self {
    case .truncated(let url, let expected, let received):
      Diagnostic(
        .networkUnreachable, "`\(url)` ended early",
        notes: (expected.map { ["expected \($0) bytes"] } ?? []) + ["received \(received) bytes"])
    case .cancelled(let url):
      Diagnostic(.systemInterrupted, "fetching `\(url)` was cancelled")
    default: Diagnostic(.internalBug, "no interruption")
    }
  }

  private var fileDiagnostic: Diagnostic {
    switch self {
    case .unreadable(let path, let number):
      Diagnostic(
        fileCode(number), "`\(path)` can't be read", notes: [String(cString: strerror(number))])
    case .notAFile(let path): Diagnostic(.systemCall, "`\(path)` is not a file")
    default: Diagnostic(.internalBug, "no file")
    }
  }

  private func fileCode(_ number: Int32) -> DiagnosticCode {
    switch number {
    case ENOENT, ENOTDIR: .systemNotFound
    case EACCES, EPERM: .systemPermission
    default: .systemCall
    }
  }
}
