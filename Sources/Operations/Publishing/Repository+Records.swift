internal import Files
internal import PkgCore
internal import Signing

/// Records of an index, and what follows from them: publishers' roles, names, the catalog, bins.
extension Repository {
  /// The record of a plugin; nil where the index has none.
  func record(_ name: PluginName, _ edit: inout RepositoryEdit) throws -> IndexRecord? {
    guard let target = try edit.target(IndexRecord.path(of: name)) else { return nil }
    return try record(target)
  }

  func record(_ target: TUFTarget) throws -> IndexRecord {
    try IndexRecord(json: JSONParser.parse(bytes(of: target)))
  }

  /// What search shows of every plugin.
  func catalog(_ edit: inout RepositoryEdit) throws -> [CatalogDocument.Entry] {
    guard let target = try edit.target(IndexLayout.catalogPath) else { return [] }
    return try CatalogDocument.entries(JSONParser.parse(bytes(of: target)))
  }

  func names(_ edit: inout RepositoryEdit) throws -> NamesDocument {
    guard let target = try edit.target(IndexLayout.namesPath) else { return NamesDocument([:]) }
    return try NamesDocument(json: JSONParser.parse(bytes(of: target)))
  }

  /// Puts changed records into the roles of their publishers. A new publisher gets a role where the
  /// admin's key is at hand, who so vouches for it; else its plugins go to the community's.
  func put(_ records: [IndexRecord], into edit: inout RepositoryEdit) throws {
    for publisher in Set(records.map(\.name.publisher)).sorted() {
      try vouch(for: publisher, in: &edit)
    }
    for record in records.sorted(by: { $0.name < $1.name }) {
      try edit.write(IndexRecord.path(of: record.name), record.json.compactBytes)
      try checkKeys(of: edit.way(of: IndexRecord.path(of: record.name)), &edit)
    }
    try putCatalog(records, into: &edit)
    try edit.growBins()
  }

  /// Shows changed records in names and catalog.
  func putCatalog(_ records: [IndexRecord], into edit: inout RepositoryEdit) throws {
    try putNames(records.map(\.name), into: &edit)
    var entries = try catalog(&edit).filter { entry in
      !records.contains { $0.name == entry.name }
    }
    entries += records.compactMap { CatalogDocument.Entry($0) }
    try edit.write(catalog: entries)
  }

  func vouch(for publisher: NamePart, in edit: inout RepositoryEdit) throws {
    guard try edit.authority(IndexLayout.way(to: publisher)) == nil,
      let admin = try edit.authority([.targets, IndexLayout.trusted]),
      try !keys.signers(for: admin).isEmpty, try !edit.hasCommunityPlugins(of: publisher, self)
    else { return }
    try edit.setAuthority(
      of: publisher, TUFAuthority(keys: admin.keys.map(\.key), threshold: 1))
  }

  /// Names are the admin's to give; without that key a new one is found by its full name only.
  func putNames(_ plugins: [PluginName], into edit: inout RepositoryEdit) throws {
    guard let admin = try edit.authority([.targets, IndexLayout.trusted]),
      try !keys.signers(for: admin).isEmpty
    else { return }
    var names = try names(&edit)
    var isChanged = false
    for plugin in plugins
    where try edit.authority(IndexLayout.way(to: plugin.publisher)) != nil {
      if names.add(plugin) { isChanged = true }
    }
    if isChanged { try edit.write(IndexLayout.namesPath, names.json.compactBytes) }
  }

  /// Whoever publishes must be able to sign: a change that nobody here signed is a mistake, not one that
  /// waits for others.
  private func checkKeys(of way: [TUFRoleName], _ edit: inout RepositoryEdit) throws {
    guard let role = way.last, let authority = try edit.authority(way),
      try keys.signers(for: authority).isEmpty
    else { return }
    guard let publisher = IndexLayout.publisher(of: role) else {
      throw Diagnostic(
        .keyNotFound, "no key in `\(keysFolder)` signs the \(role) metadata",
        hint: "say where the keys are with `--keys`")
    }
    throw Diagnostic(
      .keyNotFound, "`\(publisher)` signs its plugins itself, and no key of its is at hand",
      hint:
        "name it with `--key NAME`, or take in what `publish -o` makes with `plugctl index accept`")
  }
}

extension RepositoryEdit {
  /// Puts the catalog in the place of the former one. Its role says how many plugins it has, so that
  /// nobody needs to fetch it for that.
  mutating func write(catalog entries: [CatalogDocument.Entry]) throws {
    try write(
      IndexLayout.catalogPath, CatalogDocument.json(entries).compactBytes,
      custom: [IndexLayout.pluginCountName: .integer(Int64(entries.count))])
  }

  /// Gives a publisher a role, or its role to others.
  mutating func setAuthority(of publisher: NamePart, _ authority: TUFAuthority) throws {
    let way = [TUFRoleName.targets, IndexLayout.trusted]
    guard case .roles(var roles) = try delegations(way) ?? .roles([]) else { return }
    let delegation = IndexLayout.delegation(to: publisher, authority)
    if let twin = roles.first(where: {
      IndexLayout.publisher(of: $0.name)?.folded == publisher.folded && $0.name != delegation.name
    }) {
      throw Diagnostic(
        .nameInvalid,
        "`\(publisher)` is the same name as `\(twin.name.text.dropFirst(4))`, which publishes here already",
        hint: "`-` and `_` are one; choose another name")
    }
    if let place = roles.firstIndex(where: { $0.name == delegation.name }) {
      roles[place] = delegation
    } else {
      roles.append(delegation)
    }
    delegate(.roles(roles), from: way)
    renew(IndexLayout.way(to: publisher))
  }

  /// Whether plugins of a publisher lie with the community's: its role is then made on purpose only.
  mutating func hasCommunityPlugins(of publisher: NamePart, _ repository: Repository) throws -> Bool
  {
    try repository.catalog(&self).contains { $0.name.publisher == publisher }
  }

  /// Every way to a role that holds plugins of the community.
  mutating func communityWays() throws -> [[TUFRoleName]] {
    let community = [TUFRoleName.targets, IndexLayout.community]
    guard case .bins(let bins) = try delegations(community) else { return [community] }
    return (0..<bins.count).map { community + [bins.role($0)] }
  }

  /// Every way to a role that holds plugins.
  mutating func recordWays() throws -> [[TUFRoleName]] {
    let trusted = [TUFRoleName.targets, IndexLayout.trusted]
    guard case .roles(let roles) = try delegations(trusted) else { return try communityWays() }
    return try roles.map { trusted + [$0.name] } + communityWays()
  }

  /// Lays the community's plugins out anew where their bins have become too full (`IndexLayout` has the
  /// bits by the number of plugins). What a full bin suggests is counted before.
  mutating func growBins() throws {
    let community = [TUFRoleName.targets, IndexLayout.community]
    let bits = try binBits()
    let most = IndexLayout.mostPlugins(bits: bits)
    let crowded = bits == 0 ? most : max(8, (most / 5 * 8) >> bits)
    let isCrowded = try roles.keys.contains { way in
      try way.starts(with: community) && targets(way).count > crowded
    }
    guard isCrowded else { return }
    let count = try communityWays().reduce(0) { try $0 + targets($1).count }
    let better = IndexLayout.binBits(for: count)
    if better > bits { try layOutBins(better) }
  }

  /// Spreads the community's plugins over bins of so many bits. Bins of another number stay in the
  /// snapshot, which may drop nothing; nobody delegates to them any more.
  mutating func layOutBins(_ bits: Int) throws {
    let community = [TUFRoleName.targets, IndexLayout.community]
    guard let authority = try authority(community) else { throw TUFError.missing(community[1]) }
    let all = try communityWays().flatMap { try targets($0) }
    let bins = IndexLayout.bins(bits, authority)
    for way in roles.keys where way.starts(with: community) && way != community { drop(way) }
    for target in try targets(community) { remove(target.path, from: community) }
    delegate(.bins(bins), from: community)
    for number in 0..<bins.count { renew(community + [bins.role(number)]) }
    for target in all { try set(target, in: community + [bins.role(of: target.path)]) }
  }

  /// How many bits number the community's bins; 0 where there are none.
  mutating func binBits() throws -> Int {
    if case .bins(let bins) = try delegations([.targets, IndexLayout.community]) {
      return bins.bitLength
    }
    return 0
  }
}
