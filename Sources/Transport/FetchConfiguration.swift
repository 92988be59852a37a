/// How a ``Fetcher`` behaves towards all servers.
public struct FetchConfiguration: Sendable {
  /// Connections, and so transfers, at once to one host.
  public var connectionsPerHost: Int
  /// Transfers at once in all.
  public var transfersAtOnce: Int
  /// How long connecting may take, TLS included.
  public var connectTimeout: Duration
  /// How often a transfer that failed for a passing reason is tried again, as long as nothing of
  /// its body was delivered.
  public var retries: Int
  /// The wait before the first retry; it doubles each time.
  public var backoff: Duration
  /// Whether `http:` is allowed beyond this machine.
  public var allowsPlainHTTP: Bool
  /// A file of PEM certificates to trust in place of the system's; nil for the system's.
  public var certificateBundle: String?
  /// Whether proxies (`https_proxy` and its like), `CURL_CA_BUNDLE` and `SSL_CERT_FILE` in the
  /// environment count.
  public var trustsEnvironment: Bool
  /// What we call ourselves.
  public var userAgent: String

  /// The usual behaviour, but for what is given.
  public init(
    connectionsPerHost: Int = 8, transfersAtOnce: Int = 64, connectTimeout: Duration = .seconds(10),
    retries: Int = 3, backoff: Duration = .milliseconds(250), allowsPlainHTTP: Bool = false,
    certificateBundle: String? = nil, trustsEnvironment: Bool = true, userAgent: String = "plugctl"
  ) {
    self.connectionsPerHost = connectionsPerHost
    self.transfersAtOnce = transfersAtOnce
    self.connectTimeout = connectTimeout
    self.retries = retries
    self.backoff = backoff
    self.allowsPlainHTTP = allowsPlainHTTP
    self.certificateBundle = certificateBundle
    self.trustsEnvironment = trustsEnvironment
    self.userAgent = userAgent
  }
}
