import CCurl
import Glibc

/// Sets the options of a transfer (curl_easy_setopt(3)).
struct CurlOptions {
  let library: CurlLibrary
  let handle: UnsafeMutableRawPointer

  /// False where an option that safety rests on is refused.
  func set(
    _ address: WebAddress, _ request: FetchRequest, _ access: FetchAccess,
    _ configuration: FetchConfiguration, milliseconds: Int64,
    headers: UnsafeMutablePointer<curl_slist>?,
    reason: UnsafeMutablePointer<CChar>, owner: UnsafeMutableRawPointer
  ) -> Bool {
    setTimes(request, configuration, milliseconds: milliseconds)
    setTrust(access, configuration)
    let isBound = bind(address) && setWay(address, access, configuration) && setLogin(access)
    text(CURLOPT_USERAGENT, configuration.userAgent)
    text(CURLOPT_ACCEPT_ENCODING, request.acceptsCompression ? "gzip" : nil)
    _ = plg_set_headers(library.functions, handle, headers)
    _ = plg_set_pointer(library.functions, handle, CURLOPT_ERRORBUFFER, reason)
    _ = plg_set_pointer(library.functions, handle, CURLOPT_WRITEDATA, owner)
    _ = plg_set_pointer(library.functions, handle, CURLOPT_HEADERDATA, owner)
    _ = plg_set_callback(library.functions, handle, CURLOPT_WRITEFUNCTION, curlBody)
    _ = plg_set_callback(library.functions, handle, CURLOPT_HEADERFUNCTION, curlHeader)
    return isBound
  }

  /// A list of header lines; free it after the transfer.
  func list(_ lines: [String]) -> UnsafeMutablePointer<curl_slist>? {
    var list: UnsafeMutablePointer<curl_slist>?
    for line in lines { list = plg_slist_append(library.functions, list, line) ?? list }
    return list
  }

  /// The URL, and that nothing else may come of it than this protocol.
  private func bind(_ address: WebAddress) -> Bool {
    let scheme = address.scheme == .https ? "https" : "http"
    number(CURLOPT_NOSIGNAL, 1)
    number(CURLOPT_FOLLOWLOCATION, 0)
    number(CURLOPT_NETRC, 0)
    number(CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1)
    return plg_set_text(library.functions, handle, CURLOPT_PROTOCOLS_STR, scheme) == CURLE_OK
      && plg_set_text(library.functions, handle, CURLOPT_URL, address.text) == CURLE_OK
  }

  private func setTimes(
    _ request: FetchRequest, _ configuration: FetchConfiguration, milliseconds: Int64
  ) {
    let connect = max(1, configuration.connectTimeout.milliseconds)
    number(CURLOPT_TIMEOUT_MS, Int(min(milliseconds, Int64(Int32.max))))
    number(CURLOPT_CONNECTTIMEOUT_MS, Int(min(connect, Int64(Int32.max))))
    number(CURLOPT_LOW_SPEED_LIMIT, request.lowSpeedBytes)
    number(CURLOPT_LOW_SPEED_TIME, max(1, request.lowSpeedSeconds))
  }

  /// Whose certificates count. Debian's libcurl adds a folder of the system's unless told not to.
  private func setTrust(_ access: FetchAccess, _ configuration: FetchConfiguration) {
    number(CURLOPT_SSL_VERIFYPEER, 1)
    number(CURLOPT_SSL_VERIFYHOST, 2)
    let bundle =
      access.authorities ?? configuration.certificateBundle ?? environmentBundle(configuration)
    guard let bundle else { return }
    for option in [CURLOPT_CAINFO, CURLOPT_PROXY_CAINFO] { text(option, bundle) }
    for option in [CURLOPT_CAPATH, CURLOPT_PROXY_CAPATH] { text(option, nil) }
  }

  /// The proxy: the configured one always, the environment's for other machines only. An empty one
  /// means none, whatever the environment says.
  private func setWay(
    _ address: WebAddress, _ access: FetchAccess, _ configuration: FetchConfiguration
  ) -> Bool {
    let usesEnvironment = configuration.trustsEnvironment && !address.isLoopback
    let login = access.proxy?.login?.words
    return isTaken(CURLOPT_PROXY, access.proxy?.url ?? (usesEnvironment ? nil : ""))
      // nil has `no_proxy` of the environment count.
      && isTaken(CURLOPT_NOPROXY, access.proxy == nil ? nil : "")
      && isTaken(CURLOPT_PROXYUSERNAME, login?.user)
      && isTaken(CURLOPT_PROXYPASSWORD, login?.password)
  }

  /// Set anew with each try, nil too: the handle remembers what it was told for another host.
  private func setLogin(_ access: FetchAccess) -> Bool {
    let login = access.login?.words
    number(CURLOPT_HTTPAUTH, access.login?.isBearer == true ? plg_auth_bearer : plg_auth_basic)
    return isTaken(CURLOPT_USERNAME, login?.user) && isTaken(CURLOPT_PASSWORD, login?.password)
      && isTaken(CURLOPT_XOAUTH2_BEARER, access.login?.token)
      && isTaken(CURLOPT_SSLCERT, access.certificate?.file)
      && isTaken(CURLOPT_SSLKEY, access.certificate?.keyFile)
      // Without one OpenSSL would ask at the terminal for that of an encrypted key.
      && isTaken(CURLOPT_KEYPASSWD, access.certificate == nil ? nil : "")
  }

  /// libcurl itself doesn't look at these; the `curl` program does, in this order.
  private func environmentBundle(_ configuration: FetchConfiguration) -> String? {
    guard configuration.trustsEnvironment else { return nil }
    for name in ["CURL_CA_BUNDLE", "SSL_CERT_FILE"] {
      if let value = getenv(name), value.pointee != 0 { return String(cString: value) }
    }
    return nil
  }

  private func number(_ option: CURLoption, _ value: Int) {
    _ = plg_set_long(library.functions, handle, option, value)
  }

  private func isTaken(_ option: CURLoption, _ value: String?) -> Bool {
    plg_set_text(library.functions, handle, option, value) == CURLE_OK
  }

  private func text(_ option: CURLoption, _ value: String?) {
    _ = plg_set_text(library.functions, handle, option, value)
  }
}

extension FetchLogin {
  fileprivate var isBearer: Bool { token != nil }

  fileprivate var words: (user: String, password: String)? {
    if case .basic(let user, let password) = self { (user, password) } else { nil }
  }

  fileprivate var token: String? {
    if case .bearer(let token) = self { token } else { nil }
  }
}

/// libcurl's write callback; any other count than the one given ends the transfer.
private func curlBody(
  _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int,
  _ owner: UnsafeMutableRawPointer?
) -> Int {
  guard let owner else { return 0 }
  let transfer = Unmanaged<CurlTransfer>.fromOpaque(owner).takeUnretainedValue()
  let piece = UnsafeRawBufferPointer(start: bytes, count: size * count)
  return transfer.receive(piece) ? piece.count : Int(CURL_WRITEFUNC_ERROR)
}

/// libcurl's header callback, likewise.
private func curlHeader(
  _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int,
  _ owner: UnsafeMutableRawPointer?
) -> Int {
  guard let owner else { return 0 }
  let transfer = Unmanaged<CurlTransfer>.fromOpaque(owner).takeUnretainedValue()
  let line = UnsafeRawBufferPointer(start: bytes, count: size * count)
  return transfer.receiveHeader(line) ? line.count : Int(CURL_WRITEFUNC_ERROR)
}
