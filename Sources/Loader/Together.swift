public import PkgCore

/// Loads plugins into one process, as a host that uses all of them does, in several orders: as given, the other way
/// round, and shuffled by the seed. Blocks.
///
/// - Returns: plg-d001 to d005 for the first order that failed, plg-s021 for names that two of them export, and plg-s025
///   for what they need of the room for static TLS together.
/// - Throws: ``Diagnostic`` where a file can't be read; `CancellationError`.
public func loadTogether(
  _ files: [String], host: String, against target: LoadTarget, _ options: LoadOptions,
  worker: Worker
) throws -> LoadReport {
  let paths = try files.map { file throws(Diagnostic) in try absolutePath(file) }
  var report = LoadReport(
    name: host, file: paths.first ?? "", level: options.level, results: [],
    plugins: files.map { baseName($0) })
  let facts = try paths.map { ($0, try elfFacts(ofFile: $0)) }
  report.results = [clashes(facts), staticTLS(facts)]
  defer { report.results = chosen(report.results, options) }
  guard target.symbolProviders.isEmpty else {
    report.results.append(
      CheckResult(.openNow, .skip, "their symbols come from the host, whose own probe decides"))
    return report
  }
  for order in orders(paths, seed: options.seed) {
    guard let last = order.last else { break }
    var subject = LoadSubject(name: host, file: last)
    subject.neighbours = Array(order.dropLast())
    var two = options
    two.level = 2
    two.countsNeighbours = true
    var one = try loadTest(subject, against: target, two, worker: worker)
    one.results.removeAll { $0.check.rawValue.begins(with: "plg-s") }
    guard one.refusals.isEmpty else {
      let names = order.map { baseName($0) }.joined(separator: ", ")
      for place in one.results.indices where one.results[place].status.isRefusal {
        one.results[place].notes.insert("in the order \(names)", at: 0)
      }
      report.reproduce = one.reproduce
      report.results += one.results
      return report
    }
    if report.result(.openNow) == nil { report.results += one.results }
  }
  return report
}

private func baseName(_ path: String) -> String {
  path.parts(at: "/").last.map(String.init) ?? path
}

private func orders(_ paths: [String], seed: UInt64) -> [[String]] {
  var random = SplitMix64(seed)
  let shuffled = (0..<3).map { _ in paths.shuffled(using: &random) }
  var different: [[String]] = []
  for order in [paths, paths.reversed()] + shuffled where !different.contains(order) {
    different.append(order)
  }
  return different
}

/// Names that hosts look up in each plugin are meant to be the same.
private func clashes(_ all: [(path: String, facts: ElfFacts)]) -> CheckResult {
  var owners: [String: [String]] = [:]
  for (path, facts) in all {
    for export in facts.exports where export.binding == .global {
      owners[export.name, default: []].append(baseName(path))
    }
  }
  let common = owners.filter { $0.value.count > 1 && $0.value.count < all.count }
  let clashing = common.keys.sorted { bytesPrecede($0, $1) }
  guard let first = clashing.first, let names = common[first] else {
    return CheckResult(.exportPollution, .pass)
  }
  return CheckResult(
    .exportPollution, .warn,
    "\(names.joined(separator: " and ")) both export `\(first)`: a host that shares symbols gets one of them",
    notes: clashing.dropFirst().prefix(10).map {
      "`\($0)` in \((common[$0] ?? []).joined(separator: ", "))"
    },
    hint: "export the entry only: -fvisibility=hidden, or a version script")
}

/// glibc keeps so many bytes for libraries that are opened late (glibc.rtld.optional_static_tls).
private let spareStaticTLS = 512

private func staticTLS(_ all: [(path: String, facts: ElfFacts)]) -> CheckResult {
  let users = all.filter { $0.facts.flags.contains(.staticTLS) }
  let bytes = users.map(\.facts.tlsSize).reduce(0, +)
  guard bytes > spareStaticTLS else { return CheckResult(.staticTls, .pass) }
  return CheckResult(
    .staticTls, .warn,
    "together they need \(bytes) bytes of static TLS, \(spareStaticTLS) are sure to be there",
    notes: users.map { "\(baseName($0.path)): \($0.facts.tlsSize)" },
    hint:
      "compile them with -ftls-model=global-dynamic, or start the host with a larger glibc.rtld.optional_static_tls"
  )
}
