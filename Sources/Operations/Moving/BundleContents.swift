internal import Archiving
public import PkgCore

/// What a bundle says that it has: `bundle.json`. Nothing of it is believed: what counts is what the indexes
/// in it have signed.
///
/// ```
/// bundle.json          this
/// 0/metadata/, 0/targets/, 0/a/     a copy of the first index, as far as it goes
/// 1/...                             of the second, where there is one
/// ```
public struct BundleContents: Sendable {
  /// An index of which the bundle has a part.
  public struct Index: Sendable {
    /// The name under which its maker knows it.
    public let name: String
    /// Where its maker gets it from.
    public let url: String
  }

  /// An archive of the bundle.
  public struct Plugin: Sendable {
    /// Which plugin.
    public let name: PluginName
    /// Its version.
    public let version: Version
    /// What it runs on.
    public let platform: Platform
    /// The place of its index among ``indexes``.
    public let index: Int
    /// Bytes of the archive.
    public let size: Int64
    /// The archive's digest.
    public let archive: SHA256Digest
  }

  /// What it was made for: references to plugins.
  public let wanted: [String]
  /// Indexes, by the number of their folders.
  public let indexes: [Index]
  /// Archives, sorted by name, version and platform.
  public let plugins: [Plugin]

  static let file = UnpackChild.bundleFile
  /// So many indexes at most.
  private static let mostIndexes = 16
  /// What a bundle can be made for at most; each is looked for among all plugins.
  static let mostWanted = 4096

  init(wanted: [String], indexes: [Index], plugins: [Plugin]) {
    self.wanted = wanted
    self.indexes = indexes
    self.plugins = plugins.sorted { left, right in
      left.name != right.name
        ? left.name < right.name
        : left.version != right.version
          ? left.version < right.version : left.platform < right.platform
    }
  }

  /// Reads `bundle.json`.
  ///
  /// - Throws: ``Diagnostic`` with `bundle.invalid` or `schema.unknown`.
  public init(_ bytes: [UInt8]) throws {
    guard let json = try? JSONParser.parse(bytes) else { throw Self.invalid("it is not JSON") }
    guard let schema = json["schema"]?.integerValue else {
      throw Self.invalid("`schema` is missing")
    }
    guard schema == 1 else {
      throw Diagnostic(
        .schemaUnknown, "a bundle of schema \(schema), this plugctl reads 1",
        hint: "install a newer plugctl")
    }
    guard let wanted = json["wanted"]?.arrayValue?.map(\.stringValue),
      let texts = wanted as? [String], texts.count <= Self.mostWanted,
      texts.allSatisfy({ (try? PluginReference($0)) != nil })
    else { throw Self.invalid("`wanted` is no list of at most \(Self.mostWanted) plugins") }
    guard let list = json["indexes"]?.arrayValue, (1...Self.mostIndexes).contains(list.count) else {
      throw Self.invalid("`indexes` is no list of 1 to \(Self.mostIndexes) indexes")
    }
    let indexes = try list.map { element -> Index in
      guard let name = element["name"]?.stringValue, NamePart(name) != nil,
        let url = element["url"]?.stringValue, !url.isEmpty, url.utf8.count <= 2048
      else { throw Self.invalid("an index has no name or no URL") }
      return Index(name: name, url: url)
    }
    guard Set(indexes.map(\.name)).count == indexes.count else {
      throw Self.invalid("an index is there twice")
    }
    guard let entries = json["plugins"]?.arrayValue else {
      throw Self.invalid("`plugins` is no list")
    }
    let plugins = try entries.map { element -> Plugin in
      guard let plugin = Plugin(json: element, indexes: indexes.count) else {
        throw Self.invalid("a plugin is malformed")
      }
      return plugin
    }
    self.init(wanted: texts, indexes: indexes, plugins: plugins)
    if let absent = try absent() {
      throw Self.invalid("it lacks `\(absent)`, for which it was made")
    }
  }

  /// Something for which it was made and that it has not; nil where all is there.
  func absent() throws -> String? {
    try wanted.first { text in
      let reference = try PluginReference(text)
      return !plugins.contains { plugin in
        reference.matches(plugin.name) && reference.range?.contains(plugin.version) ?? true
      }
    }
  }

  static func invalid(_ what: String) -> Diagnostic {
    Diagnostic(
      .bundleInvalid, "the file is no bundle, or damaged", notes: [what],
      hint: "bring it here again, or make it anew with `plugctl bundle create`")
  }

  /// The content of `bundle.json`.
  public var json: JSON {
    [
      "schema": 1, "wanted": .strings(wanted),
      "indexes": .array(
        indexes.map { ["name": .string($0.name), "url": .string($0.url)] as JSON }),
      "plugins": .array(plugins.map(\.json)),
    ]
  }

  /// Whether a bundle may have a file of this path.
  static func allows(_ path: String, indexes count: Int) -> Bool {
    if path == file { return true }
    let parts = path.parts(at: "/", keepsEmpty: true)
    guard parts.count >= 3, let number = Int(parts[0]), "\(number)" == parts[0],
      (0..<count).contains(number)
    else { return false }
    switch parts[1] {
    case "metadata": return parts.count == 3 && parts[2].ends(with: ".json")
    case "targets": return parts.last?.ends(with: ".json") ?? false
    case "a":
      let digest = parts[2].rest(before: ".tar.zst").flatMap { SHA256Digest(hex: String($0)) }
      return parts.count == 3 && digest != nil
    default: return false
    }
  }
}

extension BundleContents.Plugin {
  fileprivate init?(json: JSON, indexes: Int) {
    guard let name = json["name"]?.stringValue.flatMap({ try? PluginName($0) }),
      let version = json["version"]?.stringValue.flatMap({ try? Version($0) }),
      let platform = json["platform"]?.stringValue.flatMap({ Platform($0) }),
      let index = json["index"]?.integerValue, (0..<Int64(indexes)).contains(index),
      let size = json["size"]?.integerValue, size > 0,
      let archive = json["sha256"]?.stringValue.flatMap({ SHA256Digest(hex: $0) })
    else { return nil }
    (self.name, self.version, self.platform) = (name, version, platform)
    (self.index, self.size, self.archive) = (Int(index), size, archive)
  }

  fileprivate init(_ archive: WantedArchive, index: Int) {
    (name, version) = (archive.record.name, archive.release.version)
    (platform, size) = (archive.build.platform, archive.build.size)
    (self.archive, self.index) = (archive.build.archive, index)
  }

  fileprivate var json: JSON {
    [
      "name": .string(name.description), "version": .string(version.description),
      "platform": .string(platform.text), "index": .integer(Int64(index)),
      "size": .integer(size), "sha256": .string(archive.hex),
    ]
  }
}

extension BundleContents {
  /// What a bundle of these archives says.
  init(wanted: [String], indexes: [IndexConfiguration], archives: [WantedArchive]) {
    self.init(
      wanted: wanted, indexes: indexes.map { Index(name: $0.name, url: $0.url) },
      plugins: archives.compactMap { archive in
        indexes.firstIndex { $0.name == archive.index.name }.map { Plugin(archive, index: $0) }
      })
  }
}
