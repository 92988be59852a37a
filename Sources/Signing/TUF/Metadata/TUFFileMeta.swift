import PkgCore

/// What timestamp and snapshot metadata say of another metadata file (TUF 4.4, 4.5).
public struct TUFFileMeta: Sendable, Equatable {
  /// The version that it must have.
  public var version: Int64
  /// Its length in bytes; nil where none is stated.
  public var length: Int64?
  /// Its hashes; nil where none are stated.
  public var hashes: TUFHashes?

  /// A statement of these facts.
  public init(version: Int64, length: Int64? = nil, hashes: TUFHashes? = nil) {
    self.version = version
    self.length = length
    self.hashes = hashes
  }

  init(_ fields: TUFFields) throws(TUFFault) {
    version = try fields.integer("version", from: 1)
    length = try fields.optionalInteger("length", from: 0)
    hashes = try fields.optionalHashes()
  }

  var json: JSON {
    var object = JSONObject([.init("version", .integer(version))])
    object.append("length", length.map { .integer($0) })
    object.append("hashes", hashes.map { .object($0.json) })
    return .object(object)
  }

  /// Checks length and hashes, so far as they are stated (TUF 5.5.2, 5.6.2).
  func check(_ bytes: [UInt8], of name: String) throws(TUFError) {
    if let length, length != Int64(bytes.count) {
      throw .length(of: name, expected: length, found: Int64(bytes.count))
    }
    try hashes?.check(bytes, of: name)
  }
}

/// The `meta` of timestamp and snapshot metadata: what they say of each file, by its name.
struct TUFFileList: Sendable {
  private(set) var files: [(name: String, meta: TUFFileMeta)] = []
  private var places: [[UInt8]: Int] = [:]

  init(_ signed: JSONObject) throws(TUFFault) {
    for (name, fields) in try TUFFields(signed: signed).each("meta") {
      places[Array(name.utf8)] = files.count
      files.append((name, try TUFFileMeta(fields)))
    }
  }

  subscript(name: String) -> TUFFileMeta? {
    places[Array(name.utf8)].map { files[$0].meta }
  }
}
