internal import PkgCore

/// A plan as a whole.
extension Admission {
  /// Whatever is about to go live must be admitted, also where its tree is here already.
  ///
  /// - Returns: the plugins that are about to go live.
  func admit(_ plan: TransactionPlan, _ wanted: [InstanceChange.Wanted]) throws -> [InstalledPlugin]
  {
    let coming = plan.coming(of: wanted)
    for wanted in wanted where coming.contains(where: { $0.name == wanted.plugin.name }) {
      let claim = try wanted.archive.map {
        try Claim($0.build, of: $0.release, in: $0.record, index: $0.index.name)
      }
      try admit(claim ?? Claim(wanted.plugin))
    }
    return coming
  }

  /// Says what would stand against a plan that is only shown: nobody is asked, and what would be asked
  /// about is a warning.
  ///
  /// - Throws: what would refuse it.
  static func check(
    _ plan: TransactionPlan, _ wanted: [InstanceChange.Wanted], _ session: Session,
    _ network: Network
  ) async throws {
    let coming = plan.coming(of: wanted)
    do {
      try await Withdrawals(session: session, network: network).refuse(coming, wanted)
      _ = try Admission(session.asking(Session.nobody)).admit(plan, wanted)
    } catch let error as Diagnostic where error.code == .trustConfirmation {
      session.progress(.warning(error))
    }
  }
}

extension TransactionPlan {
  /// The plugins that are about to go live.
  fileprivate func coming(of wanted: [InstanceChange.Wanted]) -> [InstalledPlugin] {
    let names = Set(steps.filter(\.action.bringsBytes).map(\.name))
    return wanted.map(\.plugin).filter { names.contains($0.name) }
  }
}
