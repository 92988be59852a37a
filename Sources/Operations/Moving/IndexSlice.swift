internal import Files
internal import PkgCore
internal import Signing

/// What of an index is copied: its metadata as it was received, and which targets go with it. A client of
/// the copy finds there all that it asks for the plugins in question, under the same names.
struct IndexSlice: Sendable {
  /// A metadata file, by its name below `metadata/`.
  struct File: Sendable {
    let name: String
    let bytes: [UInt8]
  }

  /// Every root from the first on, the last one in force.
  let roots: [File]
  /// Targets of all kinds of roles, and the snapshot. Their names bear their versions.
  let roles: [File]
  /// What makes a copy valid; written last.
  let timestamp: [UInt8]
  /// Records and lists.
  let targets: [TUFTarget]

  /// The digest by which clients know the index.
  var fingerprint: SHA256Digest { sha256(roots.first?.bytes ?? []) }
}

extension IndexClient {
  /// All that the index has.
  func wholeSlice() async throws -> IndexSlice {
    guard let snapshot = trusted.snapshot else { throw TUFError.missing(.snapshot) }
    var roles: [TUFTargets] = [try requiredTargets()]
    // By one way each: it is the same file by whichever way.
    var seen: Set<TUFRoleName> = [.targets]
    var pending = Self.delegated(by: roles[0], at: [.targets], snapshot)
    var missing = MissingFromCache()
    while let (way, delegator) = pending.popLast() {
      guard let role = way.last, !seen.contains(role) else { continue }
      let found = try await missing.gather { try await metadata.served(way, below: delegator) }
      guard let targets = found ?? nil else { continue }
      seen.insert(role)
      roles.append(targets)
      pending += Self.delegated(by: targets, at: way, snapshot)
    }
    let roots = try await missing.gather { try await self.roots() } ?? []
    try missing.check()
    return try slice(roots, roles, roles.flatMap(\.targets))
  }

  /// What a client asks for when it looks for these plugins.
  ///
  /// - Parameters:
  ///   - names: of plugins that the index has.
  ///   - largestCatalog: a longer one is left out.
  func slice(of names: [PluginName], largestCatalog: Int64) async throws -> IndexSlice {
    var targets: [TUFTarget] = []
    var missing = MissingFromCache()
    let lists = [
      IndexLayout.namesPath, IndexLayout.catalogPath, IndexLayout.advisoriesPath,
    ]
    for path in names.map({ IndexRecord.path(of: $0) }) + lists {
      let found = try await missing.gather {
        try await self.naming { try await self.metadata.find(path) }
      }
      guard let target = (found ?? nil)?.target else { continue }
      if path == IndexLayout.catalogPath, target.length > largestCatalog { continue }
      targets.append(target)
    }
    // The emergency list is copied also when its week is over: a client must see that it is.
    let withdrawn = try await missing.gather {
      try await self.metadata.served(
        [.targets, IndexLayout.withdrawn], below: self.requiredTargets())
    }
    targets += (withdrawn ?? nil)?.targets ?? []
    let roots = try await missing.gather { try await self.roots() } ?? []
    try missing.check()
    let roles = await [try requiredTargets()] + metadata.loadedRoles()
    return try slice(roots, roles + [withdrawn ?? nil].compactMap { $0 }, targets)
  }

  private static func delegated(
    by targets: TUFTargets, at way: [TUFRoleName], _ snapshot: TUFSnapshot
  ) -> [(way: [TUFRoleName], delegator: TUFTargets)] {
    (targets.delegations?.roleNames(in: snapshot) ?? []).map { (way + [$0], targets) }
  }

  private func requiredTargets() throws -> TUFTargets {
    guard let targets = trusted.targets else { throw TUFError.missing(.targets) }
    return targets
  }

  private func slice(
    _ roots: [IndexSlice.File], _ roles: [TUFTargets], _ targets: [TUFTarget]
  ) throws -> IndexSlice {
    guard let timestamp = trusted.timestamp, let snapshot = trusted.snapshot else {
      throw TUFError.missing(.snapshot)
    }
    let isConsistent = trusted.root.isConsistentSnapshot
    guard isConsistent else {
      throw Diagnostic(
        .indexInvalid,
        "the index `\(index.name)` replaces its files, so that no copy of it is ever whole",
        hint: "ask who runs it for consistent snapshots")
    }
    var files: [String: [UInt8]] = [:]
    for targets in roles {
      let role = targets.header.role
      files[role.path(version: targets.header.version, isConsistent: isConsistent)] =
        targets.document.bytes
    }
    files["\(snapshot.header.version).snapshot.json"] = snapshot.document.bytes
    let paths = Dictionary(targets.map { ($0.path, $0) }, uniquingKeysWith: { first, _ in first })
    return IndexSlice(
      roots: roots,
      roles: files.map { IndexSlice.File(name: $0.key, bytes: $0.value) }.sorted {
        bytesPrecede($0.name, $1.name)
      }, timestamp: timestamp.document.bytes,
      targets: paths.values.sorted { bytesPrecede($0.path, $1.path) })
  }

  /// Every root since the first one. Each signs for the next, up to the one that is trusted here.
  private func roots() async throws -> [IndexSlice.File] {
    let newest = trusted.root
    var files: [IndexSlice.File] = []
    var chain: TrustedRootChain?
    for version in 1..<max(1, newest.header.version) {
      let name = TUFRoleName.root.path(version: version, isConsistent: true)
      let bytes = try await root(name, after: &chain)
      files.append(IndexSlice.File(name: name, bytes: bytes))
    }
    let name = TUFRoleName.root.path(version: newest.header.version, isConsistent: true)
    try chain?.updateRoot(newest.document.bytes)
    return files + [IndexSlice.File(name: name, bytes: newest.document.bytes)]
  }

  private func root(_ name: String, after chain: inout TrustedRootChain?) async throws -> [UInt8] {
    let cached = cachePath("metadata/\(name)")
    if let bytes = try? FileSystem.readIfPresent(cached, limit: Int(TUFLimits.root)),
      let next = try? Self.link(bytes, after: chain)
    {
      chain = next
      return bytes
    }
    guard origin.isReachable else { throw origin.notFetched(name) }
    let before = chain
    let (bytes, next) = try await origin.metadata(name, limit: TUFLimits.root) { bytes in
      (bytes, try Self.link(bytes, after: before))
    }
    chain = next
    try? FileSystem.makeFolders(FileSystem.folder(of: cached))
    try? FileSystem.replace(cached, with: bytes, isDurable: false)
    return bytes
  }

  private static func link(
    _ bytes: [UInt8], after chain: TrustedRootChain?
  ) throws -> TrustedRootChain {
    guard var chain else { return try TrustedRootChain(trusting: bytes) }
    try chain.updateRoot(bytes)
    return chain
  }
}
