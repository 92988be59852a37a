/// A plan in a file, to be looked at by one person and carried out by another: `plugctl plan -o`.
///
/// It says what was asked for and what would happen. It is no authority: carrying it out plans anew and
/// compares.
public struct SavedPlan: Sendable {
  /// The schema of the file.
  public static let schema: Int64 = 1

  /// What happens to one host instance.
  public struct Instance: Sendable, Equatable {
    /// The host instance.
    public var host: String
    /// The generation that was live; 0 for none.
    public var generation: Int64
    /// What changes, as in `plugctl.install/1`.
    public var steps: [JSON]
    /// All plugins afterwards: `id version archive`.
    public var result: [String]

    /// What a plan means for an instance whose live generation has this number.
    public init(_ plan: TransactionPlan, host: String, generation: Int64) {
      self.host = host
      self.generation = generation
      steps = plan.steps.map { Self.lasting($0.json) }
      result = plan.result.map { "\($0.name) \($0.version) \($0.archive.hex)" }
    }

    init?(json: JSON) {
      guard let host = json["host"]?.stringValue, let generation = json["generation"]?.integerValue,
        let steps = json["steps"]?.arrayValue, let result = json["result"]?.texts
      else { return nil }
      self.host = host
      self.generation = generation
      self.steps = steps
      self.result = result
    }

    /// Without what is so at one moment only: bytes to fetch depend on caches, a pin's time on the clock.
    private static func lasting(_ step: JSON) -> JSON {
      guard let object = step.objectValue else { return step }
      var kept = JSONObject()
      for member in object.members where member.name != "size" {
        guard member.name == "pin", let pin = member.value.objectValue else {
          kept.append(member.name, member.value)
          continue
        }
        var lasting = JSONObject()
        for part in pin.members where part.name != "created" {
          lasting.append(part.name, part.value)
        }
        kept.append("pin", .object(lasting))
      }
      return .object(kept)
    }
  }

  /// Refuses a change that is not the one of the file; one that changes nothing is none.
  ///
  /// - Throws: ``Diagnostic`` with `plan.stale`.
  public func check(_ plan: TransactionPlan, host: String, generation: Int64) throws(Diagnostic) {
    guard !plan.isEmpty else { return }
    let now = Instance(plan, host: host, generation: generation)
    guard let then = instances.first(where: { $0.host == host }) else {
      throw Self.stale("it says nothing of `\(host)`, which would change now")
    }
    guard then != now else { return }
    throw Self.stale(
      then.generation == now.generation
        ? "the same command would do something else to `\(host)` now"
        : "`\(host)` was at generation \(then.generation) and is at \(now.generation)")
  }

  /// Refuses a plan of which a part would not be done.
  ///
  /// - Parameter hosts: the instances that change now.
  /// - Throws: ``Diagnostic`` with `plan.stale`.
  public func check(hosts: [String]) throws(Diagnostic) {
    guard let lost = instances.first(where: { !hosts.contains($0.host) }) else { return }
    throw Self.stale("nothing would change for `\(lost.host)` now")
  }

  private static func stale(_ reason: String) -> Diagnostic {
    Diagnostic(
      .planStale, "the plan does not fit any more", notes: [reason],
      hint: "make it anew with `plugctl plan`, and look at it again")
  }

  /// When it was made.
  public var created: Timestamp
  /// The folder of the store for which it was made.
  public var store: String
  /// The command line, without the program: `install`, `--with=geo`, `--`, `vector@^1`.
  public var command: [String]
  /// Instances that change, by host.
  public var instances: [Instance]

  /// A plan of these parts.
  public init(created: Timestamp, store: String, command: [String], instances: [Instance]) {
    self.created = created
    self.store = store
    self.command = command
    self.instances = instances.sorted { bytesPrecede($0.host, $1.host) }
  }

  /// The content of the file.
  public var json: JSON {
    [
      "schema": .integer(Self.schema), "created": .string(created.rfc3339),
      "store": .string(store), "command": .strings(command),
      "instances": .array(
        instances.map { instance in
          [
            "host": .string(instance.host), "generation": .integer(instance.generation),
            "steps": .array(instance.steps), "result": .strings(instance.result),
          ]
        }),
    ]
  }

  /// Reads a file's content.
  ///
  /// - Throws: ``Diagnostic`` with `plan.invalid`.
  public init(json: JSON) throws(Diagnostic) {
    if let schema = json["schema"]?.integerValue, schema != Self.schema {
      throw Diagnostic(
        .planInvalid, "the plan has the schema \(schema), which this plugctl does not know",
        hint: "make it anew with `plugctl plan`")
    }
    let instances = (json["instances"]?.arrayValue ?? []).map { Instance(json: $0) }
    guard json["schema"] != nil,
      let created = json["created"]?.stringValue.flatMap({ Timestamp(rfc3339: $0) }),
      let store = json["store"]?.stringValue, let command = json["command"]?.texts,
      !command.isEmpty, instances.allSatisfy({ $0 != nil })
    else {
      throw Diagnostic(
        .planInvalid, "the file is no plan of plugctl's",
        hint: "make one: `plugctl plan install NAME -o FILE`")
    }
    self.init(
      created: created, store: store, command: command, instances: instances.compactMap(\.self))
  }
}
