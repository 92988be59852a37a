internal import CommandLineKit
internal import Operations
internal import PkgCore

/// Commands of who writes plugins.
enum AuthorCommands {
  static func begin(_ call: Invocation) throws -> Answer {
    let session = try call.session()
    let template = call.parsed.value("template")
    let begun = try Authoring(session).begin(
      call.arguments.first ?? ".",
      PluginBeginning(
        publisher: call.parsed.value("publisher"), name: call.parsed.value("name"),
        template: template))
    let next =
      template == nil
      ? "next: build the library, then `plugctl lint` and `plugctl pack`"
      : "next: `plugctl build` and `plugctl test .` there; README.md says what is what"
    let text =
      begun.paths.map { "wrote \($0)" }
      + [begun.note.map { "note: \($0)" }, next]
      .compactMap(\.self)
    return Answer(
      "init",
      json: [
        "manifest": .string(begun.paths.last ?? ""), "files": .strings(begun.paths),
        "note": .optional(begun.note),
      ], text: text.joined(separator: "\n"))
  }

  static func lint(_ call: Invocation) throws -> Answer {
    let (file, findings) = try Authoring(call.session()).lint(call.arguments.first ?? ".")
    return .findings(findings, in: file, "lint", .manifestInvalid, call.output)
  }

  static func pack(_ call: Invocation) throws -> Answer {
    let authoring = try Authoring(call.session())
    let packed = try authoring.pack(
      call.arguments.first ?? ".", platform: try platform(call),
      into: call.parsed.value("output") ?? ".")
    if let key = call.parsed.value("sign") {
      _ = try authoring.sign(packed.map(\.path), key: key, passphrase: call.passphrase())
    }
    return answer("pack", packed)
  }

  static func importArchive(_ call: Invocation) throws -> Answer {
    let session = try call.session()
    func needed(_ option: String, _ value: String?) throws -> String {
      if let value { return value }
      throw Diagnostic(
        .usageMissingValue, "`plugctl import` needs `--\(option)`",
        hint: "the archive does not say it")
    }
    let naming = try call.parsed.value("as").map { try PluginReference($0) }
    let facts = ImportFacts(
      publisher: try needed("publisher", call.parsed.value("publisher") ?? naming?.publisher?.text),
      host: try needed("host", session.options.host), name: naming?.name.text,
      version: try needed("as NAME@VERSION", naming?.range?.exactVersion?.description),
      library: call.parsed.value("library"))
    return answer(
      "import",
      try Authoring(session).importArchive(
        call.arguments[0], facts, into: call.parsed.value("output") ?? "."))
  }

  static func sign(_ call: Invocation) throws -> Answer {
    let signatures = try Authoring(call.session()).sign(
      call.arguments, key: call.parsed.value("key"), passphrase: call.passphrase())
    return Answer("sign", json: .strings(signatures), text: signatures.joined(separator: "\n"))
  }

  private static func platform(_ call: Invocation) throws -> Platform? {
    guard let text = call.parsed.value("platform") else { return nil }
    if let platform = Platform(text) { return platform }
    throw Diagnostic(
      .usageInvalidValue, "`\(printable(text))` is no platform",
      hint: "write one as `linux-x86_64-gnu`")
  }

  private static func answer(_ schema: String, _ packed: [Packed]) -> Answer {
    let data = packed.map { archive -> JSON in
      [
        "path": .string(archive.path), "id": .string(archive.name.description),
        "version": .string(archive.version.description), "platform": .string(archive.platform.text),
        "size": .integer(archive.size), "sha256": .string(archive.digest.hex),
      ]
    }
    return Answer(schema, json: .array(data), text: packed.map(\.path).joined(separator: "\n"))
  }
}

extension Answer {
  /// What was found in a file, a line each; errors fail with the code.
  static func findings(
    _ findings: [Finding], in file: String, _ schema: String, _ code: DiagnosticCode,
    _ output: Output
  ) -> Answer {
    let lines = findings.map { $0.line(in: file) }
    var answer = Answer(
      schema, json: .array(findings.map { $0.json(in: file) }),
      text: lines.isEmpty
        ? (output.isQuiet ? "" : "`\(file)` is fine") : lines.map(printable).joined(separator: "\n")
    )
    let errors = findings.filter { $0.severity == .error }.count
    if errors > 0 {
      let failure = Diagnostic(
        code, "`\(file)` has \(errors) \(errors == 1 ? "fault" : "faults")")
      answer.exitCode = ExitCode.of(failure.code.category)
      answer.failure = failure
    }
    return answer
  }
}
