internal import Files
public import PkgCore

/// A host as it is found on this machine.
public struct HostBinary: Sendable {
  /// The binary's path.
  public let path: String
  /// Its version; nil where it can't be told.
  public let version: Version?

  /// Finds a profile's host; nil where none is installed or the profile does not say how.
  public static func find(_ profile: HostProfile) -> HostBinary? {
    guard let detection = profile.detection else { return nil }
    for candidate in detection.binaries {
      if let path = locate(candidate) {
        return HostBinary(path: path, version: version(of: path, detection))
      }
    }
    return nil
  }

  /// The path alone, without running the binary.
  static func path(of profile: HostProfile) -> String? {
    for candidate in profile.detection?.binaries ?? [] {
      if let path = locate(candidate) { return path }
    }
    return nil
  }

  private static func locate(_ name: String) -> String? {
    if name.hasPrefix("/") { return FileSystem.isExecutable(name) ? name : nil }
    let path = Machine.environment("PATH") ?? "/usr/bin:/bin"
    for folder in (path + ":/usr/sbin:/sbin").split(separator: ":") where folder.hasPrefix("/") {
      let candidate = "\(folder)/\(name)"
      if FileSystem.isExecutable(candidate) { return candidate }
    }
    return nil
  }

  private static func version(of path: String, _ detection: HostProfile.Detection) -> Version? {
    guard !detection.versionArguments.isEmpty else { return nil }
    var command = ChildCommand(detection.versionArguments.map { filled($0, [("binary", path)]) })
    command.environment = ["PATH=/usr/bin:/bin", "LC_ALL=C"]
    command.timeoutMilliseconds = 5000
    guard let result = try? command.run() else { return nil }
    let text = detection.versionOnStderr ? result.errorText : result.outputText
    guard let found = Pattern(detection.versionPattern)?.firstGroup(in: text) else { return nil }
    return loose(found)
  }

  /// `1.22` and `15.18` are versions too: missing parts are zero.
  private static func loose(_ text: String) -> Version? {
    let parts = text.split(separator: ".").prefix(3).compactMap { UInt64($0) }
    guard let major = parts.first else { return nil }
    return Version(major, parts.count > 1 ? parts[1] : 0, parts.count > 2 ? parts[2] : 0)
  }
}
