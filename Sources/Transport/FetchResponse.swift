/// What came of a request whose body was delivered.
public struct FetchResponse: Sendable, Equatable {
  /// 200, or 304 where the request's headers asked for that; 200 for files.
  public var status: Int
  /// The bytes delivered, after decoding.
  public var byteCount: Int64
  /// Where the body came from after redirects, without credentials.
  public var effectiveURL: String
  /// The `ETag` field as sent; nil without.
  public var etag: String?
  /// The `Last-Modified` field as sent; nil without.
  public var lastModified: String?
}
