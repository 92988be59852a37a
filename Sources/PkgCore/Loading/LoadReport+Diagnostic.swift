extension LoadReport {
  /// The refusal as an error; nil where the plugin passed.
  ///
  /// The code is that of the first refusal of the gravest kind: what can't fit this system, then
  /// what can't load, then a crash, a timeout, and last what could not be tested.
  public var diagnostic: Diagnostic? {
    let refusals = self.refusals.sorted { $0.rank < $1.rank }
    guard let first = refusals.first else { return nil }
    // The static and the dynamic finding may be one sentence.
    var notes: [String] = []
    for line in refusals.flatMap(\.lines) where !notes.contains(line) { notes.append(line) }
    if let reproduce { notes.append("repeat it with: \(reproduce)") }
    return Diagnostic(
      first.code, sentence(first), notes: notes,
      hint: refusals.lazy.compactMap(\.hint).first
        ?? "`plugctl explain \(first.check.rawValue)` says what is wanted",
      details: JSONObject([
        .init("file", .string(file)), .init("check", .string(first.check.rawValue)),
        .init("results", .array(refusals.map(\.json))),
      ]))
  }

  private func sentence(_ refusal: CheckResult) -> String {
    guard !plugins.isEmpty else { return "`\(name)` \(refusal.verb)" }
    let list = plugins.map { "`\($0)`" }.joined(separator: ", ")
    return "`\(name)` \(refusal.hostVerb) \(list)"
  }
}

extension CheckResult {
  /// The code of an error that this result, a refusal, leads to.
  public var code: DiagnosticCode {
    switch (status, check) {
    case (.crash, _): .loadCrashed
    case (.timeout, _): .loadTimeout
    case (.harnessError, _): .loadHarness
    case (_, .elfArch): .incompatiblePlatform
    case (_, .glibcTooNew): .incompatibleGlibc
    case (_, .libstdcxxTooNew): .incompatibleLibstdcxx
    case (_, .abiVersion), (_, .goPkghash): .incompatibleAbi
    default: .loadFailed
    }
  }

  /// What the host's own command did with plugins.
  fileprivate var hostVerb: String {
    switch code {
    case .loadCrashed: "crashed while it loaded"
    case .loadTimeout: "did not load in time"
    case .loadHarness: "could not be asked about"
    default: "can't load"
    }
  }

  /// Whether it could be loaded, and was called.
  private var wasCalled: Bool { (check.check?.level ?? 1) >= 3 || check == .entryNull }

  fileprivate var verb: String {
    switch code {
    case .loadCrashed where wasCalled: "crashed when it was called"
    case .loadTimeout where wasCalled: "did not return in time"
    case .loadFailed where wasCalled: "fails its load test"
    case .loadCrashed: "crashed while it was loaded"
    case .loadTimeout: "did not load in time"
    case .loadHarness: "could not be tested"
    case .loadFailed: "can't be loaded"
    default: "can't load here"
    }
  }

  fileprivate var rank: Int {
    switch code {
    case .incompatiblePlatform, .incompatibleGlibc, .incompatibleLibstdcxx, .incompatibleAbi: 0
    case .loadFailed: 1
    case .loadCrashed: 2
    case .loadTimeout: 3
    default: 4
    }
  }

  fileprivate var lines: [String] { [message] + notes }
}
