/// Versions at which a user holds an installed plugin.
public struct Pin: Sendable, Hashable {
  /// The versions that it may have.
  public var range: VersionRange
  /// Why, in the user's words; empty where nobody said.
  public var reason: String
  /// Since when.
  public var created: Timestamp
  /// Until when; nil for no end.
  public var until: Timestamp?

  /// A pin of these parts.
  public init(
    range: VersionRange, reason: String = "", created: Timestamp, until: Timestamp? = nil
  ) {
    self.range = range
    self.reason = reason
    self.created = created
    self.until = until
  }

  /// Whether it holds at a time.
  public func holds(at time: Timestamp) -> Bool { until.map { time < $0 } ?? true }

  /// As in a generation's manifest.
  public var json: JSON {
    var object = JSONObject()
    object.append("range", .string(range.description))
    object.append("reason", reason.isEmpty ? nil : .string(reason))
    object.append("created", .string(created.rfc3339))
    object.append("until", until.map { .string($0.rfc3339) })
    return .object(object)
  }

  /// Reads it; nil where it is malformed.
  public init?(json: JSON) {
    guard let range = json["range"]?.stringValue.flatMap({ try? VersionRange($0) }),
      let created = json["created"]?.stringValue.flatMap({ Timestamp(rfc3339: $0) })
    else { return nil }
    self.init(range: range, reason: json["reason"]?.stringValue ?? "", created: created)
    if let text = json["until"]?.stringValue {
      guard let end = Timestamp(rfc3339: text) else { return nil }
      until = end
    }
  }
}
