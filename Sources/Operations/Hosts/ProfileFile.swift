internal import Files
internal import PkgCore

/// A host profile in a file of any name that can be used as it is.
struct ProfileFile {
  let id: String
  let bytes: [UInt8]

  /// - Throws: ``Diagnostic`` with `profile.invalid` and every fault.
  init(_ path: String) throws {
    bytes = try FileSystem.read(path, limit: ProfileCatalog.mostBytes)
    let node = try AuthoredFile.node(bytes, file: path, .profileInvalid, "host profile")
    id = node["id"]?.text ?? ""
    // Its name is what it will be called, whatever it is called here.
    let faults = try ProfileLint().findings(of: bytes, file: "\(id).yaml")
      .filter { $0.severity == .error }
    guard faults.isEmpty else {
      throw Diagnostic(
        .profileInvalid, "`\(path)` is no host profile that can be used",
        notes: faults.map { $0.line(in: path) },
        hint: "`plugctl host lint \(path)` shows all that is wrong with it")
    }
  }
}
