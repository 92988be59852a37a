internal import CSystem
internal import Glibc
internal import PkgCore

/// What a process gives up before it reads hostile bytes.
public enum Sandbox {
  /// PR_SET_NO_NEW_PRIVS of linux/prctl.h, a macro that Swift can't import.
  private static let noNewPrivileges: Int32 = 38
  /// PR_SET_PDEATHSIG, likewise.
  private static let dieWithParent: Int32 = 1

  /// Confines this process, which must have but one thread, to one folder, in which it can read, write and
  /// make files, folders and symbolic links: no other path can be opened, no device, FIFO or socket made,
  /// nothing be removed or run, no privilege gained, no capability used. It ends with the thread that
  /// started it, so that nothing is written any more where the next command sweeps.
  ///
  /// - Returns: false where the kernel has no Landlock; the rest is done all the same.
  public static func confine(to folder: borrowing Descriptor) -> Bool {
    _ = plg_prctl(Self.dieWithParent, UInt(SIGKILL), 0)
    _ = plg_prctl(Self.noNewPrivileges, 1, 0)
    let isConfined = plg_landlock_confine(folder.raw) == 0
    _ = plg_drop_capabilities()
    return isConfined
  }

  /// What this kernel can't do of what confines children, in the field's terms.
  public static var missingFeatures: [String] {
    var missing: [String] = []
    let askVersion: UInt32 = 1  // LANDLOCK_CREATE_RULESET_VERSION
    if plg_landlock_create_ruleset(nil, 0, askVersion) < 1 { missing.append("Landlock") }
    let seccomp = (try? FileSystem.read("/proc/self/status", limit: 1 << 16)) ?? []
    if !String(decoding: seccomp, as: UTF8.self).holds("\nSeccomp:") {
      missing.append("seccomp")
    }
    return missing
  }

  /// Bounds what this process may have of memory, in bytes of its address space, and keeps it from leaving a
  /// core file: a compressor's header can ask for gigabytes.
  public static func limit(memory: UInt64) {
    for (resource, most) in [(RLIMIT_AS, memory), (RLIMIT_CORE, 0)] {
      var limit = rlimit(rlim_cur: rlim_t(most), rlim_max: rlim_t(most))
      _ = setrlimit(__rlimit_resource_t(resource.rawValue), &limit)
    }
  }

  /// Whether a process still has the parent that started it. Asked after ``confine(to:)``: who lost it
  /// before that gets no signal any more.
  public static func isChild(of parent: Int32) -> Bool { getppid() == parent }
}
