internal import Files
public import PkgCore
internal import Signing

/// What of the installed plugins is known to be bad by now.
public struct Audit: Sendable {
  private let session: Session

  /// An audit of a session's scope.
  public init(_ session: Session) { self.session = session }

  /// All that was found, the heaviest first.
  ///
  /// - Throws: ``Diagnostic`` where an index can't be asked: then nobody knows.
  public func findings() async throws -> [HealthFinding] {
    let installed = try InstalledQueries(session).list().map(\.plugin)
    guard !installed.isEmpty else { return [] }
    let admission = try Admission(session.asking(Session.nobody))
    var findings: [HealthFinding] = []
    let network = Network(session)
    var known: [AuditedIndex] = []
    for index in try IndexRegistry(session).all() {
      do {
        let client = try await IndexClient.open(index, session, network, refresh: .whenOld)
        known.append(AuditedIndex(client: client, advisories: try await Self.read(client)))
      } catch let error as any Diagnosable where error.diagnostic.code == .trustExpired {
        findings.append(
          HealthFinding(
            "expired", .error, index.name, error.diagnostic.message,
            hint: "nothing newer is known of its plugins; tell who runs it"))
      }
    }
    var seen: Set<String> = []
    for plugin in installed {
      // The same plugin of several hosts is said once.
      guard seen.insert("\(plugin.name) \(plugin.version) \(plugin.origin)").inserted else {
        continue
      }
      findings += try await audit(plugin, known, admission)
    }
    return findings.enumerated().sorted {
      ($1.element.severity, $0.offset) < ($0.element.severity, $1.offset)
    }.map(\.element)
  }

  /// What its target says; nothing where it has none.
  static func read(_ client: IndexClient) async throws -> [Advisory] {
    guard let bytes = try await client.target(IndexLayout.advisoriesPath) else { return [] }
    let json: JSON
    do { json = try JSONParser.parse(bytes) } catch {
      throw Diagnostic(
        .indexInvalid, "the advisories of the index `\(client.index.name)` are not JSON",
        notes: [error.diagnostic.message])
    }
    return try Advisory.list(json)
  }

  private func audit(
    _ plugin: InstalledPlugin, _ known: [AuditedIndex], _ admission: Admission
  ) async throws -> [HealthFinding] {
    let what = "\(plugin.name) \(plugin.version)"
    var findings: [HealthFinding] = []
    var claim = Claim(plugin)
    if case .index(let name) = plugin.origin {
      if let index = known.first(where: { $0.client.index.name == name }) {
        let record = try await index.client.record(plugin.name)
        findings += Self.state(plugin, record)
        if let record, let release = record.release(plugin.version),
          let build = release.builds.first(where: { $0.archive == plugin.archive })
        {
          claim = try Claim(build, of: release, in: record, index: name)
        }
      } else if try !IndexRegistry(session).all().contains(where: { $0.name == name }) {
        findings.append(
          HealthFinding(
            "unknown", .warning, what, "its index `\(name)` is none of yours any more",
            hint: "add it again, or remove the plugin"))
      }
    }
    do { try admission.admit(claim) } catch let error as Diagnostic {
      findings.append(
        HealthFinding(
          Self.kind(error.code), error.code == .trustConfirmation ? .warning : .error, what,
          error.message, hint: error.hint, reference: claim.signer?.id))
    }
    // A plugin of one index is none of another's business; a file may be anybody's.
    let advisories = known.filter { index in
      if case .index(let name) = plugin.origin { index.client.index.name == name } else { true }
    }.flatMap(\.advisories)
    return findings + Self.matches(plugin, advisories)
  }

  /// What its index says of it now.
  static func state(_ plugin: InstalledPlugin, _ record: IndexRecord?) -> [HealthFinding] {
    let what = "\(plugin.name) \(plugin.version)"
    guard let release = record?.release(plugin.version) else {
      return [
        HealthFinding(
          "unknown", .error, what, "its index does not list it any more",
          hint: "versions never vanish; ask who runs the index")
      ]
    }
    var findings: [HealthFinding] = []
    if !release.builds.contains(where: { $0.archive == plugin.archive }) {
      findings.append(
        HealthFinding(
          "changed", .error, what, "its index lists other bytes for this version",
          hint: "versions never change; ask who runs the index"))
    }
    let reason = release.state.reason.map { ": \(printable($0))" } ?? ""
    switch release.state {
    case .available: break
    case .yanked:
      findings.append(
        HealthFinding(
          "yanked", .warning, what, "it was yanked\(reason)",
          hint: "`plugctl upgrade \(plugin.name)` looks for another version"))
    case .withdrawn:
      findings.append(
        HealthFinding(
          "withdrawn", .error, what, "it was withdrawn as harmful\(reason)",
          hint: "upgrade or remove it: `plugctl remove \(plugin.name)`"))
    }
    return findings
  }

  /// Advisories that name it.
  static func matches(_ plugin: InstalledPlugin, _ advisories: [Advisory]) -> [HealthFinding] {
    advisories.filter { $0.concerns(plugin.name, plugin.version) }.map { advisory in
      let severity = advisory.severity.map { " (\($0))" } ?? ""
      let fix = advisory.fix(of: plugin.name, above: plugin.version)
      return HealthFinding(
        "advisory", .error, "\(plugin.name) \(plugin.version)",
        printable("\(advisory.id)\(severity): \(advisory.summary)"),
        hint: fix.map { "mended in \($0): `plugctl install \(plugin.name)@\($0)`" }
          ?? "no mended version is known; remove it, or do what the advisory says",
        reference: advisory.id)
    }
  }

  private static func kind(_ code: DiagnosticCode) -> String {
    switch code {
    case .keyRevoked: "revoked"
    case .policyUnsigned: "unsigned"
    case .policyKey: "key"
    default: "untrusted"
    }
  }
}

private struct AuditedIndex {
  let client: IndexClient
  let advisories: [Advisory]
}
