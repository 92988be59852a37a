/// Manifests of the guides' hosts, as far as they say what ours says (`docs/formats.md`). Their hosts pass over
/// `publisher` and `license`, which may stand in them for us.
public enum ForeignManifest {
  /// Whose it is; each has its own fields.
  public enum Form: String, Sendable {
    /// Benana's `plugin.yaml`: name, version, description, author. It has no `schema`.
    case benana
    /// DataBridge's `manifest.json`: id, name, version, author, description, tags.
    case databridge

    /// The type that the host's profile gives to its plugins.
    var type: String { self == .benana ? "dynamic" : "processor" }
    /// What a package must bring besides, since its host reads it.
    public var file: String? { self == .benana ? nil : "manifest.json" }

    /// Whose a document is; nil where it is ours, or nobody's.
    ///
    /// - Parameter name: the file's name.
    public init?(of root: Node, name: String) {
      guard case .map(let entries) = root.value, !entries.isEmpty,
        !["schema", "host", "variants"].contains(where: { root[$0] != nil })
      else { return nil }
      self = name == Self.databridge.file ? .databridge : .benana
    }
  }

  /// Reads one; all faults go into `findings`. Fields that ours does not have are passed over.
  ///
  /// - Parameters:
  ///   - node: the document; nil where there is none, so that the folder must say the name.
  ///   - folder: the folder's name.
  ///   - publisher: whose it is where it does not say.
  /// - Returns: nil where its name or version can't be ours; then `findings` has errors.
  public static func read(
    _ node: Node?, as form: Form, folder: String, publisher: NamePart?, findings: Findings
  ) -> Manifest? {
    let document = node ?? Node(.map([]), mark: .none)
    var fields = Fields(document, findings: findings)
    let title = fields.text("name")
    let identifier = form == .databridge ? fields.text("id") ?? title : title
    let described = fields.text("description")
    let author = fields.text("author")
    let tags = fields.texts("tags")
    let license = fields.text("license")
    let named = fields.text("publisher").flatMap {
      self.name($0) ?? Manifest.part($0, "publisher", document, findings)
    }
    if let place = document["dependencies"] {
      findings.warning(
        place.mark, "dependencies", "`dependencies` is not read; write a `plugin.yaml` for them")
    }
    let version = node == nil ? Version(0, 0, 0) : fields.value("version") { try Version($0) }
    guard let name = name(identifier ?? folder) else {
      findings.error(
        document.mark, "name", "`\(identifier ?? folder)` can't be made a plugin's name")
      return nil
    }
    guard let version else {
      if !findings.hasErrors {
        findings.error(document.mark, "version", "`version` is missing")
      }
      return nil
    }
    guard let publisher = named ?? publisher else {
      if !findings.hasErrors {
        findings.error(
          document.mark, "publisher", "`publisher` is missing; the host passes over that line")
      }
      return nil
    }
    var manifest = Manifest(
      name: PluginName(publisher: publisher, name: name), version: version, host: form.rawValue)
    manifest.title = title.flatMap { $0 == name.text ? nil : $0 }
    manifest.summary = described
    manifest.authors = [author].compactMap { $0 }
    manifest.tags = tags
    manifest.license = license
    manifest.type = form.type
    return findings.hasErrors ? nil : manifest
  }

  /// A name in our letters: `My Processor` is `my-processor`, `MyProcessor` is `myprocessor`.
  static func name(_ text: String) -> NamePart? {
    var name = ""
    for character in text.lowercased() {
      let isOurs =
        character.isASCII && (character.isLetter || character.isNumber || character == "_")
      if isOurs { name.append(character) } else if name.last != "-" { name.append("-") }
    }
    while let last = name.last, last == "-" { name.removeLast() }
    while let first = name.first, first == "-" || first == "_" { name.removeFirst() }
    guard let part = NamePart(name), !PluginName.reserved.contains(name) else { return nil }
    return part
  }
}
