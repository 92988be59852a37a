/// Load tests as JUnit's XML, as CI servers read it (the Jenkins and Surefire schema).
public func junit(_ reports: [LoadReport]) -> [UInt8] {
  var lines = [
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>",
    "<testsuites name=\"plugctl test\" tests=\"\(reports.map(\.results.count).reduce(0, +))\""
      + " failures=\"\(count(reports, isFailure))\" errors=\"\(count(reports, isError))\">",
  ]
  for report in reports { lines += suite(report) }
  lines.append("</testsuites>")
  return Array((lines.joined(separator: "\n") + "\n").utf8)
}

private func suite(_ report: LoadReport) -> [String] {
  let one = [report]
  let skipped = count(one, isSkipped)
  var lines = [
    "  <testsuite name=\"\(escaped(report.name))\" tests=\"\(report.results.count)\""
      + " failures=\"\(count(one, isFailure))\" errors=\"\(count(one, isError))\""
      + " skipped=\"\(skipped)\" time=\"\(seconds(report.results.compactMap(\.duration)))\">"
  ]
  for result in report.results { lines += testCase(result, report) }
  lines.append("  </testsuite>")
  return lines
}

private func testCase(_ result: CheckResult, _ report: LoadReport) -> [String] {
  let head =
    "    <testcase classname=\"\(escaped(report.name))\""
    + " name=\"\(result.check.rawValue) \(escaped(result.check.name))\""
    + " time=\"\(seconds(result.duration.map { [$0] } ?? []))\""
  let text = escaped(
    ([result.message] + result.notes + (result.hint.map { [$0] } ?? [])).joined(separator: "\n"))
  let message = "message=\"\(escaped(result.message))\""
  switch result {
  case _ where isFailure(result):
    return [
      "\(head)>", "      <failure \(message) type=\"\(result.status.rawValue)\">\(text)</failure>",
      "    </testcase>",
    ]
  case _ where isError(result):
    return [
      "\(head)>", "      <error \(message) type=\"\(result.status.rawValue)\">\(text)</error>",
      "    </testcase>",
    ]
  case _ where isSkipped(result):
    return ["\(head)>", "      <skipped \(message)/>", "    </testcase>"]
  case _ where result.status == .warn || result.status == .info:
    return [
      "\(head)>", "      <system-out>\(result.status.rawValue): \(text)</system-out>",
      "    </testcase>",
    ]
  default: return ["\(head)/>"]
  }
}

private func isFailure(_ result: CheckResult) -> Bool { result.status == .fail }
private func isError(_ result: CheckResult) -> Bool {
  result.status.isRefusal && result.status != .fail
}
private func isSkipped(_ result: CheckResult) -> Bool {
  [.skip, .blocked, .ignored].contains(result.status)
}

private func count(_ reports: [LoadReport], _ has: (CheckResult) -> Bool) -> Int {
  reports.map { $0.results.filter(has).count }.reduce(0, +)
}

/// Seconds with three decimals.
private func seconds(_ durations: [Duration]) -> String {
  let all = durations.reduce(.zero, +).components
  let milliseconds = all.seconds * 1000 + all.attoseconds / 1_000_000_000_000_000
  let rest = String(milliseconds % 1000)
  return "\(milliseconds / 1000).\(String(repeating: "0", count: 3 - rest.count))\(rest)"
}

/// Text of an element or attribute; what XML 1.0 can't hold becomes U+FFFD.
private func escaped(_ text: String) -> String {
  var result = ""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "<": result += "&lt;"
    case ">": result += "&gt;"
    case "&": result += "&amp;"
    case "\"": result += "&quot;"
    case "\n", "\t": result.unicodeScalars.append(scalar)
    case _ where scalar.value < 0x20 || scalar.value == 0xFFFE || scalar.value == 0xFFFF:
      result += "\u{FFFD}"
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result
}
