internal import CommandLineKit
internal import Operations
internal import PkgCore

/// One command being run: what was asked, and how to answer.
struct Invocation {
  let parsed: ParsedCommand
  let output: Output

  var arguments: [String] { parsed.arguments }

  /// The surroundings that the global options ask for.
  func session() throws -> Session {
    var options = SessionOptions()
    options.scope = try scope()
    options.host = parsed.value("host") ?? Environment.text("PLUGCTL_HOST")
    options.root = parsed.value("root") ?? Environment.text("PLUGCTL_ROOT")
    if options.root != nil, options.scope == nil { options.scope = .system }
    options.into = parsed.value("into")
    options.isOffline = parsed.has("offline") || Environment.flag("PLUGCTL_OFFLINE")
    options.maxAgeSeconds = try duration("max-age")
    options.waitSeconds = Int64(try number("wait", 0...86_400) ?? 0)
    options.jobs = try number("jobs", 1...64) ?? options.jobs
    return try session(options)
  }

  private func session(_ options: SessionOptions) throws -> Session {
    try Session(options, progress: output.progressSink) { [output] question, hint in
      try output.confirm(question, hint: hint)
    }
  }

  /// The surroundings of another session, with host and folder as this command line names them.
  func session(like others: SessionOptions) throws -> Session {
    var options = others
    options.host = parsed.value("host") ?? others.instance ?? others.host
    options.into = parsed.value("into")
    return try session(options)
  }

  /// The value of an option as a number within bounds.
  func number(_ option: String, _ range: ClosedRange<Int>) throws -> Int? {
    guard let text = parsed.value(option) else { return nil }
    guard let value = Int(text), range.contains(value) else {
      throw Diagnostic(
        .usageInvalidValue, "`--\(option)` can't be `\(printable(text))`",
        hint: "it is a number from \(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }

  /// The value of an option as a time span in seconds: a number with `h`, `d` or `w`.
  func duration(_ option: String) throws -> Int64? {
    guard let text = parsed.value(option) else { return nil }
    let units: [Character: Int64] = ["h": 3_600, "d": 86_400, "w": 604_800]
    guard let unit = text.last.flatMap({ units[$0] }), let number = Int64(text.dropLast()),
      (0...100_000).contains(number)
    else {
      throw Diagnostic(
        .usageInvalidValue, "`--\(option)` can't be `\(printable(text))`",
        hint: "write it as `36h`, `7d` or `2w`")
    }
    return number * unit
  }

  /// The value of an option as a day, `YYYY-MM-DD`, or a time, in UTC.
  func day(_ option: String) throws -> Timestamp? {
    guard let text = parsed.value(option) else { return nil }
    guard let time = Timestamp(rfc3339: text) ?? Timestamp(rfc3339: text + "T00:00:00Z") else {
      throw Diagnostic(
        .usageInvalidValue, "`--\(option)` can't be `\(printable(text))`",
        hint: "write a day as 2027-01-31")
    }
    return time
  }

  /// Where a passphrase comes from, by the options of key commands.
  ///
  /// - Parameter isNew: whether it is chosen now, so that a slip of the hand would lose the key.
  func passphrase(isNew: Bool = false) throws -> PassphraseSource {
    let file = parsed.value("passphrase-file") ?? Environment.text("PLUGCTL_KEY_PASSPHRASE_FILE")
    if parsed.has("unencrypted") { return .none }
    if let descriptor = try number("passphrase-fd", 0...1023) {
      return .descriptor(Int32(descriptor))
    }
    if let file { return .file(file) }
    let output = output
    return .prompt { try isNew ? output.askNewSecret($0) : output.askSecret($0) }
  }

  /// The command as a person would type it again, without what only matters now.
  var commandText: String { (parsed.path + arguments).joined(separator: " ") }

  private func scope() throws -> HostProfile.Scope? {
    guard let text = parsed.value("scope") ?? Environment.text("PLUGCTL_SCOPE") else { return nil }
    guard let scope = HostProfile.Scope(rawValue: text) else {
      throw Diagnostic(
        .usageInvalidValue, "the scope can't be `\(printable(text))`",
        hint: "it is `project`, `user` or `system`")
    }
    return scope
  }
}

/// What a command answers: the same facts for people and for programs.
struct Answer {
  /// `list` in `plugctl.list/1`.
  var schema: String
  /// For programs.
  var json: JSON
  /// For people; nothing prints nothing.
  var text: String
  /// Bytes for stdout as they are, whatever the form asked for: completions and man pages.
  var raw: [UInt8]?
  /// Not 0 where the answer itself is a finding.
  var exitCode: Int32 = 0
  /// Shown as the error beside the data, where the exit code is not 0.
  var failure: Diagnostic?

  init(_ schema: String, json: JSON, text: String) {
    self.schema = schema
    self.json = json
    self.text = text
  }
}
