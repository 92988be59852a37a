/// What this program is.
public enum PlugctlVersion {
  /// The version, SemVer 2.0.
  public static let text = "0.1.0"
  /// The day of the version, for man pages.
  public static let date = "2026-11-21"
}
