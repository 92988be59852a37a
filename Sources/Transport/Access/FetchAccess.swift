/// How one server is reached: who we are there, whom we take it for, and by which way.
///
/// Login and certificate go to the origin (scheme, host and port) of the request's URL and nowhere
/// else, whatever that redirects to; never unencrypted but on this machine.
public struct FetchAccess: Sendable {
  /// Who we say we are; nil for nobody.
  public var login: FetchLogin?
  /// The certificate that we show; nil for none.
  public var certificate: ClientCertificate?
  /// A file of PEM certificates to trust in place of the system's; nil for the usual ones. It counts
  /// for the URL's origin only.
  public var authorities: String?
  /// The proxy to go through, this machine's own servers too; nil where the environment decides.
  public var proxy: FetchProxy?

  /// Access of these parts; nobody in particular without any.
  public init(
    login: FetchLogin? = nil, certificate: ClientCertificate? = nil, authorities: String? = nil,
    proxy: FetchProxy? = nil
  ) {
    self.login = login
    self.certificate = certificate
    self.authorities = authorities
    self.proxy = proxy
  }
}

extension FetchAccess {
  /// What is left of it at another origin than the one it was meant for: the way there.
  var elsewhere: FetchAccess { FetchAccess(proxy: proxy) }

  /// Whether an address may get to know who we are: encrypted, or without leaving this machine.
  func isPrivate(to address: WebAddress) -> Bool {
    guard address.scheme == .http else { return true }
    let isNear = proxy.map { (try? WebAddress($0.url))?.isLoopback ?? false } ?? true
    return address.isLoopback && isNear
  }
}

/// A secret by which a server knows us. It has no description, so that it stands in no message.
public enum FetchLogin: Sendable, Equatable, CustomStringConvertible {
  /// A name and a password (RFC 7617).
  case basic(user: String, password: String)
  /// A token (RFC 6750).
  case bearer(String)

  /// A token of a file's first line.
  ///
  /// - Returns: nil where that is empty, or has what no token may have.
  public init?(token line: some Sequence<UInt8>) {
    let bytes = Array(line.prefix { $0 != 0x0A && $0 != 0x0D })
    guard !bytes.isEmpty, bytes.allSatisfy({ (0x21...0x7E).contains($0) }) else { return nil }
    self = .bearer(String(decoding: bytes, as: UTF8.self))
  }

  /// Says nothing of the secret.
  public var description: String { "login" }
}

/// A client certificate and its secret key, in PEM files.
public struct ClientCertificate: Sendable, Equatable {
  /// The file of the certificate, with those that lead to its authority.
  public var file: String
  /// The file of its unencrypted key.
  public var keyFile: String

  /// A certificate of these files.
  public init(file: String, keyFile: String) {
    self.file = file
    self.keyFile = keyFile
  }
}

/// A proxy that configuration names.
public struct FetchProxy: Sendable {
  /// `http:`, `https:` or `socks5h:` and the like, without user and password.
  public var url: String
  /// Who we say we are there; nil for nobody.
  public var login: FetchLogin?

  /// A proxy.
  public init(_ url: String, login: FetchLogin? = nil) {
    self.url = url
    self.login = login
  }
}
