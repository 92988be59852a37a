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
    let origins = JSONObject(
      report.leaves.map { .init($0.path, .string(origin($0.origin, file))) })
    var answer = Answer(
      "config-show",
      json: [
        "host": .string(report.host),
        "config": (isOpen ? report.resolved : masked(report.resolved)).typedJSON,
        "origins": .object(origins),
      ], text: "")
    if call.parsed.has("origin") {
      var table = TextTable(["SETTING", "VALUE", "FROM"])
      for leaf in report.leaves {
        let key = leaf.path.split(separator: ".").last.map(String.init) ?? ""
        let value = isOpen ? leaf.value : masked(leaf.value, key)
        table.add([leaf.path, printable(value.text ?? "null"), origin(leaf.origin, file)])
      }
      answer.text = table.text(call.output)
    } else if call.parsed.has("resolved") {
      answer.text = (isOpen ? report.resolved : masked(report.resolved)).yaml
      if answer.text.hasSuffix("\n") { answer.text.removeLast() }
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

  private static func origin(_ origin: ConfigResolution.Origin, _ file: String) -> String {
    switch origin {
    case .file(let mark): "\(file):\(mark)"
    case .environment(let names, let mark):
      "\(names.map { "$\($0)" }.joined(separator: ", ")) at \(file):\(mark)"
    case .standard: "the schema's default"
    }
  }

  /// The same without what others must not read over somebody's shoulder.
  private static func masked(_ node: Node, _ key: String = "") -> Node {
    switch node.value {
    case .map(let entries):
      return Node(
        .map(
          entries.map {
            .init(key: $0.key, keyMark: $0.keyMark, value: masked($0.value, $0.key))
          }), mark: node.mark)
    case .list(let elements): return Node(.list(elements.map { masked($0, key) }), mark: node.mark)
    case .scalar(let text, _):
      let words = ["password", "passwd", "secret", "token", "api_key", "apikey", "private_key"]
      let name = key.lowercased()
      if words.contains(where: { name.firstRange(of: $0) != nil }), !node.isNull {
        return Node(.scalar("****", isQuoted: true), mark: node.mark)
      }
      return Node(.scalar(withoutPassword(text), isQuoted: true), mark: node.mark).or(node, text)
    }
  }

  /// `postgres://user:****@host/db`.
  private static func withoutPassword(_ text: String) -> String {
    guard let start = text.firstRange(of: "://"),
      let end = text[start.upperBound...].firstIndex(of: "@"),
      let colon = text[start.upperBound..<end].firstIndex(of: ":")
    else { return text }
    return "\(text[...colon])****\(text[end...])"
  }
}

extension Node {
  /// Another node, where this one says the same.
  fileprivate func or(_ other: Node, _ text: String) -> Node {
    self.text == text || other.isNull ? other : self
  }
}
