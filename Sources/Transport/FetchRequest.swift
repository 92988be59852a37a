/// What to fetch, and the bounds that a server can't make us overstep.
public struct FetchRequest: Sendable {
  /// `https:`, `http:` or `file:`, or an absolute path.
  public var url: String
  /// The most bytes of the body that are taken, after decoding.
  public var limit: Int64
  /// The exact length of the body, where it is known; another length is an error.
  public var expected: Int64?
  /// Header fields beside our own. They go to the host of ``url`` only, never on to another that it
  /// redirects to.
  public var headers: [FetchHeader]
  /// How the server is reached.
  public var access: FetchAccess
  /// How often a transfer that failed for a passing reason is tried again; nil for the fetcher's own
  /// number.
  public var retries: Int?
  /// Whether the server may compress the body; it comes out decoded. For metadata, not archives.
  public var acceptsCompression: Bool
  /// The time for everything: connection, redirects, retries, body.
  public var deadline: Duration
  /// The transfer ends when fewer bytes a second than this come for ``lowSpeedSeconds``.
  public var lowSpeedBytes: Int
  /// How long a transfer may be too slow; at least 1.
  public var lowSpeedSeconds: Int

  /// A request with bounds for metadata; archives want a longer deadline.
  public init(
    _ url: String, limit: Int64, expected: Int64? = nil, headers: [FetchHeader] = [],
    acceptsCompression: Bool = false, deadline: Duration = .seconds(300),
    lowSpeedBytes: Int = 100, lowSpeedSeconds: Int = 20
  ) {
    self.url = url
    self.limit = limit
    self.expected = expected
    self.headers = headers
    access = FetchAccess()
    retries = nil
    self.acceptsCompression = acceptsCompression
    self.deadline = deadline
    self.lowSpeedBytes = lowSpeedBytes
    self.lowSpeedSeconds = lowSpeedSeconds
  }
}

/// One header field of a request.
public struct FetchHeader: Sendable {
  let line: String

  /// A field of this name and value; nil where either would break the line or the name is no token.
  public init?(_ name: String, _ value: String) {
    let isToken =
      !name.isEmpty
      && name.utf8.allSatisfy { byte in
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
          || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
      }
    guard isToken, value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else { return nil }
    line = "\(name): \(value)"
  }
}
