import PkgCore

/// What a check of an interface delivered: whether it is as it must be, and what to ask next.
struct PlugAnswer {
  /// Sentences about what is wrong.
  private(set) var faults: [String] = []
  /// A workload's operations and their weights.
  private(set) var operations: [(name: String, weight: Int64)] = []
  /// Arguments of a second run.
  private(set) var questions: [[UInt8]] = []

  init(_ check: CheckID, _ run: WorkerRun) {
    switch check {
    case .workload: workload(run.data("operations"))
    case .httpRoutes: routes(run.data("routes"))
    case .scalar: functions(run.data("functions"))
    case .auth: claims(run.data("claims"))
    case .query: plan(run.data("plan"))
    default: break
    }
  }

  private mutating func workload(_ bytes: [UInt8]) {
    guard let object = json(bytes, "operations")?.objectValue else {
      if faults.isEmpty { faults.append("operations wrote no JSON object") }
      return
    }
    for member in object.members where !(0...1_000_000).contains(member.value.integerValue ?? -1) {
      faults.append("the weight of `\(member.name)` is no integer from 0 to 1,000,000")
    }
    for member in object.members where !Self.isWord(member.name) {
      faults.append(
        "`\(printable(member.name))` is no name of an operation: it has other than visible ASCII")
    }
    if object.members.count > Self.most {
      faults.append("it has more than \(Self.most) operations")
    }
    operations = object.members.map { ($0.name, $0.value.integerValue ?? 0) }
    if object.members.allSatisfy({ $0.value.integerValue == 0 }) {
      faults.append("all weights are 0")
    }
  }

  private mutating func routes(_ bytes: [UInt8]) {
    let routes = list(bytes, "routes")
    var seen: Set<String> = []
    for route in routes {
      guard let method = route.objectValue?["method"]?.stringValue,
        let path = route.objectValue?["path"]?.stringValue, Self.isMethod(method), Self.isPath(path)
      else {
        faults.append("a route has no `method` such as GET and `path` such as /movies/{id}")
        continue
      }
      if !seen.insert("\(method) \(path)").inserted {
        faults.append("the route `\(method) \(path)` stands there twice")
      }
      questions.append(Array("\(method) \(Self.filled(path)) 0".utf8))
    }
  }

  /// As many fit into one command line of the worker.
  private static let most = 500

  /// Visible ASCII without blanks, at most 200 bytes.
  private static func isWord(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.count <= 200 && text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
  }

  private static func isMethod(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.allSatisfy { (0x41...0x5A).contains($0) }
  }

  private static func isPath(_ text: String) -> Bool {
    text.begins(with: "/") && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
  }

  private static func filled(_ path: String) -> String {
    path.parts(at: "/", keepsEmpty: true)
      .map { $0.begins(with: "{") && $0.ends(with: "}") ? "1" : String($0) }.joined(separator: "/")
  }

  private static let types: Set<String> = ["i64", "f64", "bool", "text"]

  private mutating func functions(_ bytes: [UInt8]) {
    let functions = list(bytes, "functions")
    for function in functions {
      guard let object = function.objectValue, let name = object["name"]?.stringValue,
        Self.isWord(name),
        let types = object["arguments"]?.arrayValue?.map({ $0.stringValue ?? "" }),
        let result = object["result"]?.stringValue,
        (types + [result]).allSatisfy(Self.types.contains),
        let nulls = object["nulls"]?.stringValue, ["propagate", "called"].contains(nulls)
      else {
        faults.append(
          "a function has not `name`, `arguments`, `result` and `nulls` as plug.h has them")
        continue
      }
      let list = types.isEmpty ? "-" : types.joined(separator: ",")
      questions.append(Array("\(name) \(list) \(result) \(nulls)".utf8))
    }
  }

  private mutating func claims(_ bytes: [UInt8]) {
    guard let claims = json(bytes, "authenticate") else { return }
    if claims.objectValue?["sub"]?.stringValue == nil {
      faults.append("its claims are no JSON object with a `sub`")
    }
  }

  private mutating func plan(_ bytes: [UInt8]) {
    guard let plan = json(bytes, "rewrite") else { return }
    if plan.objectValue?["op"]?.stringValue == nil {
      faults.append("the plan that it wrote is no JSON object with an `op`")
    }
  }

  /// A list that must have something in it; the second run delivers none.
  private mutating func list(_ bytes: [UInt8], _ call: String) -> [JSON] {
    guard !bytes.isEmpty, let list = json(bytes, call) else { return [] }
    guard let elements = list.arrayValue, !elements.isEmpty else {
      faults.append("\(call) wrote no JSON list")
      return []
    }
    if elements.count > Self.most { faults.append("it has more than \(Self.most) \(call)") }
    return elements
  }

  private mutating func json(_ bytes: [UInt8], _ call: String) -> JSON? {
    do throws(JSONError) {
      return try JSONParser.parse(bytes)
    } catch {
      faults.append("what \(call) wrote is no JSON: \(error.diagnostic.message)")
      return nil
    }
  }
}
