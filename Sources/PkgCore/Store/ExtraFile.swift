/// A file of a package, beside its library, that the host looks for in a folder of its own: an extension's
/// control file, say.
public struct ExtraFile: Sendable, Equatable {
  /// Its path inside of the plugin's tree.
  public let file: String
  /// Where the host looks for it, absolute.
  public let path: String
  /// Whether there is a link at that path. Where the folder could not be written to, the file is found
  /// in the generation only.
  public let isLinked: Bool

  /// A file in a tree and its place.
  public init(file: String, path: String, isLinked: Bool) {
    self.file = file
    self.path = path
    self.isLinked = isLinked
  }

  /// Its name below the generation's folder: `extra/`, the name of the host's folder, and its own.
  public var name: String {
    let parts = path.split(separator: "/").suffix(2)
    return (["extra"] + parts.map(String.init)).joined(separator: "/")
  }
}

extension ExtraFile {
  var json: JSON { ["file": .string(file), "path": .string(path), "linked": .bool(isLinked)] }

  /// nil unless the file lies in its tree and the path leads nowhere else than it says.
  init?(json: JSON) {
    guard let file = json["file"]?.stringValue, PackagePath.isSafe(file),
      let path = json["path"]?.stringValue, path.hasPrefix("/"),
      PackagePath.isSafe(String(path.dropFirst())), let isLinked = json["linked"]?.boolValue
    else { return nil }
    self.init(file: file, path: path, isLinked: isLinked)
    guard name.split(separator: "/").count == 3 else { return nil }
  }
}
