import PkgCore

/// A file of `Tests/Scenarios`: what is wanted, what there is, and what comes of it. Its README draws
/// the form.
struct Scenario {
  var title = ""
  var request = SolveRequest(roots: [])
  /// In the words of ``TestRegistry``.
  var plugins: [String: [String: [String]]] = [:]
  /// What stands above the expectation, as it is in the file.
  private(set) var premises = ""
  /// What is expected, a line each.
  private(set) var expected: [String] = []

  struct Fault: Error, CustomStringConvertible {
    let description: String
  }

  init(_ text: String) throws {
    var version: (plugin: String, version: String)?
    var isExpected = false
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if isExpected {
        expected.append(String(line))
        continue
      }
      premises += line + "\n"
      if line == Self.mark {
        isExpected = true
      } else if line.hasPrefix("#") {
        if title.isEmpty { title = String(line.drop { $0 == "#" || $0 == " " }) }
      } else if line.hasPrefix("  ") {
        guard let version else { throw Fault(description: "a fact of no version: \(line)") }
        try add(line.drop { $0 == " " }, to: version)
      } else if !line.isEmpty {
        version = try take(line)
      }
    }
    guard isExpected else { throw Fault(description: "no line `\(Self.mark)`") }
    while expected.last?.isEmpty == true { expected.removeLast() }
  }

  private static let mark = "=>"

  /// The file with other expectations.
  func text(expecting lines: [String]) -> String {
    premises + lines.map { $0 + "\n" }.joined()
  }

  /// A line of the request, or the head of a version, which is answered.
  private mutating func take(_ line: Substring) throws -> (plugin: String, version: String)? {
    let words = line.split(separator: " ", maxSplits: 3).map(String.init)
    let rest = line.dropFirst(words[0].count).drop { $0 == " " }
    switch words[0] {
    case "want":
      let root = try TestRegistry.dependency(rest)
      request.roots.append(.init(name: root.name, range: root.range))
    case "wish":
      let root = try TestRegistry.dependency(rest)
      request.roots.append(.init(name: root.name, range: root.range, isWish: true))
    case "upgrade": request.upgrades.insert(try TestRegistry.name(String(rest)))
    case "allow": request.allowsDowngrade = rest == "downgrade"
    case "prefer": request.preference = rest == "lowest" ? .minimal : .newest
    case "installed", "outer", "locked":
      guard words.count == 3 else { throw Fault(description: "no version: \(line)") }
      let (name, version) = (try TestRegistry.name(words[1]), try Version(words[2]))
      switch words[0] {
      case "installed": request.installed[name] = version
      case "outer": request.immovable[name] = version
      default: request.locked[name] = version
      }
    case "pin":
      guard words.count > 2 else { throw Fault(description: "no range: \(line)") }
      request.pins[try TestRegistry.name(words[1])] = .init(
        range: try VersionRange(words[2]), reason: words.count > 3 ? words[3] : "")
    default:
      guard words.count == 2 else { throw Fault(description: "can't be read: \(line)") }
      if words[1] == "none" {
        plugins[words[0]] = [:]
        return nil
      }
      plugins[words[0], default: [:]][words[1]] = []
      return (words[0], words[1])
    }
    return nil
  }

  private mutating func add(_ fact: Substring, to version: (plugin: String, version: String)) throws
  {
    let word = fact.prefix { $0 != " " }
    let rest = String(fact.dropFirst(word.count).drop { $0 == " " })
    if word == "yanked" {
      let facts = plugins[version.plugin]?.removeValue(forKey: version.version)
      plugins[version.plugin]?[version.version + "!"] = facts
      return
    }
    let signs: [Substring: String] = [
      "needs": "", "any": "", "optional": "?", "conflicts": "!", "provides": "+", "unfit": "#",
    ]
    guard let sign = signs[word] else { throw Fault(description: "can't be read: \(fact)") }
    let key = plugins[version.plugin]?[version.version] == nil ? "!" : ""
    plugins[version.plugin]?[version.version + key]?.append(sign + rest)
  }
}

extension Scenario {
  /// What a solving came to, as files say it: the plugins in their order with what becomes of them, or
  /// the message.
  func lines(_ step: SolverStep) -> [String] {
    switch step {
    case .solution(let resolution):
      let chosen = resolution.choices.map { choice in
        let there = request.installed[choice.name]
        let fate =
          there.map { $0 == choice.version ? ", kept" : ", was \($0)" } ?? ""
        return "\(choice.name.name) \(choice.version)\(fate)"
      }
      let gone = request.installed.keys.sorted().filter { name in
        !resolution.choices.contains { $0.name == name }
      }
      let lines = chosen + gone.map { "\($0.name) goes" }
      return lines.isEmpty ? ["nothing"] : lines
    case .failure(let failure):
      let explanation = failure.explanation()
      return [explanation.message] + explanation.lines.map { "  " + $0 }
        + (explanation.hint.map { ["  hint: " + $0] } ?? [])
    case .needs, .cancelled, .exhausted: return ["asks still"]
    }
  }
}
