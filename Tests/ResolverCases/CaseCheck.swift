package import PkgCore

/// The rules of the neutral form, applied to an answer from outside the solver: it shares no code
/// with the engine.
package struct CaseCheck {
  private let universe: CaseUniverse
  private let chosen: [PluginName: Candidate]

  /// A check of an answer.
  package init(_ resolution: Resolution, _ universe: CaseUniverse) {
    self.universe = universe
    var chosen: [PluginName: Candidate] = [:]
    for choice in resolution.choices {
      chosen[choice.name] = universe.candidates[choice.name]?.first {
        $0.version == choice.version
      }
    }
    self.chosen = chosen
  }

  /// What is wrong with the answer; nil where nothing is.
  package func fault(_ request: SolveRequest) -> String? {
    for root in request.roots where !answers(root.name, root.range) {
      return "\(universe.text(of: root.name)) is not there as asked"
    }
    for (name, candidate) in chosen {
      let subject = "\(universe.text(of: name)) \(candidate.version)"
      if candidate.exclusion != nil { return "\(subject) is excluded" }
      for need in candidate.constraints.dependencies where !answers(need.name, need.range) {
        return "\(subject) lacks \(universe.text(of: need.name))"
      }
      for group in candidate.constraints.anyOf
      where !group.contains(where: { answers($0.name, $0.range) }) {
        return "\(subject) lacks an alternative"
      }
      for conflict in candidate.constraints.conflicts
      where conflict.name != name && isThere(conflict.name, conflict.range) {
        return "\(subject) conflicts with \(universe.text(of: conflict.name))"
      }
    }
    return nil
  }

  /// The version that was chosen of a plugin.
  package func version(_ name: PluginName) -> Version? { chosen[name]?.version }

  private func isThere(_ name: PluginName, _ range: VersionRange) -> Bool {
    chosen[name].map { range.contains($0.version) } ?? false
  }

  private func answers(_ name: PluginName, _ range: VersionRange) -> Bool {
    isThere(name, range)
      || range.description == "*"
        && chosen.values.contains { candidate in
          candidate.constraints.provides.contains { $0.name == name.name }
        }
  }
}

extension ResolverFile.Case {
  /// What is wrong with an answer to this case; nil where it is valid and as good as can be.
  package func fault(_ resolution: Resolution, _ request: SolveRequest, _ universe: CaseUniverse)
    -> String?
  {
    if isSolvable == false { return "has no answer" }
    let check = CaseCheck(resolution, universe)
    if let fault = check.fault(request) { return fault }
    let preferred = pairs(json["prefer"]).map(\.name)
    // What is locked stays, though a newer version could be had.
    for (name, version) in bestDirect where !preferred.contains(name) {
      let found = (try? universe.id(of: name)).flatMap { check.version($0) }
      if found?.description != version {
        return "\(name) is \(found?.description ?? "absent"), \(version) can be had"
      }
    }
    return nil
  }
}
