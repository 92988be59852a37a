/// What a search is narrowed to; nil means everything.
public struct SearchFilter: Sendable {
  /// A host profile's id.
  public var host: String?
  /// A type of that host's.
  public var type: String?
  /// A tag.
  public var tag: String?
  /// A publisher.
  public var publisher: String?
  /// A file extension with its dot.
  public var fileExtension: String?
  /// `available`, `yanked` or `withdrawn`.
  public var state: String?

  /// Everything.
  public init() {}
}
