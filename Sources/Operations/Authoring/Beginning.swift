internal import Files
internal import PkgCore

extension Authoring {
  /// Writes a first manifest into a folder.
  ///
  /// - Returns: its path.
  /// - Throws: ``Diagnostic`` where there is one already.
  public func begin(_ folder: String, publisher: String?, name: String?) throws -> String {
    if let there = ManifestFile.names.map({ "\(folder)/\($0)" }).first(where: FileSystem.exists) {
      throw Diagnostic(
        .manifestInvalid, "`\(there)` is there already",
        hint: "edit it, and check it with `plugctl lint`")
    }
    let usual = FileSystem.baseName(of: try FileSystem.absolute(folder)).lowercased()
    let name = name ?? usual
    guard NamePart(name) != nil else {
      throw NameError.notANameOf(name, what: "a plugin", option: "--name")
    }
    let publisher = publisher ?? "my-publisher"
    guard NamePart(publisher) != nil else {
      throw NameError.notANameOf(publisher, what: "a publisher", option: "--publisher")
    }
    let host = session.options.host ?? "sqlite"
    let profile = try ProfileCatalog(session).profile(host)
    let type = profile.types.first.map { "type: \($0)\n" } ?? ""
    let text = """
      schema: 1
      publisher: \(publisher)
      name: \(name)
      version: 0.1.0
      summary: what it does, in one line
      license: MIT
      host: \(host)
      \(type)# requires: { host: ">=1" }
      # dependencies: { other_plugin: ^1.2 }
      variants:
        - { platform: \(Platform.current), library: build/\(name).so }
      # files: [README.md, LICENSE]

      """
    try FileSystem.makeFolders(folder)
    let path = folder == "." ? "plugin.yaml" : "\(folder)/plugin.yaml"
    try FileSystem.replace(path, with: Array(text.utf8), isDurable: false)
    return path
  }
}
