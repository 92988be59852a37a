/// How much of each kind of metadata is read at most, in bytes after decompression, and how far a
/// client follows chains. TUF leaves these to the application (5.3.3, 5.4.1, 5.5.1, 5.6.1).
public enum TUFLimits {
  /// One root file.
  public static let root: Int64 = 512 << 10
  /// The timestamp file.
  public static let timestamp: Int64 = 16 << 10
  /// The snapshot file.
  public static let snapshot: Int64 = 4 << 20
  /// The file of targets or of a delegated role.
  public static let targets: Int64 = 5 << 20
  /// One plugin's record.
  public static let record: Int64 = 1 << 20
  /// New root files in one update.
  public static let rootRotations = 256
  /// Roles visited in the search for one target.
  public static let visitedRoles = 32

  static func bytes(of role: TUFRoleName) -> Int64 {
    switch role {
    case .root: root
    case .timestamp: timestamp
    case .snapshot: snapshot
    default: targets
    }
  }
}
