internal import CommandLineKit
internal import Operations
internal import PkgCore

/// `index host ...`
enum IndexHostCommands {
  static func add(_ call: Invocation) throws -> Answer {
    answer(
      "published", try hosts(try IndexCommands.repository(call), call).add(call.arguments), call)
  }

  static func remove(_ call: Invocation) throws -> Answer {
    let repository = try IndexCommands.repository(call)
    return answer("took away", try hosts(repository, call).remove(call.arguments[0]), call)
  }

  static func list(_ call: Invocation) throws -> Answer {
    let all = try hosts(try IndexRoleCommands.repository(call.arguments[0], call), call).list()
    var table = TextTable(["HOST", "TITLE"])
    for profile in all { table.add([profile.id, profile.title]) }
    return Answer(
      "index-hosts",
      json: .array(all.map { ["host": .string($0.id), "title": .string($0.title)] }),
      text: table.text(call.output))
  }

  private static func hosts(_ repository: Repository, _ call: Invocation) throws -> IndexHosts {
    IndexHosts(repository, now: try call.session().now)
  }

  private static func answer(_ word: String, _ change: IndexHosts.Change, _ call: Invocation)
    -> Answer
  {
    let lines =
      change.ids.map { "\(word) the profile of \($0)" }
      + IndexRoleCommands.notes(change.outcome, call)
    return Answer(
      "index-host",
      json: [
        "hosts": .strings(change.ids), "waiting": IndexRoleCommands.waiting(change.outcome),
      ], text: lines.joined(separator: "\n"))
  }
}
