internal import CSystem

/// What a process gives up before it reads hostile bytes.
public enum Sandbox {
  /// PR_SET_NO_NEW_PRIVS of linux/prctl.h, a macro that Swift can't import.
  private static let noNewPrivileges: Int32 = 38

  /// Confines this process, which must have but one thread, to one folder: no other path can be
  /// opened, no privilege gained, no capability used.
  ///
  /// - Returns: false where the kernel has no Landlock; the rest is done all the same.
  public static func confine(to folder: borrowing Descriptor) -> Bool {
    _ = plg_prctl(Self.noNewPrivileges, 1, 0)
    let isConfined = plg_landlock_confine(folder.raw) == 0
    _ = plg_drop_capabilities()
    return isConfined
  }
}
