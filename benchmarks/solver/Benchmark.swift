internal import Glibc
internal import PkgCore
internal import ResolverCases

/// Milliseconds since some moment.
private func now() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Double(time.tv_sec) * 1e3 + Double(time.tv_nsec) / 1e6
}

/// One case as it went.
private struct Outcome {
  let id: String
  let answer: String
  let chosen: [(name: String, version: String)]
  let milliseconds: Double
  let named: [String]
  let fault: String?

  var json: JSON {
    var object = JSONObject()
    object.append("id", .string(id))
    object.append("answer", .string(answer))
    object.append(
      "chosen", .object(JSONObject(chosen.map { .init($0.name, .string($0.version)) })))
    object.append("milliseconds", .real(milliseconds))
    object.append("explanationNames", .strings(named))
    object.append("disagrees", fault.map { .string($0) })
    return .object(object)
  }
}

private enum Stream: Int32 { case output = 1, errors }

/// Writes all of a text to a descriptor.
private func write(_ text: String, to stream: Stream) {
  var bytes = Array(text.utf8)[...]
  while !bytes.isEmpty {
    let count = bytes.withUnsafeBytes { Glibc.write(stream.rawValue, $0.baseAddress, $0.count) }
    guard count > 0 else { return }
    bytes = bytes.dropFirst(count)
  }
}

private func fixed(_ value: Double, _ digits: Int) -> String {
  let scale = (0..<digits).reduce(1.0) { product, _ in product * 10 }
  let whole = Int64((value * scale).rounded())
  let text = String(whole % Int64(scale))
  return "\(whole / Int64(scale))."
    + String(repeating: "0", count: digits - text.utf8.count) + text
}

func readFile(_ path: String) -> [UInt8]? {
  guard let stream = fopen(path, "r") else { return nil }
  defer { fclose(stream) }
  var bytes: [UInt8] = []
  var chunk = [UInt8](repeating: 0, count: 1 << 16)
  while true {
    let count = fread(&chunk, 1, chunk.count, stream)
    guard count > 0 else { return bytes }
    bytes += chunk[..<count]
  }
}

func runBenchmark(_ arguments: [String]) -> Int32 {
  var isJSON = false
  var isQuiet = false
  var explains = true
  var showsText = false
  var files: [String] = []
  for argument in arguments {
    switch argument {
    case "--json": isJSON = true
    case "--summary": isQuiet = true
    case "--no-explanation": explains = false
    case "--text": showsText = true
    default: files.append(argument)
    }
  }
  var documents: [JSON] = []
  var faults = 0
  for path in files {
    guard let bytes = readFile(path), let json = try? JSONParser.parse(bytes),
      let file = ResolverFile(json)
    else {
      write("bench: \(path) is not of the form resolver-neutral/1\n", to: .errors)
      faults += 1
      continue
    }
    let outcomes = solve(file, explains: explains, showsText: showsText) { outcome in
      if !isJSON, !isQuiet { write(line(outcome), to: .output) }
    }
    let wrong = outcomes.filter { $0.fault != nil }
    faults += wrong.count
    for outcome in wrong { write("bench: \(outcome.id): \(outcome.fault ?? "")\n", to: .errors) }
    let total = outcomes.reduce(0) { $0 + $1.milliseconds }
    let longest = outcomes.max { $0.milliseconds < $1.milliseconds }
    if isJSON {
      var object = JSONObject()
      object.append("file", .string(path))
      object.append("name", .string(file.name))
      object.append("milliseconds", .real(total))
      object.append("cases", .array(outcomes.map(\.json)))
      documents.append(.object(object))
    } else {
      write(
        "\(path): \(outcomes.count) cases, \(wrong.count) disagree, \(fixed(total, 3)) ms, "
          + "longest \(fixed(longest?.milliseconds ?? 0, 3)) ms (\(longest?.id ?? ""))\n",
        to: .output)
    }
  }
  if isJSON {
    var object = JSONObject()
    object.append("schema", "plugctl.bench.solver/1")
    object.append("files", .array(documents))
    write(String(decoding: JSON.object(object).compactBytes, as: UTF8.self) + "\n", to: .output)
  }
  return faults == 0 ? 0 : 1
}

private func line(_ outcome: Outcome) -> String {
  let detail =
    outcome.answer == "solved"
    ? outcome.chosen.map { "\($0.name)=\($0.version)" }.joined(separator: " ")
    : outcome.named.joined(separator: " ")
  return "\(outcome.id)\t\(outcome.answer)\t\(fixed(outcome.milliseconds, 3))\t\(detail)\n"
}

private func solve(_ file: ResolverFile, explains: Bool, showsText: Bool, _ report: (Outcome) -> Void) -> [Outcome] {
  var universes: [String: CaseUniverse] = [:]
  var outcomes: [Outcome] = []
  for element in file.cases {
    let key = file.universeKey(element)
    let isOwn = element.json["packages"] != nil
    guard let universe = universes[key] ?? (try? CaseUniverse(file, element)),
      let request = try? universe.request(element)
    else {
      report(
        Outcome(
          id: element.id, answer: "unreadable", chosen: [], milliseconds: 0, named: [],
          fault: "a version or range can't be read"))
      continue
    }
    if !isOwn { universes[key] = universe }
    outcomes.append(solve(element, request, universe, explains: explains, showsText: showsText))
    report(outcomes[outcomes.count - 1])
  }
  return outcomes
}

private func solve(
  _ element: ResolverFile.Case, _ request: SolveRequest, _ universe: CaseUniverse, explains: Bool, showsText: Bool
) -> Outcome {
  let known = universe.universe
  let start = now()
  var solver = Solver(request, universe: known)
  let step = solver.advance(isCancelled: { now() - start > 60_000 })
  let time = now() - start
  var answer = "stopped"
  var chosen: [(name: String, version: String)] = []
  var named: [String] = []
  var fault: String?
  switch step {
  case .solution(let resolution):
    answer = "solved"
    chosen = resolution.choices.map { (universe.text(of: $0.name), $0.version.description) }
    fault = element.fault(resolution, request, universe)
  case .failure(let failure):
    answer = "unsolvable"
    if element.isSolvable == true { fault = "has an answer" }
    if explains {
      let explanation = failure.explanation()
      named = explanation.plugins.map { universe.text(of: $0) }
      named += explanation.requested.map { "$req:" + universe.text(of: $0) }
      if showsText {
        write(readable(explanation, universe), to: .output)
      }
    }
  case .needs: fault = "asks for more"
  case .cancelled: fault = "took more than a minute"
  case .exhausted: fault = "given up"
  }
  return Outcome(
    id: element.id, answer: answer, chosen: chosen, milliseconds: time, named: named, fault: fault)
}

/// An explanation with the file's own names.
private func readable(_ explanation: Explanation, _ universe: CaseUniverse) -> String {
  let text = ([explanation.message] + explanation.lines.map { "  " + $0 }
    + [explanation.hint.map { "  hint: " + $0 } ?? ""]).joined(separator: "\n")
  var result = ""
  var word = ""
  func flush() {
    if let name = try? PluginName(word) { result += universe.text(of: name) } else { result += word }
    word = ""
  }
  for character in text {
    if character.isLetter || character.isNumber || character == "/" {
      word.append(character)
    } else {
      flush()
      result.append(character)
    }
  }
  flush()
  return result + "\n"
}
