internal import Files
internal import PkgCore
internal import PkgStore
internal import Signing

/// Host instances of a session's scope.
struct InstanceLookup {
  let session: Session

  /// The instance of a host; one of its own for each folder that was chosen by hand.
  func instance(of host: String) throws -> HostInstance {
    if let named = session.options.instance, HostProfile.id(ofInstance: named) == host {
      guard session.options.into != nil else { throw Self.unknown(named) }
      return HostInstance(id: named, places: session.places)
    }
    guard let into = session.options.into else {
      return HostInstance(id: host, places: session.places)
    }
    let folder = try FileSystem.absolute(into)
    let digest = base32(sha256(Array(folder.utf8)).bytes.prefix(5))
    return HostInstance(id: "\(host)@\(digest)", places: session.places)
  }

  /// The folder of the instance that was chosen by hand and has this id, as `list` prints it.
  ///
  /// - Throws: ``Diagnostic`` with `instance.unknown`, or that it is damaged.
  func chosenFolder(of id: String) throws -> String {
    let instance = try HostInstance.all(in: session.places).first {
      $0.isChosenByHand && sameBytes($0.id, id)
    }
    guard let folder = try instance?.currentGeneration()?.viewFolder else { throw Self.unknown(id) }
    return folder
  }

  private static func unknown(_ id: String) -> Diagnostic {
    Diagnostic(
      .instanceUnknown, "nothing is installed for `\(printable(id))` here",
      hint: "`plugctl list` shows each host with its folders")
  }

  /// All instances of the scope that can be read, whatever the session means.
  func everywhere() throws -> [(instance: HostInstance, current: Generation)] {
    try HostInstance.all(in: session.places).compactMap { instance in
      (try? instance.currentGeneration()).flatMap { $0 }.map { (instance, $0) }
    }
  }

  /// All instances that the session means, each with its live generation.
  func all() throws -> [(instance: HostInstance, current: Generation)] {
    let folder = try session.options.into.map { try FileSystem.absolute($0) }
    let found = try HostInstance.all(in: session.places).compactMap {
      instance -> (instance: HostInstance, current: Generation)? in
      if let host = session.options.host, instance.hostID != host { return nil }
      if let named = session.options.instance, instance.id != named { return nil }
      guard let current = try instance.currentGeneration() else { return nil }
      if try !instance.isOurs(current.number) { session.progress(.warning(Self.strange(instance))) }
      if let folder, instance.folder(seenBy: current) != folder { return nil }
      return (instance, current)
    }
    // A host that nobody knows is a slip of the hand, not an empty answer.
    if found.isEmpty, let named = session.options.instance { throw Self.unknown(named) }
    if found.isEmpty, let host = session.options.host {
      _ = try ProfileCatalog(session).found(host)
    }
    return found
  }
}

extension InstanceLookup {
  /// What is said of a store that somebody else filled.
  fileprivate static func strange(_ instance: HostInstance) -> Diagnostic {
    Diagnostic(
      .storeUnverified, "the plugins of `\(instance.id)` in this project were not installed by you",
      notes: ["`\(instance.folder)` came from elsewhere, so they count as not installed"],
      hint: "`plugctl sync` verifies and installs what the project's files say")
  }
}

extension HostInstance {
  /// The profile's id.
  var hostID: String { HostProfile.id(ofInstance: id) }

  /// Whether its folder was chosen by `--into`, not by the profile.
  var isChosenByHand: Bool { id.holds("@") }

  /// The folder in which the host finds the plugins of a live generation.
  func folder(seenBy generation: Generation) -> String {
    if let folder = generation.viewFolder { return folder }
    return generation.isVersioned
      ? "\(folder(of: generation.number))/plugins" : "\(current)/plugins"
  }
}
