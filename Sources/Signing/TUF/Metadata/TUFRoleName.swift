import PkgCore

/// The name of a role, compared as UTF-8 bytes: one of the four top-level ones, or a delegated one.
public struct TUFRoleName: Sendable, Hashable, CustomStringConvertible {
  /// The name as it stands in metadata.
  public let text: String

  /// A role of this name.
  public init(_ text: String) {
    self.text = text
  }

  /// The role that says who signs for the top-level roles.
  public static let root = TUFRoleName("root")
  /// The role that says which snapshot is the newest.
  public static let timestamp = TUFRoleName("timestamp")
  /// The role that says which versions of targets metadata belong together.
  public static let snapshot = TUFRoleName("snapshot")
  /// The role that lists targets, and delegates to others.
  public static let targets = TUFRoleName("targets")
  /// The four roles that root metadata must name, in the order of trust.
  public static let topLevel = [root, timestamp, snapshot, targets]

  /// Same as ``text``.
  public var description: String { text }

  /// The name of its file in a snapshot's list: `targets.json`.
  public var fileName: String { text + ".json" }

  /// Equal in bytes.
  public static func == (left: TUFRoleName, right: TUFRoleName) -> Bool {
    sameBytes(left.text, right.text)
  }

  /// Hashes the bytes.
  public func hash(into hasher: inout Hasher) {
    for byte in text.utf8 { hasher.combine(byte) }
  }
}
