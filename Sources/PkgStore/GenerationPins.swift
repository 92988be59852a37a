public import Files
public import PkgCore

/// Generations that are kept however old they get: one file each, `<instance>/pins/<n>.json`, so that
/// to pin and to unpin is one step.
extension HostInstance {
  private func pinFile(_ number: Int64) -> String { "\(folder)/pins/\(number).json" }

  /// Why a generation is kept; nil where it is not pinned. What can't be read keeps it too.
  public func pin(of number: Int64) throws(SystemError) -> Pin? {
    guard let bytes = try FileSystem.readIfPresent(pinFile(number), limit: 1 << 16) else {
      return nil
    }
    let unreadable = Pin(range: .any, created: Timestamp(secondsSinceEpoch: 0))
    return (try? JSONParser.parse(bytes)).flatMap { Pin(json: $0) } ?? unreadable
  }

  /// Keeps a generation; its pin's range says nothing.
  public func pin(_ number: Int64, _ pin: Pin, _ lock: borrowing InstanceLock) throws(SystemError) {
    try FileSystem.makeFolders("\(folder)/pins")
    try FileSystem.replace(pinFile(number), with: pin.json.prettyBytes)
  }

  /// Lets a generation go once it is old.
  public func unpin(_ number: Int64, _ lock: borrowing InstanceLock) throws(SystemError) {
    guard FileSystem.exists(pinFile(number)) else { return }
    try FileSystem.remove(pinFile(number))
    try FileSystem.syncFolder(FileSystem.folder(of: pinFile(number)))
  }
}
