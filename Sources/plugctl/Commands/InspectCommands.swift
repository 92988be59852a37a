internal import CommandLineKit
internal import Operations
internal import PkgCore

/// `inspect ...`
enum InspectCommands {
  static func inspect(_ call: Invocation) throws -> Answer {
    let (inspecting, host) = (Inspecting(), call.parsed.value("against"))
    var (texts, data): ([String], [JSON]) = ([], [])
    var failure: Diagnostic?
    for file in call.arguments {
      do {
        let inspection = try inspecting.inspect(file, against: host)
        texts.append(InspectionText(inspection, host: host, call.output).text)
        data.append(inspection.json)
        failure = failure ?? inspection.predictions?.diagnostic
      } catch let error as any Diagnosable {
        // Each file has its answer; what is wrong with one says nothing of the next.
        let diagnostic = error.diagnostic
        texts.append("\(printable(file))\n  \(printable(diagnostic.message))")
        data.append(["file": .string(file), "error": .string(diagnostic.message)])
        failure = failure ?? diagnostic
      }
    }
    var answer = Answer("inspect", json: .array(data), text: texts.joined(separator: "\n\n"))
    if let failure {
      answer.exitCode = ExitCode.of(failure.code.category)
      answer.failure = failure
    }
    return answer
  }
}

/// An inspection for people.
private struct InspectionText {
  private let inspection: Inspection
  private let host: String?
  private let output: Output
  private let facts: ElfFacts

  init(_ inspection: Inspection, host: String?, _ output: Output) {
    self.inspection = inspection
    self.host = host
    self.output = output
    facts = inspection.facts
  }

  var text: String {
    var lines = [printable(inspection.file)]
    for (label, values) in rows where !values.isEmpty {
      for (index, value) in values.enumerated() {
        let head = index == 0 ? label : ""
        lines.append(
          "  " + head + String(repeating: " ", count: max(13 - head.count, 1)) + printable(value))
      }
    }
    return lines.joined(separator: "\n")
  }

  private var rows: [(String, [String])] {
    [
      ("file", ["\(kind), \(sizeText(Int64(inspection.size)))"]), ("machine", [machine]),
      ("soname", facts.soname.map { [$0] } ?? []),
      ("build-id", [facts.buildID ?? "none"]),
      ("made by", ["\(facts.runtime.rawValue)"] + facts.toolchains),
      ("reload", [reload]), ("search path", facts.rpath + facts.runpath),
      ("needs", libraries), ("versions", facts.versionsNeeded.map(need)),
      ("hardening", [hardening]), ("at load", [atLoad]), ("symbols", [symbols]),
      ("exports", lists(facts.exports.map(\.name))),
      ("undefined", lists(facts.undefined.map { $0.name + ($0.version.map { "@" + $0 } ?? "") })),
      (host.map { _ in "against" } ?? "", predictions),
    ]
  }

  private var kind: String {
    switch facts.type {
    case .shared: facts.flags.contains(.pie) ? "program (PIE)" : "shared object"
    case .executable: "program"
    case .relocatable: "object file"
    case .core: "core file"
    case .other: "ELF file of an unknown type"
    }
  }

  private var machine: String {
    let level = facts.isaLevel.flatMap(InstructionLevel.init).map { ", needs \($0)" } ?? ""
    let order = facts.isLittleEndian ? "little" : "big"
    return "\(facts.machine), \(facts.bits)-bit \(order)-endian\(level)"
  }

  private var reload: String {
    switch facts.reloadClass {
    case .clean: "clean: a process can let go of it and load it anew"
    case .pinned: "pinned: it stays in memory, a reload is a second copy"
    case .restart: "restart: its runtime does not survive being unloaded"
    }
  }

  private var libraries: [String] {
    guard let libraries = inspection.libraries else {
      return facts.needed.map { "\($0) (for another machine)" }
    }
    return libraries.filter { output.verbosity > 0 || isDirect($0) || $0.path == nil }.map {
      guard let path = $0.path else {
        return "\($0.name) => MISSING, needed by \($0.neededBy)"
      }
      return "\($0.name) => \(path)" + (isDirect($0) ? "" : ", needed by \($0.neededBy)")
    }
  }

  private func isDirect(_ library: Inspection.Library) -> Bool {
    facts.needed.contains(library.name)
  }

  private func need(_ need: ElfFacts.VersionNeed) -> String {
    let some = need.symbols.prefix(3).joined(separator: ", ")
    let more = need.symbols.count > 3 ? ", ..." : ""
    return "\(need.family.rawValue)_\(need.version)" + (some.isEmpty ? "" : " (\(some)\(more))")
  }

  private var hardening: String {
    var parts = [
      "relro \(has(.relro))", "bind-now \(has(.bindNow))", "stack \(facts.stack.rawValue)",
    ]
    if facts.flags.contains(.writableCode) { parts.append("writable code") }
    if facts.flags.contains(.textRelocations) { parts.append("text relocations") }
    return parts.joined(separator: ", ")
  }

  private func has(_ flag: ElfFacts.Flag) -> String { facts.flags.contains(flag) ? "yes" : "no" }

  private var atLoad: String {
    let resolvers = facts.flags.contains(.indirectFunctions) ? ", IFUNC resolvers" : ""
    let storage = facts.tlsSize > 0 ? ", \(facts.tlsSize) bytes for each thread" : ""
    return counted(facts.initializerCount, "initialiser") + resolvers + storage
  }

  private var symbols: String {
    let weak = facts.undefined.count { $0.isWeak }
    return "\(facts.exports.count) exported, \(facts.undefined.count) undefined (\(weak) weak)"
  }

  private func lists(_ names: [String]) -> [String] { output.verbosity > 0 ? names : [] }

  private var predictions: [String] {
    guard let report = inspection.predictions, let host else { return [] }
    let findings = report.results.filter { $0.status.isRefusal || $0.status == .warn }
    guard !findings.isEmpty else { return ["\(host) satisfies all that could be compared"] }
    return [host]
      + findings.flatMap { result in
        ["\(result.check.rawValue) \(result.status.rawValue): \(result.message)"]
          + result.notes.map { "  " + $0 }
      }
  }
}
