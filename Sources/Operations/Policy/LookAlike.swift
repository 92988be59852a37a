internal import PkgCore

/// Points out names that are made to be taken for others (typosquatting): a plugin for whose publisher
/// nobody vouches, whose name is one letter from one that is installed or vouched for.
struct LookAlike {
  private let session: Session
  private let source: RecordSource

  init(_ session: Session, _ source: RecordSource) {
    self.session = session
    self.source = source
  }

  /// Asks before a plugin that looks like another one is installed for the first time.
  ///
  /// - Throws: ``Diagnostic`` with `trust.confirmation` where nobody can be asked or the answer is no.
  func confirm(_ record: IndexRecord) async throws {
    guard !record.authority.isTrusted else { return }
    let installed = try InstanceLookup(session: session).all().flatMap {
      $0.current.plugins.map(\.name)
    }
    guard !installed.contains(record.name) else { return }
    let known = try await installed + source.vouchedForAtHand()
    guard let other = known.first(where: { Self.isLike(record.name, $0) }) else { return }
    let isMeant = try session.confirm(
      """
      \(record.name) is not \(other), whose name is but one letter away, and nobody vouches for its publisher.
      Do you mean \(record.name)?
      """, "to install the other one: `plugctl install \(other)`")
    guard isMeant else {
      throw Diagnostic(
        .trustConfirmation, "`\(record.name)` was not meant",
        hint: "to install the other one: `plugctl install \(other)`")
    }
  }

  /// One publisher's plugins may be called alike.
  private static func isLike(_ name: PluginName, _ other: PluginName) -> Bool {
    guard name.publisher.folded != other.publisher.folded else { return false }
    return isOneEditApart(name.folded, other.folded)
      || isOneEditApart(name.name.folded, other.name.folded)
  }
}
