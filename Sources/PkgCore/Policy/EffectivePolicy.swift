/// What counts where several files speak: each value with the file that says it.
///
/// Of `publishers` the nearest file's word counts, and a project's only where it is stricter. Everything
/// else adds up: a key must be in every list that names its publisher, a key that one file revokes is
/// revoked, every scanner runs.
public struct EffectivePolicy: Sendable {
  /// A value with where it comes from.
  public struct Sourced<Value: Sendable>: Sendable {
    /// What was said.
    public let value: Value
    /// The file that says it; `built in` for what holds without one.
    public let origin: String
  }

  /// Which publishers may be new.
  public let publishers: Sourced<Policy.Publishers>
  /// What may be unsigned.
  public let unsigned: [Sourced<Policy.UnsignedException>]
  /// Lists of publishers' keys; all that name a publisher must be met.
  public let keys: [Sourced<Policy.PublisherKeys>]
  /// Keys that sign nothing any more.
  public let revokedKeys: [Sourced<KeyName>]
  /// In the order in which they run.
  public let scanners: [Sourced<Policy.Scanner>]

  /// The sum of some files.
  ///
  /// - Parameters:
  ///   - usual: which publishers may be new where no file says it.
  ///   - files: nearest first.
  ///   - project: what a project's file says.
  public init(
    usual: Policy.Publishers, files: [(policy: Policy, origin: String)],
    project: (policy: Policy, origin: String)? = nil
  ) {
    let said = files.first { $0.policy.publishers != nil }
    let own = Sourced(
      value: said?.policy.publishers ?? usual, origin: said?.origin ?? "built in")
    if let project, let stricter = project.policy.publishers, stricter < own.value {
      publishers = Sourced(value: stricter, origin: project.origin)
    } else {
      publishers = own
    }
    func all<Value: Sendable>(
      _ files: [(policy: Policy, origin: String)], _ values: (Policy) -> [Value]
    ) -> [Sourced<Value>] {
      files.flatMap { file in
        values(file.policy).map { Sourced(value: $0, origin: file.origin) }
      }
    }
    let everyone = files + (project.map { [$0] } ?? [])
    unsigned = all(files, \.unsigned)
    scanners = all(files, \.scanners)
    keys = all(everyone, \.keys)
    revokedKeys = all(everyone, \.revokedKeys)
  }

  /// Whether no file says anything.
  public var isUsual: Bool {
    publishers.origin == "built in" && unsigned.isEmpty && keys.isEmpty && revokedKeys.isEmpty
      && scanners.isEmpty
  }

  /// The lists of a publisher's keys that a key is not in; `-` and `_` are one.
  public func listsWithout(
    _ publisher: NamePart, id: UInt64, fingerprint: SHA256Digest?
  ) -> [Sourced<Policy.PublisherKeys>] {
    keys.filter { list in
      list.value.publisher.folded == publisher.folded
        && !list.value.keys.contains { $0.names(id: id, fingerprint: fingerprint) }
    }
  }

  /// The exception by which an unsigned archive may be installed; nil for none that holds.
  public func exception(
    for name: PluginName, _ version: Version, _ archive: SHA256Digest, at time: Timestamp
  ) -> Sourced<Policy.UnsignedException>? {
    unsigned.first { $0.value.holds(at: time) && $0.value.covers(name, version, archive) }
  }
}
