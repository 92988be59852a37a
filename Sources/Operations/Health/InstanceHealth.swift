internal import Files
internal import PkgCore
internal import PkgStore

/// Whether hosts can get at what is installed for them.
struct InstanceHealth {
  private let session: Session

  init(_ session: Session) { self.session = session }

  func findings() throws -> [HealthFinding] {
    var findings: [HealthFinding] = []
    for instance in try HostInstance.all(in: session.places) {
      do {
        guard let current = try instance.currentGeneration() else { continue }
        findings += clock(instance, current) + trust(instance)
        if !current.plugins.isEmpty { findings += try host(instance, current) }
      } catch {
        let cause = (error as? any Diagnosable)?.diagnostic
        findings.append(
          HealthFinding(
            "store", .error, instance.id, cause?.message ?? "\(error)", hint: cause?.hint))
      }
    }
    return try findings + garbage()
  }

  private func clock(_ instance: HostInstance, _ current: Generation) -> [HealthFinding] {
    // A minute of difference is usual between machines that share a store.
    guard session.now.adding(seconds: 60) < current.created else { return [] }
    return [
      HealthFinding(
        "clock", .error, instance.id,
        "its last change was made at \(current.created), which the clock says is to come",
        hint: "set the clock: terms of keys and indexes are judged by it")
    ]
  }

  private func trust(_ instance: HostInstance) -> [HealthFinding] {
    do { try instance.checkTrustIsThere() } catch let error as StoreError {
      let diagnostic = error.diagnostic
      return [
        HealthFinding(
          "trust", .error, instance.id, diagnostic.message, hint: diagnostic.hint)
      ]
    } catch {}
    return []
  }

  private func host(_ instance: HostInstance, _ current: Generation) throws -> [HealthFinding] {
    let profile = try ProfileCatalog(session).profile(instance.hostID)
    var findings = unreachable(instance, current, profile)
    let folder = "\(instance.current)/plugins"
    if let variable = profile.variable, let value = Machine.environment(variable.name),
      profile.layout.view == .include,
      !value.utf8.split(separator: variable.separator.utf8.first ?? UInt8(ascii: ":")).contains(
        where: { $0.elementsEqual(folder.utf8) })
    {
      findings.append(
        HealthFinding(
          "variable", .warning, variable.name, "it does not name `\(folder)`",
          hint: "`plugctl host path \(profile.id)` prints what it should be"))
    }
    if instance.isChosenByHand, let folder = current.viewFolder,
      let name = try HostFolders(session).lacking(folder, profile)
    {
      findings.append(
        HealthFinding(
          "variable", .warning, name,
          "it does not name `\(folder)`, where plugins of \(profile.id) are",
          hint: "set it where \(profile.id) is started"))
    }
    return findings
  }

  /// Processes of the host that run as another user must pass every folder on the way and read the files.
  private func unreachable(
    _ instance: HostInstance, _ current: Generation, _ profile: HostProfile
  ) -> [HealthFinding] {
    let path = "\(instance.folder)/current/manifest.json"
    let trees = current.plugins.map { "\(session.places.tree($0.tree))/\($0.library)" }
    var users = Set(
      HostBinary.path(of: profile).flatMap { FileSystem.realPath($0) }.map {
        ProcessTable.processes(of: $0).compactMap { FileSystem.target("/proc/\($0)")?.owner }
      } ?? [])
    // System scope is for everybody.
    if session.scope == .system { users.insert(Self.nobody) }
    for user in users.sorted() where user != 0 && user != Machine.userID {
      guard let wall = ([path] + trees).lazy.compactMap({ Self.wall(before: $0, for: user) }).first
      else { continue }
      let who = user == Self.nobody ? "other users" : "the user \(user), as whom it runs,"
      return [
        HealthFinding(
          "reachable", .error, profile.id, "\(who) can't get at `\(wall)`",
          hint: "run `chmod o+rX` on it, or install in system scope")
      ]
    }
    return []
  }

  private static let nobody: UInt32 = 65_534

  /// The first folder or file on the way that a user can't pass or read; nil where all can be. Groups are
  /// not looked at: what only they open may be open to that user too.
  private static func wall(before path: String, for user: UInt32) -> String? {
    guard let real = FileSystem.realPath(path) else { return path }
    var place = ""
    for part in real.parts(at: "/") {
      place += "/\(part)"
      guard let status = FileSystem.target(place) else { return place }
      let bits = status.owner == user ? status.mode >> 6 : status.mode | status.mode >> 3
      let needed: UInt32 = status.kind == .folder ? 0o1 : 0o4
      if bits & needed == 0 { return place }
    }
    return nil
  }

  private func garbage() throws -> [HealthFinding] {
    guard let report = try? Collecting(session).collect(Retention(), isDryRun: true),
      report.bytes > Self.muchGarbage
    else { return [] }
    return [
      HealthFinding(
        "garbage", .notice, session.places.data,
        "\(report.bytes >> 20) MiB are of nothing that is kept", hint: "run `plugctl gc`")
    ]
  }

  private static let muchGarbage: Int64 = 50 << 20
}
