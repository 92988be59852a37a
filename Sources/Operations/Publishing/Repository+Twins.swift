internal import PkgCore

extension Repository {
  /// A published plugin whose name is the same but for `-` and `_`; nil where there is none. Each spelling
  /// is looked for by its record: the catalog of a large index is long to read.
  func twin(of name: PluginName) throws -> PluginName? {
    var edit = RepositoryEdit(try state())
    guard let spellings = Self.spellings(of: name) else {
      return try catalog(&edit).first { $0.name.folded == name.folded && $0.name != name }?.name
    }
    return try spellings.first { try edit.target(IndexRecord.path(of: $0)) != nil }
  }

  /// All other spellings of a name; nil where they are very many.
  private static func spellings(of name: PluginName) -> [PluginName]? {
    let bytes = Array(name.description.utf8)
    let places = bytes.indices.filter { bytes[$0] == Self.hyphen || bytes[$0] == Self.underscore }
    guard places.count <= 8 else { return nil }
    return (0..<(1 << places.count)).compactMap { choice in
      var spelled = bytes
      for (bit, place) in places.enumerated() {
        spelled[place] = choice >> bit & 1 == 0 ? Self.hyphen : Self.underscore
      }
      return try? PluginName(String(decoding: spelled, as: UTF8.self))
    }.filter { $0 != name }
  }

  private static let hyphen = UInt8(ascii: "-")
  private static let underscore = UInt8(ascii: "_")
}
