internal import PkgCore

/// What plugins of an index need that nothing in it answers. It may be meant: another index can have it.
struct UnansweredNeeds {
  private var versions: [String: [(name: PluginName, version: Version)]] = [:]
  private let records: [IndexRecord]

  init(_ records: [IndexRecord]) {
    self.records = records
    for record in records {
      for release in record.releases where !release.isWithdrawn {
        versions[record.name.folded, default: []].append((record.name, release.version))
        for provided in release.constraints.provides {
          let word = PluginName(publisher: record.name.publisher, name: provided.name)
          versions[word.folded, default: []].append((word, provided.version))
        }
      }
    }
  }

  /// A sentence for each need, by name and version.
  var sentences: [String] {
    records.sorted { $0.name < $1.name }.flatMap { record in
      record.releases.filter { $0.state == .available }.flatMap { release in
        let needs =
          release.constraints.dependencies.filter { !$0.isOptional }.map { [$0] }
          + release.constraints.anyOf
        return needs.filter { !$0.contains(where: isAnswered) }.map { need in
          let wanted = need.map { $0.range == .any ? "`\($0.name)`" : "`\($0.name)` \($0.range)" }
          return "`\(record.name)` \(release.version) needs \(wanted.joined(separator: " or ")), "
            + "which nothing in this index answers"
        }
      }
    }
  }

  private func isAnswered(_ dependency: Dependency) -> Bool {
    versions[dependency.name.folded, default: []].contains {
      dependency.range.contains($0.version)
    }
  }
}
