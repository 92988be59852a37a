/// How much a package may hold; beyond that it is refused before it does harm.
public enum PackageLimits {
  /// Entries, folders counted.
  public static let entries = 10_000
  /// Bytes of one file.
  public static let fileBytes: Int64 = 256 << 20
  /// Bytes of all files.
  public static let totalBytes: Int64 = 512 << 20
  /// Bytes of `plugin.json`.
  public static let descriptionBytes: Int64 = 8 << 20
  /// Unpacked to packed bytes, above ``ratioFloor``.
  public static let ratio: Int64 = 200
  /// Below so many bytes any ratio is fine.
  public static let ratioFloor: Int64 = 64 << 20
}

/// How much a bundle may hold. It is not compressed, so it unpacks to no more than it has itself.
public enum BundleLimits {
  /// Files.
  public static let entries = 200_000
  /// Bytes of one file: an archive's most.
  public static let fileBytes = PackageLimits.totalBytes
  /// Bytes of all files.
  public static let totalBytes: Int64 = 64 << 30
}
