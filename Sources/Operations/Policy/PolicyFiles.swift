internal import Files
internal import PkgCore
internal import PkgStore

/// The policy of a session: `policy.yaml` of its configuration folders, and what its project refuses.
enum PolicyFiles {
  /// What counts.
  ///
  /// - Throws: ``Diagnostic`` with `config.invalid`: a policy that can't be read protects nobody.
  static func effective(_ session: Session) throws -> EffectivePolicy {
    let project = try Project.open(session)?.file.policy
    return EffectivePolicy(
      usual: Machine.isRoot ? .trustedOnly : .ask, files: try files(session.places),
      project: project.map { ($0, ProjectFile.fileName) })
  }

  /// What the files of the configuration folders say, nearest first.
  static func files(_ places: StorePlaces) throws -> [(policy: Policy, origin: String)] {
    try places.configuration.compactMap { folder in
      let path = "\(folder)/\(Policy.fileName)"
      return try FileSystem.readIfPresent(path, limit: 1 << 20).map { (try read($0, path), path) }
    }
  }

  static func read(_ bytes: [UInt8], _ path: String) throws -> Policy {
    let node = try AuthoredFile.node(bytes, file: path, .configInvalid, "policy")
    let findings = Findings()
    guard let policy = Policy.read(node, findings: findings) else {
      throw findings.diagnostic(.configInvalid, file: path, what: "policy")
    }
    return policy
  }
}
