internal import Files
internal import PkgCore

/// Where an index is served, and how its servers are reached.
public struct IndexServers: Sendable, Equatable {
  /// The index's name, for people.
  public var name: String
  /// Where it is served, without a slash at the end; asked first.
  public var url: String
  /// Copies of it, asked in this order where the servers before fail; without slashes at the end.
  public var mirrors: [String]
  /// How its servers are reached.
  public var access: IndexAccess

  /// Servers of these URLs.
  public init(
    name: String, url: String, mirrors: [String] = [], access: IndexAccess = IndexAccess()
  ) {
    self.name = name
    self.url = url
    self.mirrors = mirrors
    self.access = access
  }

  /// In the order in which they are asked.
  var bases: [String] { [url] + mirrors.filter { $0 != url } }
}

/// How an index's servers are reached: files that hold what we show and trust, never secrets themselves.
public struct IndexAccess: Sendable, Equatable {
  /// Logins by host; nil for the user's own file.
  public var netrc: String?
  /// A file whose first line is a bearer token. It goes to the index's own origin only, not to mirrors
  /// on others.
  public var tokenFile: String?
  /// A client certificate (PEM), with its key; to the index's own origin only.
  public var certificate: String?
  /// The unencrypted key of the certificate (PEM).
  public var key: String?
  /// Certificates (PEM) to trust in place of the system's.
  public var authorities: String?
  /// The proxy to go through; nil for that of the environment.
  public var proxy: String?

  /// Nothing in particular.
  public init() {}

  /// Access by files as a person names them, relative to the working folder too.
  ///
  /// - Throws: ``Diagnostic`` with `usage.invalid-value` for what is no proxy.
  public init(
    netrc: String?, tokenFile: String?, certificate: String?, key: String?, authorities: String?,
    proxy: String?
  ) throws {
    self.netrc = try netrc.map { try FileSystem.absolute($0) }
    self.tokenFile = try tokenFile.map { try FileSystem.absolute($0) }
    self.certificate = try certificate.map { try FileSystem.absolute($0) }
    self.key = try key.map { try FileSystem.absolute($0) }
    self.authorities = try authorities.map { try FileSystem.absolute($0) }
    self.proxy = try proxy.map(Self.proxy)
  }

  /// Reads `auth`, `ca_file` and `proxy` of an index's configuration.
  init(_ fields: inout Fields, _ findings: Findings) {
    proxy = fields.value("proxy", Self.proxy)
    authorities = fields.value("ca_file", Self.path)
    guard let node = fields.node("auth"), var auth = fields.fields("auth") else { return }
    netrc = auth.value("netrc", Self.path)
    tokenFile = auth.value("token_file", Self.path)
    certificate = auth.value("certificate", Self.path)
    key = auth.value("key", Self.path)
    auth.finish()
    if let fault = fault { findings.error(node.mark, "auth", fault) }
  }

  /// What doesn't go together; nil where everything does.
  var fault: String? {
    if netrc != nil, tokenFile != nil { return "a netrc file and a token exclude each other" }
    if (certificate == nil) != (key == nil) {
      return "a client certificate needs its key, and a key its certificate"
    }
    return nil
  }

  /// Whether anything of it says who we are.
  var isLogin: Bool { netrc != nil || tokenFile != nil || certificate != nil }

  /// The lines of an index's configuration, without those that say nothing.
  var yaml: String {
    let auth = [
      ("netrc", netrc), ("token_file", tokenFile), ("certificate", certificate), ("key", key),
    ].compactMap { name, value in value.map { "\(name): \(JSON.string($0).compactText)" } }
    let lines = [
      auth.isEmpty ? nil : "auth: { \(auth.joined(separator: ", ")) }",
      authorities.map { "ca_file: \(JSON.string($0).compactText)" },
      proxy.map { "proxy: \(JSON.string($0).compactText)" },
    ]
    return lines.compactMap { $0.map { $0 + "\n" } }.joined()
  }

  /// A path that means the same wherever a command runs.
  ///
  /// - Throws: ``Diagnostic`` for a relative one.
  static func path(_ text: String) throws -> String {
    if let below = text.rest(after: "~/") { return "\(Machine.home)/\(below)" }
    guard text.begins(with: "/") else {
      throw Diagnostic(
        .usageInvalidValue, "`\(printable(text))` is neither absolute nor begins with `~/`")
    }
    return text
  }

  /// - Throws: ``Diagnostic`` with `usage.invalid-value` for one with a password, or of no kind of ours.
  static func proxy(_ text: String) throws -> String {
    let kinds = ["http://", "https://", "socks4a://", "socks5://", "socks5h://"]
    guard let rest = kinds.lazy.compactMap({ text.rest(after: $0) }).first else {
      throw Diagnostic(
        .usageInvalidValue, "`\(printable(text))` is no proxy",
        hint: "write it as `http://HOST:PORT`, or with https, socks4a, socks5 or socks5h")
    }
    guard !rest.holds("@") else {
      throw Diagnostic(
        .usageInvalidValue, "a proxy's user and password can't stand in its URL",
        hint: "put them into the netrc file, under the proxy's host")
    }
    return text
  }
}
