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
    path(of: profile).map { HostBinary(path: $0, version: version(of: $0, profile)) }
  }

  /// The path alone, without running the binary.
  static func path(of profile: HostProfile) -> String? {
    profile.detection?.binaries.lazy.compactMap {
      located($0).first(where: FileSystem.isExecutable)
    }
    .first
  }

  /// All binaries that could be meant, the first one first; each file once, under whatever names.
  static func paths(of profile: HostProfile) -> [String] {
    var seen: Set<String> = []
    return (profile.detection?.binaries ?? []).flatMap(located).filter {
      FileSystem.isExecutable($0) && seen.insert(FileSystem.realPath($0) ?? $0).inserted
    }
  }

  /// Where a binary would be: on the PATH, and where the system keeps its own.
  static func located(_ name: String) -> [String] {
    guard !name.begins(with: "/") else { return matching(name) }
    let path = Machine.environment("PATH") ?? "/usr/bin:/bin"
    return (path + ":/usr/sbin:/sbin").parts(at: ":").filter { $0.begins(with: "/") }
      .map { "\($0)/\(name)" }
  }

  /// What the host has without plugins, sorted; nil where it does not tell.
  static func builtIns(of profile: HostProfile) throws -> [String]? {
    guard let wanted = profile.detection?.builtIns, let path = path(of: profile) else { return nil }
    var command = ChildCommand(wanted.arguments.map { filled($0, [("binary", path)]) })
    command.environment = ["PATH=/usr/bin:/bin", "LC_ALL=C"]
    command.timeoutMilliseconds = 10_000
    let result = try command.run()
    guard result.isSuccess else {
      throw Diagnostic(
        .profileInvalid, "`\(profile.id)` does not say what is built in",
        notes: ["command: \(printable(command.arguments.joined(separator: " ")))"])
    }
    let text = wanted.isOnStderr ? result.errorText : result.outputText
    let names = Pattern(wanted.pattern)?.firstGroups(in: text) ?? []
    return Set(names.filter { !$0.isEmpty }).sorted(by: bytesPrecede)
  }

  /// An absolute path; a part of it that is `*` stands for every name there, the highest version first.
  private static func matching(_ path: String) -> [String] {
    guard path.holds("*") else { return [path] }
    return path.parts(at: "/").reduce([""]) { folders, part in
      guard part == "*" else { return folders.map { "\($0)/\(part)" } }
      return folders.flatMap { folder in
        ((try? FileSystem.names(in: folder.isEmpty ? "/" : folder)) ?? [])
          .sorted { isHigher($0, $1) }.map { "\(folder)/\($0)" }
      }
    }
  }

  private static func isHigher(_ first: String, _ second: String) -> Bool {
    let numbers = [first, second].map { loose($0) }
    guard let one = numbers[0], let other = numbers[1], one != other else {
      return numbers[0] != nil && numbers[1] == nil || bytesPrecede(second, first)
    }
    return one > other
  }

  /// The version that a binary tells; nil where the profile does not say how to ask.
  static func version(of path: String, _ profile: HostProfile) -> Version? {
    profile.detection.flatMap { version(of: path, $0) }
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
    let parts = text.parts(at: ".").prefix(3).compactMap { UInt64($0) }
    guard let major = parts.first else { return nil }
    return Version(major, parts.count > 1 ? parts[1] : 0, parts.count > 2 ? parts[2] : 0)
  }
}
