internal import CYAML
public import PkgCore

/// Why a text is no YAML that we read.
public struct YAMLError: Error, Sendable, Equatable {
  /// The kind of fault.
  public enum Kind: Sendable, Equatable {
    /// libyaml's own sentence.
    case syntax(String)
    /// The same key twice in one map.
    case duplicateKey(String)
    /// A key that is a list or a map.
    case complexKey
    /// `&name` or `*name`: a short text could grow without end.
    case alias
    /// More than one document.
    case severalDocuments
    /// Nested deeper than ``YAMLReader/maximumDepth``.
    case tooDeep
    /// Longer than ``YAMLReader/maximumSize``.
    case tooLarge
  }

  /// The kind of fault.
  public let kind: Kind
  /// Where.
  public let mark: Mark
}

extension YAMLError: Diagnosable {
  /// `yaml.invalid` with the place.
  public var diagnostic: Diagnostic { Diagnostic(.yamlInvalid, "\(mark): \(sentence)") }

  /// What is wrong, without the place.
  public var sentence: String {
    switch kind {
    case .syntax(let problem): problem
    case .duplicateKey(let key): "the key `\(key)` stands twice in one map"
    case .complexKey: "a key must be text"
    case .alias: "anchors and aliases (`&`, `*`) are not allowed"
    case .severalDocuments: "a second document begins; one file holds one document"
    case .tooDeep: "nested deeper than \(YAMLReader.maximumDepth)"
    case .tooLarge: "longer than \(YAMLReader.maximumSize) bytes"
    }
  }
}

/// Reads YAML, so JSON too, into values with line and column. Tags are ignored; aliases, duplicate
/// keys and several documents are refused.
public struct YAMLReader: ~Copyable {
  /// Values nested deeper are refused.
  public static let maximumDepth = 64
  /// Longer texts are refused.
  public static let maximumSize = 1 << 20

  /// At a fixed address: libyaml keeps a pointer to the parser inside it.
  private let parser: UnsafeMutablePointer<yaml_parser_t>

  private init() {
    parser = .allocate(capacity: 1)
    parser.initialize(to: yaml_parser_t())
    yaml_parser_initialize(parser)
  }

  deinit {
    yaml_parser_delete(parser)
    parser.deallocate()
  }

  /// Reads a document; an empty text is a null.
  ///
  /// - Throws: ``YAMLError`` at the first fault.
  public static func read(_ bytes: [UInt8]) throws(YAMLError) -> Node {
    guard bytes.count <= maximumSize else {
      throw YAMLError(kind: .tooLarge, mark: Mark(line: 1, column: 1))
    }
    return try withEvents(of: bytes) { reader throws(YAMLError) in try reader.stream() }
  }

  /// A reader of a text, for a body that looks at libyaml's own events.
  static func withEvents<Value>(
    of bytes: [UInt8], _ body: (borrowing YAMLReader) throws(YAMLError) -> Value
  ) throws(YAMLError) -> Value {
    var result: Result<Value, YAMLError>?
    bytes.withUnsafeBufferPointer { buffer in
      let reader = YAMLReader()
      yaml_parser_set_input_string(reader.parser, buffer.baseAddress, buffer.count)
      yaml_parser_set_encoding(reader.parser, YAML_UTF8_ENCODING)
      do throws(YAMLError) { result = .success(try body(reader)) } catch {
        result = .failure(error)
      }
    }
    guard let result else {
      throw YAMLError(kind: .tooLarge, mark: Mark(line: 1, column: 1))
    }
    return try result.get()
  }

  private func stream() throws(YAMLError) -> Node {
    var root = Node(.scalar("", isQuoted: false), mark: Mark(line: 1, column: 1))
    var documents = 0
    while true {
      var event = try next()
      let (type, mark) = (event.type, Self.mark(event.start_mark))
      yaml_event_delete(&event)
      switch type {
      case YAML_STREAM_END_EVENT: return root
      case YAML_DOCUMENT_START_EVENT:
        documents += 1
        guard documents == 1 else { throw YAMLError(kind: .severalDocuments, mark: mark) }
        root = try node(depth: 0)
      default: continue
      }
    }
  }

  private func node(depth: Int) throws(YAMLError) -> Node {
    guard let node = try nodeOrEnd(depth: depth) else {
      throw YAMLError(kind: .syntax("a value is missing"), mark: Mark(line: 1, column: 1))
    }
    return node
  }

  /// The next value; nil where a list or a map ends instead.
  private func nodeOrEnd(depth: Int) throws(YAMLError) -> Node? {
    var event = try next()
    let mark = Self.mark(event.start_mark)
    defer { yaml_event_delete(&event) }
    guard depth <= Self.maximumDepth else { throw YAMLError(kind: .tooDeep, mark: mark) }
    switch event.type {
    case YAML_SCALAR_EVENT:
      guard event.data.scalar.anchor == nil else { throw YAMLError(kind: .alias, mark: mark) }
      let bytes = UnsafeBufferPointer(
        start: event.data.scalar.value, count: event.data.scalar.length)
      let isPlain = event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE
      return Node(.scalar(String(decoding: bytes, as: UTF8.self), isQuoted: !isPlain), mark: mark)
    case YAML_SEQUENCE_START_EVENT:
      guard event.data.sequence_start.anchor == nil else {
        throw YAMLError(kind: .alias, mark: mark)
      }
      var nodes: [Node] = []
      while let element = try nodeOrEnd(depth: depth + 1) { nodes.append(element) }
      return Node(.list(nodes), mark: mark)
    case YAML_MAPPING_START_EVENT:
      guard event.data.mapping_start.anchor == nil else {
        throw YAMLError(kind: .alias, mark: mark)
      }
      return Node(.map(try entries(depth: depth + 1)), mark: mark)
    case YAML_ALIAS_EVENT: throw YAMLError(kind: .alias, mark: mark)
    default: return nil
    }
  }

  private func entries(depth: Int) throws(YAMLError) -> [Node.Entry] {
    var entries: [Node.Entry] = []
    var names: Set<[UInt8]> = []
    while let key = try nodeOrEnd(depth: depth) {
      guard case .scalar(let name, _) = key.value else {
        throw YAMLError(kind: .complexKey, mark: key.mark)
      }
      guard names.insert(Array(name.utf8)).inserted else {
        throw YAMLError(kind: .duplicateKey(name), mark: key.mark)
      }
      entries.append(Node.Entry(key: name, keyMark: key.mark, value: try node(depth: depth)))
    }
    return entries
  }

  func next() throws(YAMLError) -> yaml_event_t {
    var event = yaml_event_t()
    guard yaml_parser_parse(parser, &event) == 1 else { throw fault() }
    return event
  }

  private func fault() -> YAMLError {
    let problem = parser.pointee.problem.map { String(cString: $0) } ?? "not readable as YAML"
    let context = parser.pointee.context.map { " " + String(cString: $0) } ?? ""
    return YAMLError(kind: .syntax(problem + context), mark: Self.mark(parser.pointee.problem_mark))
  }

  private static func mark(_ mark: yaml_mark_t) -> Mark {
    Mark(line: mark.line + 1, column: mark.column + 1)
  }
}
