/// Load tests as SARIF 2.1.0 (OASIS), for code scanning: what is not as it must be, with the catalogue as rules.
public func sarif(_ reports: [LoadReport]) -> JSON {
  let results = reports.flatMap { report in
    report.results.compactMap { sarifResult($0, report) }
  }
  return [
    "$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0",
    "runs": [
      [
        "tool": [
          "driver": [
            "name": "plugctl", "version": .string(PlugctlVersion.text),
            "rules": .array(Check.all.map(rule)),
          ]
        ],
        "results": .array(results),
      ]
    ],
  ]
}

private func rule(_ check: Check) -> JSON {
  [
    "id": .string(check.id.rawValue), "name": .string(check.name),
    "shortDescription": ["text": .string(check.requirement)],
    "defaultConfiguration": ["level": .string(level(check.severity))],
  ]
}

private func level(_ severity: Check.Severity) -> String {
  switch severity {
  case .error: "error"
  case .warning: "warning"
  case .information: "note"
  }
}

/// nil for what is as it must be, or was not run.
private func sarifResult(_ result: CheckResult, _ report: LoadReport) -> JSON? {
  let level: String
  switch result.status {
  case .fail, .crash, .timeout, .harnessError: level = "error"
  case .warn: level = "warning"
  case .info: level = "note"
  case .ignored: level = "none"
  case .pass, .skip, .blocked: return nil
  }
  let text = ([result.message] + result.notes + (result.hint.map { ["hint: \($0)"] } ?? []))
    .filter { !$0.isEmpty }.joined(separator: "\n")
  var object = JSONObject()
  object.append("ruleId", .string(result.check.rawValue))
  object.append("ruleIndex", .integer(Int64(result.check.order)))
  object.append("level", .string(level))
  object.append("message", ["text": .string(text.isEmpty ? result.check.name : text)])
  object.append(
    "locations",
    [["physicalLocation": ["artifactLocation": ["uri": .string(fileURI(report.file))]]]])
  if result.status == .ignored {
    object.append(
      "suppressions", [["kind": "external", "justification": .string(result.notes.first ?? "")]])
  }
  return .object(object)
}

/// A path as a URI (RFC 8089).
private func fileURI(_ path: String) -> String {
  var text = path.begins(with: "/") ? "file://" : ""
  for byte in path.utf8 {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x2F, 0x5F, 0x7E:
      text.unicodeScalars.append(Unicode.Scalar(byte))
    default:
      let digits = String(byte, radix: 16, uppercase: true)
      text += digits.utf8.count == 1 ? "%0\(digits)" : "%\(digits)"
    }
  }
  return text
}
