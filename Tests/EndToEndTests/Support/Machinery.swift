internal import Files
internal import Glibc
internal import TestSupport

/// A small file system of its own, mounted over a folder; needs root. Unmounted with its owner.
final class SmallDisk: Sendable {
  static let isPossible: Bool = {
    guard Machine.isRoot, let folder = try? TestFolder("mount") else { return false }
    return (try? SmallDisk(folder.path, kilobytes: 64)) != nil
  }()

  let path: String

  init(_ path: String, kilobytes: Int) throws {
    self.path = path
    try FileSystem.makeFolders(path)
    try Self.command(["mount", "-t", "tmpfs", "-o", "size=\(kilobytes)k,mode=755", "tmpfs", path])
  }

  deinit { try? Self.command(["umount", "-l", path]) }

  /// The kernel lets go of a process's last files some time after it ended, and is busy until then.
  func makeReadOnly() -> Bool {
    eventually { (try? Self.command(["mount", "-o", "remount,ro", path])) != nil }
  }

  private static func command(_ arguments: [String]) throws {
    let result = try ChildCommand(arguments).run()
    guard result.isSuccess else {
      throw SystemError(call: "mount", object: result.errorText, errno: EPERM)
    }
  }
}

/// Another clock for the program under test, by libfaketime.
enum FakeClock {
  static let library: String? = [
    "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1",
    "/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1",
  ].first { FileSystem.exists($0) }

  /// Variables that move the clock, as `+30d` does.
  static func moved(_ offset: String) -> [String: String] {
    ["LD_PRELOAD": library ?? "", "FAKETIME": offset, "FAKETIME_DONT_FAKE_MONOTONIC": "1"]
  }
}
