internal import Archiving
internal import Files
public import PkgCore
internal import Signing

/// What a publisher who can't write an index sends to its operator: a folder.
///
/// ```
/// submission.json      { schema: 1, publisher, key, packages: [file...], role: true|false,
///                        keys: [line...], rotations: [statement...] }
/// archives/            the archives with their signatures
/// role.json            the publisher's role, signed by it; only where it has one
/// records/<name>.json  the records that the role lists anew
/// ```
///
/// With a role of its own, a publisher makes its records itself: the operator can refuse them, and can't
/// change them.
public struct Submission: Sendable {
  static let schema: Int64 = 1

  /// The folder.
  public let folder: String
  /// Who publishes.
  public let publisher: NamePart
  /// The archives, in the folder.
  public let packages: [String]
  /// The key that the archives are signed with, base64 of minisign.
  let key: String
  /// Whether the publisher's role is part of it.
  public let hasRole: Bool
  /// Statements by which keys of the publisher hand on, and those keys.
  var rotations: [String] = []
  var keys: [String] = []

  var archives: [String] { packages.map { "\(folder)/archives/\($0)" } }
  var rolePath: String { "\(folder)/role.json" }

  func recordPath(_ name: PluginName) -> String { "\(folder)/records/\(name.name).json" }

  init(folder: String, publisher: NamePart, packages: [String], key: String, hasRole: Bool) {
    self.folder = folder
    self.publisher = publisher
    self.packages = packages
    self.key = key
    self.hasRole = hasRole
  }

  /// Opens a folder that somebody sent.
  ///
  /// - Throws: ``Diagnostic`` with `index.invalid` where it is no submission.
  public init(_ folder: String) throws {
    func invalid(_ why: String) -> Diagnostic {
      Diagnostic(
        .indexInvalid, "`\(printable(folder))` is no submission", notes: [why],
        hint: "a publisher makes one with `plugctl publish -o FOLDER`")
    }
    guard let bytes = try FileSystem.readIfPresent("\(folder)/submission.json", limit: 1 << 20)
    else { throw invalid("it has no `submission.json`") }
    guard let json = try? JSONParser.parse(bytes), json["schema"]?.integerValue == Self.schema,
      let publisher = json["publisher"]?.stringValue.flatMap({ NamePart($0) }),
      let key = json["key"]?.stringValue
    else { throw invalid("its `submission.json` is malformed") }
    let packages = json["packages"]?.texts ?? []
    // Names of files in the folder, never paths out of it.
    guard !packages.isEmpty,
      packages.allSatisfy({ $0.ends(with: ".tar.zst") && !$0.holds("/") && !$0.begins(with: ".") })
    else { throw invalid("it names no archives, or such as are not in it") }
    self.init(
      folder: try FileSystem.absolute(folder), publisher: publisher, packages: packages, key: key,
      hasRole: json["role"]?.boolValue ?? false)
    rotations = json["rotations"]?.texts ?? []
    keys = json["keys"]?.texts ?? []
  }

  /// Writes everything but records and role.
  func begin(copying files: [String]) throws {
    guard !FileSystem.exists(folder) else {
      throw Diagnostic(
        .usageInvalidValue, "`\(folder)` is there already", hint: "choose another folder")
    }
    try FileSystem.makeFolders("\(folder)/archives")
    try FileSystem.makeFolders("\(folder)/records")
    for (file, archive) in zip(files, archives) {
      for suffix in ["", ".minisig"] {
        let bytes = try FileSystem.read(file + suffix, limit: Int(PackageLimits.totalBytes))
        try FileSystem.replace(archive + suffix, with: bytes, isDurable: false)
      }
    }
    let json: JSON = [
      "schema": .integer(Self.schema), "publisher": .string(publisher.text), "key": .string(key),
      "packages": .strings(packages), "role": .bool(hasRole),
      "keys": .strings(keys), "rotations": .strings(rotations),
    ]
    try FileSystem.replace("\(folder)/submission.json", with: json.prettyBytes)
  }
}
