internal import Glibc

extension ChildCommand {
  /// Becomes the command: this process goes on as the program, with its own folder and environment.
  ///
  /// - Returns: why that could not be; else not at all.
  public func become() -> SystemError {
    var pointers: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) }
    pointers.append(nil)
    execvp(arguments.first ?? "", &pointers)
    return .last("execvp", arguments.first ?? "")
  }
}
