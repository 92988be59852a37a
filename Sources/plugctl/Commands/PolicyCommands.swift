internal import CommandLineKit
internal import Operations
internal import PkgCore

/// `policy ...`
enum PolicyCommands {
  static func show(_ call: Invocation) throws -> Answer {
    let values = try PolicyQueries(call.session()).values()
    var table = TextTable(["FIELD", "VALUE", "FROM"])
    for value in values { table.add([value.field, value.text, value.origin]) }
    return Answer("policy-show", json: .array(values.map(json)), text: table.text(call.output))
  }

  static func check(_ call: Invocation) throws -> Answer {
    let session = try call.session()
    let queries = PolicyQueries(session)
    // Also without a plugin a file with a fault ends here.
    let values = try queries.values()
    guard let text = call.arguments.first else {
      return Answer(
        "policy-check", json: ["values": .array(values.map(json))],
        text: "the policy is valid: \(counted(values.count, "value"))")
    }
    let answer = try Interruption.run { try await queries.check(text) }
    let signer = answer.keyID.map { "signed by \($0)" } ?? "unsigned"
    var result = Answer(
      "policy-check",
      json: [
        "what": .string(answer.what), "key": .optional(answer.keyID),
        "admitted": .bool(answer.obstacle == nil),
        "obstacle": answer.obstacle.map { .string($0.code.rawValue) } ?? .null,
      ],
      text: "\(printable(answer.what)), \(signer): "
        + (answer.obstacle == nil ? "may be installed" : "may not be installed"))
    if let obstacle = answer.obstacle {
      result.exitCode = ExitCode.of(obstacle.code.category)
      result.failure = obstacle
    }
    return result
  }

  private static func json(_ value: PolicyValue) -> JSON {
    [
      "field": .string(value.field), "value": .string(value.text), "origin": .string(value.origin),
      "until": .optional(value.until?.rfc3339),
    ]
  }
}
