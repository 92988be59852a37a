internal import CommandLineKit
internal import Operations
internal import PkgCore

/// Commands about the configurations of hosts, as far as they concern plugins.
enum ConfigCommands {
  static func check(_ call: Invocation) throws -> Answer {
    let file = call.arguments[0]
    let report = try ConfigChecking(call.session()).check(file)
    var answer = Answer.findings(
      report.findings, in: file, "config-check", .configInvalid, call.output)
    if report.findings.isEmpty, !call.output.isQuiet {
      let plugins = report.plugins.map { "\($0.name) \($0.version?.description ?? "")" }
      answer.text =
        "\(file): a configuration of \(report.host)"
        + (plugins.isEmpty ? "" : " for \(plugins.joined(separator: ", "))") + ", without faults"
    }
    return answer
  }

  static func show(_ call: Invocation) throws -> Answer {
    let file = call.arguments[0]
    let report = try ConfigChecking(call.session()).check(file)
    let isOpen = call.parsed.has("show-secrets")
    let shown = isOpen ? report.resolved : Secrets.masked(report.resolved)
    let json = call.output.isJSON ? data(report, shown, file) : .null
    var answer = Answer("config-show", json: json, text: "")
    if call.parsed.has("origin") {
      var table = TextTable(["SETTING", "VALUE", "FROM"])
      for leaf in report.leaves {
        let value = isOpen ? leaf.value : Secrets.masked(leaf.value, isSecret: leaf.isSecret)
        table.add([leaf.path, value.text ?? "null", origin(leaf.origin, file)])
      }
      answer.text = table.text(call.output)
    } else if call.parsed.has("resolved") {
      answer.text = shown.yaml.rest(before: "\n").map { String($0) } ?? shown.yaml
    } else {
      throw Diagnostic(
        .usageMissingValue, "`config show` needs to know what to show",
        hint:
          "add `--resolved` for the whole file filled in, or `--origin` for where each value is from"
      )
    }
    let faults = report.findings.filter { $0.severity == .error }
    if let first = faults.first {
      let failure = Diagnostic(
        .configInvalid, "`\(file)` has \(faults.count == 1 ? "a fault" : "\(faults.count) faults")",
        notes: [first.line(in: file)], hint: "`plugctl config check \(file)` shows all")
      answer.failure = failure
      answer.exitCode = ExitCode.of(failure.code.category)
    }
    return answer
  }

  static func example(_ call: Invocation) throws -> Answer {
    let found = try ConfigChecking(call.session()).example(call.arguments[0])
    let data = found.map { one -> JSON in ["host": .string(one.host), "text": .string(one.text)] }
    return Answer(
      "config-example", json: .array(data),
      text: found.map(\.text).joined(separator: "\n"))
  }

  private static func data(_ report: ConfigReport, _ shown: Node, _ file: String) -> JSON {
    let origins = report.leaves.map { leaf -> JSON in
      ["path": .string(leaf.path), "origin": .string(origin(leaf.origin, file))]
    }
    return [
      "host": .string(report.host), "config": shown.typedJSON, "origins": .array(origins),
    ]
  }

  private static func origin(_ origin: ConfigResolution.Origin, _ file: String) -> String {
    switch origin {
    case .file(let mark): "\(file):\(mark)"
    case .environment(let names, let mark):
      "\(names.map { "$\($0)" }.joined(separator: ", ")) at \(file):\(mark)"
    case .standard: "the schema's default"
    }
  }
}
