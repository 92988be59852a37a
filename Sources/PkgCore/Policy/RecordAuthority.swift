/// Whose word a record is: which kind of role of the index signed it.
public enum RecordAuthority: String, Sendable, CaseIterable {
  /// The publisher's own role, which the index's operators whitelisted.
  case publisherRole = "publisher"
  /// The index's targets role, whose offline keys vouch for each publisher.
  case targetsRole = "targets"
  /// A bin of the community's: online keys, that vouch for nobody.
  case community

  /// Whether the index vouches for the publisher.
  public var isTrusted: Bool { self != .community }
}
