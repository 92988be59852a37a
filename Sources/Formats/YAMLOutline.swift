internal import CYAML
internal import PkgCore

/// Where the entries of a map stand in a text. Places count Unicode scalars, as libyaml's marks do.
struct YAMLOutline {
  /// A value's stretch of text.
  struct Stretch {
    /// What stands there.
    enum Kind { case plain, quoted, block, list, map }
    let kind: Kind
    let range: Range<Int>
    /// A plain scalar's text.
    var text = ""
    /// Whether a list or map is written with brackets or braces.
    var isFlow = false
  }

  /// A key and its value.
  struct Entry {
    let key: String
    let keyStretch: Stretch
    let value: Stretch
    /// The entries of a value that is a map.
    let inner: [Entry]
  }

  /// The map's own stretch.
  let whole: Stretch
  let entries: [Entry]

  /// The outermost map of a document; nil where it is something else.
  init?(_ bytes: [UInt8]) throws(YAMLError) {
    let found = try YAMLReader.withEvents(of: bytes) { reader throws(YAMLError) in
      try Self.document(reader)
    }
    guard let found else { return nil }
    self = found
  }

  private init(whole: Stretch, entries: [Entry]) {
    self.whole = whole
    self.entries = entries
  }

  private static func document(_ reader: borrowing YAMLReader) throws(YAMLError) -> YAMLOutline? {
    while true {
      var event = try reader.next()
      let (type, isFlow) = (event.type, Self.isFlow(event))
      let start = Int(event.start_mark.index)
      yaml_event_delete(&event)
      switch type {
      case YAML_STREAM_START_EVENT, YAML_DOCUMENT_START_EVENT: continue
      case YAML_MAPPING_START_EVENT:
        let (entries, end) = try Self.entries(reader)
        let whole = Stretch(kind: .map, range: start..<end, isFlow: isFlow)
        return YAMLOutline(whole: whole, entries: entries)
      default: return nil
      }
    }
  }

  private enum Step {
    case value(Stretch, [Entry])
    case end(Int)
  }

  /// The entries of a map that was just opened, and where it ends.
  private static func entries(_ reader: borrowing YAMLReader) throws(YAMLError) -> ([Entry], Int) {
    var found: [Entry] = []
    while true {
      switch try step(reader) {
      case .end(let place): return (found, place)
      case .value(let key, _):
        guard case .value(let stretch, let inner) = try step(reader) else { return (found, 0) }
        found.append(Entry(key: key.text, keyStretch: key, value: stretch, inner: inner))
      }
    }
  }

  /// The next value with its entries, or the end of the list or map that is open.
  private static func step(_ reader: borrowing YAMLReader) throws(YAMLError) -> Step {
    var event = try reader.next()
    defer { yaml_event_delete(&event) }
    let (start, end) = (Int(event.start_mark.index), Int(event.end_mark.index))
    let isFlow = Self.isFlow(event)
    switch event.type {
    case YAML_SCALAR_EVENT:
      let scalar = event.data.scalar
      let text = String(
        decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
      let kind: Stretch.Kind =
        switch scalar.style {
        case YAML_PLAIN_SCALAR_STYLE: .plain
        case YAML_SINGLE_QUOTED_SCALAR_STYLE, YAML_DOUBLE_QUOTED_SCALAR_STYLE: .quoted
        default: .block
        }
      return .value(Stretch(kind: kind, range: start..<end, text: text), [])
    case YAML_MAPPING_START_EVENT:
      let (inner, last) = try entries(reader)
      return .value(Stretch(kind: .map, range: start..<max(start, last), isFlow: isFlow), inner)
    case YAML_SEQUENCE_START_EVENT:
      while true {
        if case .end(let last) = try step(reader) {
          return .value(Stretch(kind: .list, range: start..<max(start, last), isFlow: isFlow), [])
        }
      }
    default: return .end(end)
    }
  }

  private static func isFlow(_ event: yaml_event_t) -> Bool {
    switch event.type {
    case YAML_MAPPING_START_EVENT: event.data.mapping_start.style == YAML_FLOW_MAPPING_STYLE
    case YAML_SEQUENCE_START_EVENT: event.data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE
    default: false
    }
  }
}
