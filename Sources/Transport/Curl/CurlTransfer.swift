import CCurl

/// One request in libcurl's hands, through redirects and retries. Belongs to the transport's thread.
final class CurlTransfer {
  enum Step {
    case done(Result<FetchResponse, any Error>)
    /// To be handed to libcurl again, after this time.
    case again(Duration)
  }

  static let redirectLimit = 5
  /// Header fields of one response, and bodies that nobody wants (of redirects and errors).
  static let asideLimit: Int64 = 256 << 10

  let job: CurlJob
  let handle: UnsafeMutableRawPointer
  let library: CurlLibrary
  let configuration: FetchConfiguration
  private(set) var address: WebAddress
  private var redirects = 0
  private var attempts = 0
  private let deadline: ContinuousClock.Instant
  private let reason: UnsafeMutablePointer<CChar>
  private var headerList: UnsafeMutablePointer<curl_slist>?
  /// What the callbacks found out about the present response.
  private var response = CurlResponse()
  private var delivered: Int64 = 0
  /// What was delivered before the present try.
  private var start: Int64 = 0
  /// The strong validator of the body that was delivered in part; nil unless one is resumed.
  private var resumed: String?

  init?(job: CurlJob, library: CurlLibrary, configuration: FetchConfiguration) {
    guard let handle = plg_easy_init(library.functions) else { return nil }
    self.job = job
    self.handle = handle
    self.library = library
    self.configuration = configuration
    address = job.address
    deadline = ContinuousClock.now + job.request.deadline
    reason = .allocate(capacity: Int(CURL_ERROR_SIZE))
    reason.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
  }

  deinit {
    plg_easy_cleanup(library.functions, handle)
    plg_slist_free(library.functions, headerList)
    reason.deallocate()
  }

  /// Sets what the next try needs.
  func prepare() throws(TransportError) {
    let remaining = (deadline - ContinuousClock.now).milliseconds
    guard remaining > 0 else { throw .timeout(url: address.shown, cause: "the deadline passed") }
    response = CurlResponse()
    start = delivered
    reason.pointee = 0
    let options = CurlOptions(library: library, handle: handle)
    plg_slist_free(library.functions, headerList)
    headerList = options.list((sameOrigin ? job.request.headers.map(\.line) : []) + rangeLines)
    let access = sameOrigin ? job.request.access : job.request.access.elsewhere
    let isSet = options.set(
      address, job.request, access, configuration, milliseconds: remaining, headers: headerList,
      reason: reason, owner: Unmanaged.passUnretained(self).toOpaque())
    guard isSet else { throw .libraryMissing(cause: "libcurl is older than 7.85") }
  }

  /// What follows when libcurl has ended a try.
  func step(after code: CURLcode) -> Step {
    if let failure = response.failure { return .done(.failure(failure)) }
    if code == CURLE_OK, let target = redirectTarget() { return redirect(to: target) }
    let result = Result { () throws(TransportError) in try self.result(code) }
    if case .failure = result, isTransient(code), attempts < retries, canResume() {
      let wait = configuration.backoff * (1 << attempts)
      attempts += 1
      if ContinuousClock.now + wait < deadline { return .again(wait) }
    }
    return .done(result.mapError { $0 })
  }

  /// Takes a piece of the body; false ends the transfer.
  func receive(_ piece: UnsafeRawBufferPointer) -> Bool {
    guard status == wantedStatus else { return setAside(piece.count) }
    guard resumed == nil || response.rangeStart == start else {
      return fail(TransportError.status(url: address.shown, code: 206))
    }
    guard delivered + Int64(piece.count) <= limit else {
      return fail(TransportError.tooLarge(url: address.shown, limit: limit))
    }
    delivered += Int64(piece.count)
    do {
      try job.receive(piece)
      return true
    } catch {
      return fail(error)
    }
  }

  /// Takes a header line; false ends the transfer.
  func receiveHeader(_ line: UnsafeRawBufferPointer) -> Bool {
    response.take(line)
    // Not CURLOPT_MAXFILESIZE: that would also end redirects and errors with long bodies.
    if response.isHeaderComplete, status == 200, let length = response.length, length > limit {
      return fail(TransportError.tooLarge(url: address.shown, limit: limit))
    }
    return setAside(line.count)
  }

  private var limit: Int64 { min(job.request.limit, job.request.expected ?? .max) }

  /// The status of the present response; 0 before there is one.
  private var status: Int {
    var status = 0
    _ = plg_get_long(library.functions, handle, CURLINFO_RESPONSE_CODE, &status)
    return status
  }

  private var wantedStatus: Int { resumed == nil ? 200 : 206 }

  /// RFC 9110, 13.1.5: the rest, if the body is still the same.
  private var rangeLines: [String] {
    resumed.map { ["Range: bytes=\(delivered)-", "If-Range: \($0)"] } ?? []
  }

  /// Whether another try can go on where this one ended: always at the start, later only where the
  /// server vouches for the very same bytes.
  private func canResume() -> Bool {
    guard delivered > 0 else { return true }
    guard !job.request.acceptsCompression, let etag = resumed ?? response.etag,
      etag.utf8.first == UInt8(ascii: "\"")
    else { return false }
    resumed = etag
    return true
  }

  private var retries: Int { job.request.retries ?? configuration.retries }

  private var sameOrigin: Bool { address.origin == job.address.origin }

  private func setAside(_ count: Int) -> Bool {
    response.asideCount += Int64(count)
    guard response.asideCount <= Self.asideLimit else {
      return fail(TransportError.tooLarge(url: address.shown, limit: Self.asideLimit))
    }
    return true
  }

  private func fail(_ error: any Error) -> Bool {
    response.failure = error
    return false
  }

  private func redirectTarget() -> String? {
    var target: UnsafePointer<CChar>?
    _ = plg_get_text(library.functions, handle, CURLINFO_REDIRECT_URL, &target)
    return target.map { String(cString: $0) }
  }

  /// libcurl would follow by itself, but could not be told that http is for loopback only.
  private func redirect(to target: String) -> Step {
    do throws(TransportError) {
      guard redirects < Self.redirectLimit else {
        throw .tooManyRedirects(url: job.address.shown, limit: Self.redirectLimit)
      }
      let next = try WebAddress(target)
      try configuration.check(next)
      // From https never down to http, not even on this machine.
      guard address.scheme == .http || next.scheme == .https else {
        throw .refusedProtocol(url: next.shown)
      }
      redirects += 1
      address = next
      return .again(.zero)
    } catch {
      return .done(.failure(error))
    }
  }

  private func result(_ code: CURLcode) throws(TransportError) -> FetchResponse {
    let url = address.shown
    switch code {
    case CURLE_OK: break
    case CURLE_OPERATION_TIMEDOUT: throw .timeout(url: url, cause: cause(code))
    case CURLE_UNSUPPORTED_PROTOCOL: throw .refusedProtocol(url: url)
    case CURLE_PARTIAL_FILE:
      throw .truncated(url: url, expected: job.request.expected, received: delivered)
    default: throw .unreachable(url: url, cause: cause(code))
    }
    if resumed != nil, status == 200 {
      throw .truncated(url: url, expected: job.request.expected, received: delivered)
    }
    guard status == wantedStatus || status == 304 else { throw .status(url: url, code: status) }
    if status != 304, let expected = job.request.expected, expected != delivered {
      throw .truncated(url: url, expected: expected, received: delivered)
    }
    return FetchResponse(
      status: status == 304 ? 304 : 200, byteCount: delivered, effectiveURL: url,
      etag: resumed ?? response.etag,
      lastModified: response.lastModified)
  }

  private func cause(_ code: CURLcode) -> String {
    let text =
      reason.pointee == 0 ? plg_easy_strerror(library.functions, code) : UnsafePointer(reason)
    return text.map { String(cString: $0) } ?? "curl error \(code.rawValue)"
  }

  /// Whether the same request may well succeed a moment later.
  private func isTransient(_ code: CURLcode) -> Bool {
    switch code {
    case CURLE_OK: [429, 500, 502, 503, 504].contains(status)
    case CURLE_COULDNT_CONNECT, CURLE_GOT_NOTHING, CURLE_RECV_ERROR, CURLE_SEND_ERROR,
      CURLE_PARTIAL_FILE, CURLE_COULDNT_RESOLVE_HOST, CURLE_SSL_CONNECT_ERROR,
      CURLE_OPERATION_TIMEDOUT:
      true
    default: false
    }
  }
}
