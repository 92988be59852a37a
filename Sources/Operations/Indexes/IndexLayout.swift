internal import PkgCore
internal import Signing

/// The roles of our indexes, and which targets each lists (`docs/formats.md`, "Index").
///
/// ```
/// targets ─┬─ hosts/*.yaml, in the role itself
///          ├─ trusted ──── pub-<publisher>   i/<publisher>/*.json, and names.json in trusted itself
///          ├─ catalog                        catalog.json, advisories.json
///          ├─ withdrawn                      withdrawn.json
///          └─ community ── bin<bits>-<n>     i/*/*.json, by hash where there are many
/// ```
enum IndexLayout {
  static let trusted = TUFRoleName("trusted")
  static let catalog = TUFRoleName("catalog")
  static let withdrawn = TUFRoleName("withdrawn")
  static let community = TUFRoleName("community")

  static let namesPath = "names.json"
  static let catalogPath = "catalog.json"
  static let advisoriesPath = "advisories.json"
  static let withdrawnPath = "withdrawn.json"
  /// What stands before the id in the path of a host's profile, and behind it.
  static let hosts = (folder: "hosts/", suffix: ".yaml")
  /// The member of `custom` by which the catalog's role says how many plugins there are.
  static let pluginCountName = "plugins"

  /// So much of a target is read at most, whatever its role says of its length: who has the online key
  /// could say anything.
  static func mostBytes(ofTarget path: String) -> Int64 {
    switch path {
    case catalogPath: 512 << 20
    case namesPath, advisoriesPath: 64 << 20
    default: TUFLimits.record
    }
  }

  /// Up to this length a catalog is fetched to say something better than that a name is unknown: that
  /// of some 20,000 plugins.
  static let smallCatalog: Int64 = 4 << 20
  /// Up to this length the names are fetched to compare another name with them.
  static let smallNames: Int64 = 128 << 10

  /// The path of a host's profile.
  static func hostPath(_ id: String) -> String { "\(hosts.folder)\(id)\(hosts.suffix)" }

  /// The host whose profile a path is; nil for any other path.
  static func host(ofPath path: String) -> String? {
    path.rest(after: hosts.folder)?.rest(before: hosts.suffix).map { String($0) }
  }

  static func publisher(_ publisher: NamePart) -> TUFRoleName { TUFRoleName("pub-\(publisher)") }

  /// The way to a publisher's own role.
  static func way(to publisher: NamePart) -> [TUFRoleName] {
    [.targets, trusted, self.publisher(publisher)]
  }

  /// What the top-level role delegates.
  ///
  /// - Parameters:
  ///   - admin: who signs for publishers' roles and names.
  ///   - emergency: who may withdraw without a publisher.
  ///   - online: who signs what changes by itself.
  static func topLevel(
    admin: TUFAuthority, emergency: TUFAuthority, online: TUFAuthority
  ) -> TUFDelegations {
    let records = "i/*/*.json"
    return .roles([
      TUFDelegatedRole(
        trusted, authority: admin, patterns: [namesPath, records], isTerminating: false),
      TUFDelegatedRole(
        catalog, authority: online, patterns: [catalogPath, advisoriesPath], isTerminating: true),
      TUFDelegatedRole(
        withdrawn, authority: emergency, patterns: [withdrawnPath], isTerminating: true),
      TUFDelegatedRole(
        community, authority: online, patterns: [records], isTerminating: true),
    ])
  }

  /// A publisher's role. It is terminating: nobody else, the bins least of all, lists these names.
  static func delegation(to publisher: NamePart, _ authority: TUFAuthority) -> TUFDelegatedRole {
    TUFDelegatedRole(
      self.publisher(publisher), authority: authority, patterns: ["i/\(publisher)/*.json"],
      isTerminating: true)
  }

  /// The publisher whose role this is; nil for any other role.
  static func publisher(of role: TUFRoleName) -> NamePart? {
    role.text.rest(after: "pub-").flatMap { NamePart(String($0)) }
  }

  /// How many bits number the bins of so many plugins; 0 for none. A bin then has at most some 130
  /// entries, and all together the snapshot stays small.
  static func binBits(for count: Int) -> Int {
    (binTable.first { count <= $0.most } ?? binTable[binTable.count - 1]).bits
  }

  /// So many plugins bins of so many bits are meant for.
  static func mostPlugins(bits: Int) -> Int { binTable.first { $0.bits >= bits }?.most ?? 1 << 40 }

  private static let binTable: [(bits: Int, most: Int)] = [
    (0, 1_000), (8, 20_000), (10, 100_000), (12, 300_000), (13, 1_000_000), (15, 4_000_000),
    (17, 1 << 40),
  ]

  static func bins(_ bits: Int, _ authority: TUFAuthority) -> TUFHashBins {
    TUFHashBins(authority: authority, bitLength: bits, namePrefix: "bin\(bits)")
  }

  /// For so long metadata of a role is valid, in days.
  ///
  /// - Parameter isLarge: whether the index has more than some 20,000 plugins; a freeze of it is worth
  ///   more then.
  static func days(_ role: TUFRoleName, isLarge: Bool) -> Int64 {
    switch role {
    case .root: 365
    case .targets: 182
    case trusted: 90
    case .timestamp: isLarge ? 1 : 7
    case .snapshot, withdrawn: 7
    default: publisher(of: role) == nil ? 30 : 365
    }
  }
}
