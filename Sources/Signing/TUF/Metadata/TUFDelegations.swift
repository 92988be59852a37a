import PkgCore

/// Whom a role that lists targets delegates to (TUF 4.5): named roles in their order, or bins.
public enum TUFDelegations: Sendable {
  /// Named roles; a path is looked for in one after the other.
  case roles([TUFDelegatedRole])
  /// Bins by hash.
  case bins(TUFHashBins)

  /// Reads the member `delegations`.
  init(_ fields: TUFFields) throws(TUFFault) {
    let keys = try TUFKeyList(fields)
    let object = try fields.whole()
    switch (object["roles"] != nil, object["succinct_roles"] != nil) {
    case (true, false):
      var roles: [TUFDelegatedRole] = []
      var names: Set<TUFRoleName> = []
      for (place, element) in try fields.array("roles").enumerated() {
        let path = "signed.delegations.roles[\(place)]"
        let role = try TUFDelegatedRole(TUFFields(element, at: path), keys: keys, path: path)
        guard names.insert(role.name).inserted else { throw .duplicateRole(role.name.text) }
        roles.append(role)
      }
      self = .roles(roles)
    case (false, true):
      self = .bins(try TUFHashBins(try fields.fields("succinct_roles"), keys: keys))
    default: throw .member("signed.delegations.roles")
    }
  }

  /// The roles that are trusted for a path, in the order in which they are asked.
  func roles(for path: String) -> [(name: TUFRoleName, isTerminating: Bool)] {
    switch self {
    case .roles(let roles):
      let hash = roles.contains(where: \.isByHash) ? sha256(Array(path.utf8)).hex : ""
      return roles.filter { $0.covers(path, hash: hash) }.map { ($0.name, $0.isTerminating) }
    case .bins(let bins): return [(bins.role(of: path), true)]
    }
  }

  /// Who signs for a role; nil where it isn't delegated to.
  public func authority(for role: TUFRoleName) -> TUFAuthority? {
    switch self {
    case .roles(let roles): roles.first { $0.name == role }?.authority
    case .bins(let bins): bins.contains(role) ? bins.authority : nil
    }
  }

  /// Every role that is delegated to; of bins, of which there may be billions, those that a snapshot lists.
  public func roleNames(in snapshot: TUFSnapshot) -> [TUFRoleName] {
    switch self {
    case .roles(let roles): roles.map(\.name)
    case .bins(let bins):
      snapshot.files.compactMap { $0.name.rest(before: ".json").map { TUFRoleName(String($0)) } }
        .filter(bins.contains)
    }
  }

  /// The member `delegations` of new metadata.
  var json: JSON {
    var keys = JSONObject()
    func add(_ authority: TUFAuthority) {
      for (keyID, key) in authority.keys { keys[keyID] = .object(key.json) }
    }
    switch self {
    case .roles(let roles):
      for role in roles { add(role.authority) }
      return ["keys": .object(keys), "roles": .array(roles.map(\.json))]
    case .bins(let bins):
      add(bins.authority)
      return ["keys": .object(keys), "succinct_roles": bins.json]
    }
  }
}

/// One named role that targets metadata delegates to.
public struct TUFDelegatedRole: Sendable {
  /// What a role is trusted for.
  public enum Paths: Sendable {
    /// Targets whose path fits one of these.
    case patterns([TUFPathPattern])
    /// Targets the SHA-256 of whose path, in lower-case hexadecimal digits, begins with one of these.
    case hashPrefixes([String])
  }

  /// Its name; not that of a top-level role.
  public let name: TUFRoleName
  /// Who signs for it.
  public let authority: TUFAuthority
  /// What it is trusted for.
  public let paths: Paths
  /// Whether nobody after it is asked for these paths.
  public let isTerminating: Bool

  /// A delegation.
  public init(
    _ name: TUFRoleName, authority: TUFAuthority, patterns: [String], isTerminating: Bool
  ) {
    self.name = name
    self.authority = authority
    paths = .patterns(patterns.map(TUFPathPattern.init))
    self.isTerminating = isTerminating
  }

  /// The same delegation to other keys.
  public init(_ other: TUFDelegatedRole, signedBy authority: TUFAuthority) {
    name = other.name
    paths = other.paths
    isTerminating = other.isTerminating
    self.authority = authority
  }

  init(_ fields: TUFFields, keys: TUFKeyList, path: String) throws(TUFFault) {
    let text = try fields.string("name")
    guard TUFRoleName.canDelegate(to: text) else { throw .member("\(path).name") }
    name = TUFRoleName(text)
    authority = try TUFAuthority(fields, keys: keys)
    isTerminating = try fields.member("terminating") { $0.boolValue }
    let object = try fields.whole()
    switch (object["paths"] != nil, object["path_hash_prefixes"] != nil) {
    case (true, false): paths = .patterns(try fields.strings("paths").map(TUFPathPattern.init))
    case (false, true): paths = .hashPrefixes(try fields.strings("path_hash_prefixes"))
    default: throw .member("\(path).paths")
    }
  }

  var isByHash: Bool { if case .hashPrefixes = paths { true } else { false } }

  func covers(_ path: String, hash: String) -> Bool {
    switch paths {
    case .patterns(let patterns): patterns.contains { $0.matches(path) }
    case .hashPrefixes(let prefixes): prefixes.contains { hash.utf8.starts(with: $0.utf8) }
    }
  }

  var json: JSON {
    var object = JSONObject([.init("name", .string(name.text))])
    for member in authority.json.objectValue?.members ?? [] {
      object.append(member.name, member.value)
    }
    object.append("terminating", .bool(isTerminating))
    switch paths {
    case .patterns(let patterns): object.append("paths", .strings(patterns.map(\.text)))
    case .hashPrefixes(let prefixes): object.append("path_hash_prefixes", .strings(prefixes))
    }
    return .object(object)
  }
}

extension TUFRoleName {
  /// Whether somebody can delegate to a role of this name: not to a top-level one, and its file must
  /// have a name that a file system takes (NAME_MAX 255, with version and suffix).
  static func canDelegate(to text: String) -> Bool {
    let role = TUFRoleName(text)
    return !text.isEmpty && !topLevel.contains(role) && role.encoded.utf8.count <= 220
  }
}
