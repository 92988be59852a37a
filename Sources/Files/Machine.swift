internal import CSystem
internal import Glibc

/// What a process knows about where it runs.
public enum Machine {
  /// Seconds since the epoch, by the system's clock.
  public static func secondsSinceEpoch() -> Int64 { Int64(time(nil)) }

  /// Nanoseconds of a clock that never goes back.
  public static func monotonicNanoseconds() -> UInt64 {
    var value = timespec()
    clock_gettime(CLOCK_MONOTONIC, &value)
    return UInt64(value.tv_sec) * 1_000_000_000 + UInt64(value.tv_nsec)
  }

  /// An environment variable; nil where it is unset or empty.
  public static func environment(_ name: String) -> String? {
    guard let pointer = getenv(name) else { return nil }
    let text = String(cString: pointer)
    return text.isEmpty ? nil : text
  }

  /// The whole environment, `NAME=value`.
  public static var allEnvironment: [String] {
    var texts: [String] = []
    guard var place = plg_environment() else { return texts }
    while let pointer = place.pointee {
      texts.append(String(cString: pointer))
      place += 1
    }
    return texts
  }

  /// The user whose rights count.
  public static var userID: UInt32 { UInt32(geteuid()) }

  /// Whether this is root.
  public static var isRoot: Bool { geteuid() == 0 }

  /// The user's home: `HOME`, or what the user database says.
  public static var home: String {
    if let home = environment("HOME") { return home }
    guard let entry = getpwuid(geteuid()), let folder = entry.pointee.pw_dir else { return "/" }
    return String(cString: folder)
  }

  /// Processors that this process may use; at least 1.
  public static var processorCount: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

  /// The path of this program.
  public static var executable: String {
    (try? FileSystem.linkTarget("/proc/self/exe")) ?? CommandLine.arguments.first ?? "plugctl"
  }

  /// The version of the C library that runs here: `2.36`.
  public static var glibcVersion: String { String(cString: gnu_get_libc_version()) }

  /// This process.
  public static var processID: Int32 { getpid() }

  /// Takes write permission for others from everything that is made from here on.
  public static func setFileModeMask(_ mask: UInt32) { _ = umask(mode_t(mask)) }
}
