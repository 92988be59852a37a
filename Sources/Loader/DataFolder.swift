public import Files

/// Makes the folder that a plugin may write to, `data`, below one of this user's alone.
///
/// Load tests of root's run as nobody, but where a database was named: then as root, without root's powers. So both may write,
/// and nobody else.
///
/// - Throws: ``SystemError``.
public func makeDataFolder(in scratch: String) throws(SystemError) {
  let folder = "\(scratch)/data"
  try FileSystem.makeFolder(folder, mode: 0o700)
  guard Machine.isRoot else { return }
  try FileSystem.setMode(scratch, 0o711)
  try FileSystem.setOwner(folder, user: nobody, group: 0)
  try FileSystem.setMode(folder, 0o770)
}

/// `NOBODY` of the worker.
private let nobody: UInt32 = 65_534
