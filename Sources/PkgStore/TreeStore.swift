public import Files
public import PkgCore
internal import Signing

/// Unpacked packages by the digest of their list of files.
public struct TreeStore: Sendable {
  private let places: StorePlaces

  /// The trees of a scope.
  public init(_ places: StorePlaces) { self.places = places }

  /// Whether a tree is there.
  public func contains(_ tree: SHA256Digest) -> Bool { FileSystem.exists("\(places.tree(tree))/plugin.json") }

  /// Moves an unpacked folder to its place; one that is there already stays.
  ///
  /// The folder's content is durable; the caller syncs ``StorePlaces/trees`` once for all.
  public func adopt(_ folder: String, as tree: SHA256Digest) throws(SystemError) {
    let path = places.tree(tree)
    if contains(tree) { return try FileSystem.removeTree(folder) }
    try FileSystem.removeTree(path)
    try FileSystem.rename(folder, to: path)
  }

  /// The description of an unpacked package.
  ///
  /// - Throws: ``Diagnostic`` where it is missing, malformed, or of another tree.
  public static func description(in folder: String) throws -> PackageDescription {
    let json = try JSONParser.parse(FileSystem.read("\(folder)/plugin.json"))
    return try PackageDescription(json: json)
  }
}
