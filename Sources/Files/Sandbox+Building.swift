internal import CSystem
internal import Glibc
internal import PkgCore

/// What a build gives up: its command is foreign code, and must read compilers and libraries from all over.
extension Sandbox {
  /// Whether this kernel can confine a build: Landlock with renames between folders (Linux 5.19).
  public static var canConfineBuilds: Bool {
    let askVersion: UInt32 = 1  // LANDLOCK_CREATE_RULESET_VERSION
    return plg_landlock_create_ruleset(nil, 0, askVersion) >= 2
  }

  /// Confines this process, which must have but one thread, and all that it starts: nothing is written but below
  /// the folders, nothing is read below the hidden paths, no socket is made, nothing outside is signalled or
  /// traced, no privilege gained, no capability used. It ends with the thread that started it.
  ///
  /// Not taken away: reading everything else; changing modes, owners and times (no capability is left for those of
  /// others); the processor, memory and disk.
  ///
  /// - Parameters:
  ///   - writable: folders that exist.
  ///   - hidden: absolute paths without links; those that don't exist count for nothing.
  /// - Throws: ``SystemError`` where the kernel can't.
  public static func confineBuild(writable: [String], hidden: [String]) throws(SystemError) {
    let dieWithParent: Int32 = 1
    let noNewPrivileges: Int32 = 38
    _ = plg_prctl(dieWithParent, UInt(SIGKILL), 0)
    guard plg_prctl(noNewPrivileges, 1, 0) == 0 else { throw .last("prctl", "no_new_privs") }
    let ruleset = plg_landlock_ruleset()
    guard ruleset >= 0 else { throw .last("landlock_create_ruleset", "sandbox") }
    defer { close(ruleset) }
    // Names may be listed everywhere; content is allowed folder by folder.
    try allow("/", in: ruleset, reads: false, writes: false)
    try allowReading("/", but: hidden, in: ruleset)
    for folder in writable { try allow(folder, in: ruleset, reads: true, writes: true) }
    for device in ["/dev/null", "/dev/zero", "/dev/full"] where FileSystem.exists(device) {
      try allow(device, in: ruleset, reads: true, writes: true)
    }
    guard plg_landlock_restrict_self(ruleset) == 0 else {
      throw .last("landlock_restrict_self", "sandbox")
    }
    guard plg_refuse_sockets() == 0 else { throw .last("prctl", "seccomp") }
    _ = plg_drop_capabilities()
  }

  /// Reading below a folder, but for what is hidden: Landlock only adds, so what lies beside is added one by one.
  private static func allowReading(_ path: String, but hidden: [String], in ruleset: Int32)
    throws(SystemError)
  {
    let prefix = path == "/" ? "/" : path + "/"
    if hidden.contains(path) { return }
    guard hidden.contains(where: { $0.begins(with: prefix) }) else {
      return try allow(path, in: ruleset, reads: true, writes: false)
    }
    for name in try FileSystem.namesIfPresent(in: path) {
      // What a link leads to is allowed where it lies.
      guard let status = try? FileSystem.status(prefix + name), status.kind != .link else {
        continue
      }
      try allowReading(prefix + name, but: hidden, in: ruleset)
    }
  }

  private static func allow(_ path: String, in ruleset: Int32, reads: Bool, writes: Bool)
    throws(SystemError)
  {
    // O_PATH opens also what this user can't read, and no device is touched by it.
    let raw = Glibc.open(path, O_CLOEXEC | 0o10000000)
    guard raw >= 0 else {
      // It may be gone by now, and what can't be reached needs no rule.
      if errno == ENOENT || errno == EACCES { return }
      throw .last("open", path)
    }
    defer { close(raw) }
    let isFolder = FileSystem.target("/proc/self/fd/\(raw)")?.kind == .folder
    guard plg_landlock_allow(ruleset, raw, isFolder ? 1 : 0, reads ? 1 : 0, writes ? 1 : 0) == 0
    else {
      throw .last("landlock_add_rule", path)
    }
  }
}
