internal import CommandLineKit
internal import Operations
internal import PkgCore

/// `index advisory ...`
enum AdvisoryCommands {
  static func add(_ call: Invocation) throws -> Answer {
    let change = try advisories(try IndexCommands.repository(call), call).add(call.arguments)
    return answer("published", change, call)
  }

  static func remove(_ call: Invocation) throws -> Answer {
    let change = try advisories(try IndexCommands.repository(call), call).remove(call.arguments[0])
    return answer("took away", change, call)
  }

  static func list(_ call: Invocation) throws -> Answer {
    let repository = try IndexRoleCommands.repository(call.arguments[0], call)
    let all = try advisories(repository, call).list()
    var table = TextTable(["ID", "PLUGINS", "SUMMARY"])
    for advisory in all {
      let names = Set(advisory.affected.map(\.plugin)).sorted().map(\.description)
      table.add([advisory.id, names.joined(separator: " "), advisory.summary])
    }
    let data = all.map { advisory -> JSON in
      [
        "id": .string(advisory.id), "summary": .string(advisory.summary),
        "severity": .optional(advisory.severity),
        "plugins": .strings(
          Set(advisory.affected.map(\.plugin)).sorted().map(\.description)),
      ]
    }
    return Answer("index-advisories", json: .array(data), text: table.text(call.output))
  }

  private static func advisories(_ repository: Repository, _ call: Invocation) throws
    -> IndexAdvisories
  {
    IndexAdvisories(repository, now: try call.session().now)
  }

  private static func answer(_ word: String, _ change: AdvisoryChange, _ call: Invocation)
    -> Answer
  {
    let lines =
      change.ids.map { "\(word) \(printable($0))" }
      + change.unknownPlugins.map { "note: the index has no plugin `\($0)`" }
    return Answer(
      "index-advisory",
      json: [
        "ids": .strings(change.ids),
        "unknownPlugins": .strings(change.unknownPlugins.map(\.description)),
        "waiting": IndexRoleCommands.waiting(change.outcome),
      ],
      text: (lines + IndexRoleCommands.notes(change.outcome, call)).joined(separator: "\n"))
  }
}
