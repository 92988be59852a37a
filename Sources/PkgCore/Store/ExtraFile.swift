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

  /// Whether the path is absolute, leads nowhere else than it says, and gives a plain name.
  public var isSound: Bool {
    let parts = path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    return parts.count >= 3 && parts[0].isEmpty && path.utf8.count < 4000
      && !path.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F })
      && parts.dropFirst().allSatisfy { part in
        !part.isEmpty && !part.elementsEqual(".".utf8) && !part.elementsEqual("..".utf8)
      } && PackagePath.isSafe(name)
  }

  /// Its name below the generation's folder: `extra/`, the name of the host's folder, and its own. Of one
  /// host's files no two differ only in what leads to that folder: the first rule that takes a name says
  /// where it goes.
  public var name: String {
    let parts = path.parts(at: "/").suffix(2).map(String.init)
    // A folder may be called anything; what we make of it is plain.
    let folder = parts.first.map { $0.map { PackagePath.isSafePart("x\($0)") ? $0 : "_" } } ?? []
    return "extra/\(String(folder))/\(parts.last ?? "")"
  }
}

extension ExtraFile {
  var json: JSON { ["file": .string(file), "path": .string(path), "linked": .bool(isLinked)] }

  /// nil unless the file lies in its tree and the path leads nowhere else than it says.
  init?(json: JSON) {
    guard let file = json["file"]?.stringValue, PackagePath.isSafe(file),
      let path = json["path"]?.stringValue, let isLinked = json["linked"]?.boolValue
    else { return nil }
    self.init(file: file, path: path, isLinked: isLinked)
    guard isSound else { return nil }
  }
}
