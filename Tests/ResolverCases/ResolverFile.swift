public import PkgCore

/// A file of the form "resolver-neutral/1": universes of plugins, requests and verified answers.
///
/// Names there are free text; here each becomes `x/p` and a number, and back for output.
public struct ResolverFile: Sendable {
  /// One question.
  public struct Case: Sendable {
    /// Unique in its file.
    public let id: String
    /// What the file says of it, whole.
    public let json: JSON
    /// In the file's order.
    public let request: [(name: String, range: String)]

    /// Whether there is an answer; nil where the file doesn't say or says that it does not fit.
    public let isSolvable: Bool?
    /// For each name asked for, the newest version attainable together with those before it.
    public let bestDirect: [(name: String, version: String)]
    /// Names that can't hold together; empty where the file names none.
    public let core: [String]
  }

  /// The file's own name.
  public let name: String
  /// All cases.
  public let cases: [Case]
  let document: JSON

  /// Reads a document; nil where it has another form.
  public init?(_ document: JSON) {
    guard document["format"]?.stringValue == "resolver-neutral/1" else { return nil }
    self.document = document
    name = document["name"]?.stringValue ?? ""
    cases = (document["cases"]?.arrayValue ?? []).map { element in
      let expected = element["expected"] ?? .null
      let isMismatch = expected["checked"]?.stringValue?.hasPrefix("MISMATCH") ?? false
      return Case(
        id: element["id"]?.stringValue ?? "", json: element,
        request: pairs(element["request"]),
        isSolvable: isMismatch ? nil : expected["sat"]?.boolValue,
        bestDirect: pairs(expected["best_direct"]).map { ($0.name, $0.range) },
        core: (expected["core"]?.arrayValue ?? []).compactMap(\.stringValue))
    }
  }

  /// What a case is asked of: cases with the same text here share a universe.
  public func universeKey(_ element: Case) -> String {
    let own = element.json["packages"] == nil ? "" : element.id
    let excluded = element.json["excluded"].map { String(decoding: $0.compactBytes, as: UTF8.self) }
    let host = element.json["host"].map { String(decoding: $0.compactBytes, as: UTF8.self) }
    return "\(own)|\(host ?? "")|\(excluded ?? "")"
  }
}

func pairs(_ json: JSON?) -> [(name: String, range: String)] {
  (json?.objectValue?.members ?? []).map { ($0.name, $0.value.stringValue ?? "") }
}
