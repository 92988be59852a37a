internal import Archiving
internal import Files
internal import PkgCore
internal import PkgStore

/// What of the machine itself keeps plugins from being installed or loaded.
struct MachineHealth {
  private let session: Session

  init(_ session: Session) { self.session = session }

  func findings() -> [HealthFinding] { disks() + confinement() + archives() + loader() }

  private func disks() -> [HealthFinding] {
    var findings: [HealthFinding] = []
    let (data, cache) = (Self.existing(session.places.data), Self.existing(session.places.cache))
    if let mount = FileSystem.mount(of: data) {
      if mount.isNoExec {
        findings.append(
          HealthFinding(
            "noexec", .error, data, "it is on a file system from which no library can be loaded",
            hint: "mount it without `noexec`, or use another `--scope`"))
      }
      if mount.isReadOnly {
        findings.append(
          HealthFinding(
            "read-only", .warning, data,
            "it is on a read-only file system: nothing can be installed",
            hint: "use another `--scope`"))
      }
    }
    for path in Set([data, cache]).sorted() {
      guard let free = try? FileSystem.freeBytes(at: path), free < Self.fewBytes else { continue }
      findings.append(
        HealthFinding(
          "space", free < Self.fewBytes / 10 ? .error : .warning, path,
          "\(free >> 20) MiB are free",
          hint: path == cache ? "`plugctl cache clean`" : "`plugctl gc`"))
    }
    return findings
  }

  /// Less than most plugins need with what their download takes.
  private static let fewBytes: Int64 = 100 << 20

  /// The path, or the nearest folder above it that exists.
  private static func existing(_ path: String) -> String {
    FileSystem.target(path) != nil || path == "/" ? path : existing(FileSystem.folder(of: path))
  }

  private func confinement() -> [HealthFinding] {
    Sandbox.missingFeatures.map {
      HealthFinding(
        "sandbox", .warning, $0,
        "this kernel lacks it, so archives are unpacked and plugins tested with less around them",
        hint: "use a newer kernel, or allow it where this container is configured")
    }
  }

  private func archives() -> [HealthFinding] {
    guard let version = ArchiveLibraryVersion.installed else {
      return [
        HealthFinding(
          "libarchive", .error, "libarchive", "it is not installed, so nothing can be unpacked",
          hint: "on Debian: `apt install libarchive13`")
      ]
    }
    guard version < ArchiveLibraryVersion.oldest else { return [] }
    return [
      HealthFinding(
        "libarchive", .warning, "libarchive \(version)",
        "it has known faults that hostile archives reach",
        hint: "upgrade it to \(ArchiveLibraryVersion.oldest) or newer")
    ]
  }

  /// What changes how this user's programs find libraries; load tests run without it.
  private func loader() -> [HealthFinding] {
    ["LD_PRELOAD", "LD_LIBRARY_PATH", "LD_AUDIT"].compactMap { name in
      guard let value = Machine.environment(name) else { return nil }
      return HealthFinding(
        "variable", .notice, name,
        "it is set (`\(printable(value))`): a host may load other libraries than the load test did",
        hint: "unset it where hosts don't need it")
    }
  }
}
