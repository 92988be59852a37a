internal import PkgCore

/// Changes entries of one map of texts below the outermost map of a YAML document, in flow or block
/// form, and leaves every other character as it is: comments, quotes, order, line ends.
///
/// What it can't do without guessing it refuses. The caller compares what the new text says with what
/// it should say.
public struct YAMLMapEditor {
  /// Why a text can't be edited.
  public enum Refusal: Error, Sendable, Equatable {
    /// The document is no map.
    case noMap
    /// The key stands for something else than a map of texts.
    case noMapOfTexts(String)
    /// The map is written so that an entry can't be taken out or put in by lines.
    case layout(String)
  }

  private var text: [Unicode.Scalar]
  private let key: String

  /// An editor of the map of a key.
  public init(_ bytes: [UInt8], key: String) {
    text = Array(String(decoding: bytes, as: UTF8.self).unicodeScalars)
    self.key = key
  }

  /// The text as it is now.
  public var bytes: [UInt8] {
    var result = String.UnicodeScalarView()
    result.append(contentsOf: text)
    return Array(String(result).utf8)
  }

  /// Gives an entry a value; a new one comes last.
  ///
  /// - Throws: ``Refusal`` or ``YAMLError``.
  public mutating func set(_ name: String, to value: String) throws {
    let outer = try outline()
    guard let map = outer.entries.first(where: { sameBytes($0.key, key) }) else {
      let inner =
        "{ \(written(name, outer, isKey: true)): \(written(value, outer, isKey: false)) }"
      if outer.whole.isFlow {
        return try append(
          "\(written(key, outer, isKey: true)): \(inner)", to: outer.whole, outer.entries)
      }
      let start = outer.entries.first?.keyStretch.range.lowerBound ?? 0
      guard indent(at: start) == 0 else { throw Refusal.layout(key) }
      let lead = text.last.map { Self.isBreak($0) } ?? true ? "" : lineEnd
      let line = "  \(written(name, outer, isKey: true)): \(written(value, outer, isKey: false))"
      return insert("\(lead)\(key):\(lineEnd)\(line)\(lineEnd)", at: text.count)
    }
    if let entry = map.inner.first(where: { sameBytes($0.key, name) }) {
      guard entry.value.kind == .plain || entry.value.kind == .quoted, !entry.value.range.isEmpty
      else { throw Refusal.noMapOfTexts(key) }
      let new = written(value, outer, isKey: false)
      return text.replaceSubrange(entry.value.range, with: Array(new.unicodeScalars))
    }
    let entry = "\(written(name, outer, isKey: true)): \(written(value, outer, isKey: false))"
    switch map.value.kind {
    case .map: try append(entry, to: map.value, map.inner)
    case .plain where map.value.range.isEmpty && !outer.whole.isFlow:
      let column = indent(at: map.keyStretch.range.lowerBound) + 2
      insertLine(spaces(column) + entry, after: map.keyStretch.range.upperBound)
    case .plain where ["~", "null"].contains(map.value.text):
      text.replaceSubrange(map.value.range, with: Array("{ \(entry) }".unicodeScalars))
    default: throw Refusal.noMapOfTexts(key)
    }
  }

  /// Takes an entry out; one that is not there is no error.
  ///
  /// - Throws: ``Refusal`` or ``YAMLError``.
  public mutating func remove(_ name: String) throws {
    let outer = try outline()
    guard let map = outer.entries.first(where: { sameBytes($0.key, key) }),
      let place = map.inner.firstIndex(where: { sameBytes($0.key, name) })
    else { return }
    let entry = map.inner[place]
    guard entry.value.kind == .plain || entry.value.kind == .quoted else {
      throw Refusal.noMapOfTexts(key)
    }
    let stretch = entry.keyStretch.range.lowerBound..<entry.value.range.upperBound
    guard map.value.isFlow else {
      guard isFirstOnLine(stretch.lowerBound), isLastOnLine(stretch.upperBound) else {
        throw Refusal.layout(key)
      }
      return text.removeSubrange(startOfLine(stretch.lowerBound)..<endOfLine(stretch.upperBound))
    }
    try removeFromFlow(stretch, at: place, of: map)
  }

  private mutating func removeFromFlow(
    _ stretch: Range<Int>, at place: Int, of map: YAMLOutline.Entry
  ) throws {
    let former = place > 0 ? map.inner[place - 1].value.range.upperBound : nil
    let next = place + 1 < map.inner.count ? map.inner[place + 1].keyStretch.range.lowerBound : nil
    let comma = commaAfter(stretch.upperBound)
    // A line of its own goes as a line, with its comment.
    if isFirstOnLine(stretch.lowerBound), isLastOnLine(comma.map { $0 + 1 } ?? stretch.upperBound) {
      text.removeSubrange(startOfLine(stretch.lowerBound)..<endOfLine(stretch.upperBound))
      if comma == nil, let former, let lonely = commaAfter(former) { text.remove(at: lonely) }
      return
    }
    if let next {
      guard !text[stretch.upperBound..<next].contains("#") else { throw Refusal.layout(key) }
      text.removeSubrange(stretch.lowerBound..<next)
    } else if let former {
      guard !text[former..<stretch.lowerBound].contains("#") else { throw Refusal.layout(key) }
      text.removeSubrange(former..<stretch.upperBound)
    } else {
      let inside = map.value.range.lowerBound + 1..<map.value.range.upperBound - 1
      guard !text[inside].contains("#") else { throw Refusal.layout(key) }
      text.removeSubrange(inside)
    }
  }

  /// Puts an entry behind the last one of a map.
  private mutating func append(
    _ entry: String, to map: YAMLOutline.Stretch, _ entries: [YAMLOutline.Entry]
  ) throws {
    guard let last = entries.last else {
      guard map.isFlow else { throw Refusal.layout(key) }
      let inside = map.range.lowerBound + 1..<map.range.upperBound - 1
      guard text[inside].allSatisfy({ $0 == " " }) else { throw Refusal.layout(key) }
      return text.replaceSubrange(inside, with: Array(" \(entry) ".unicodeScalars))
    }
    let (start, end) = (last.keyStretch.range.lowerBound, last.value.range.upperBound)
    guard map.isFlow else {
      guard last.value.kind != .block, isFirstOnLine(start), isLastOnLine(end) else {
        throw Refusal.layout(key)
      }
      return insertLine(spaces(indent(at: start)) + entry, after: end)
    }
    let comma = commaAfter(end)
    guard isFirstOnLine(start) else {
      return insert(comma == nil ? ", \(entry)" : " \(entry),", at: comma.map { $0 + 1 } ?? end)
    }
    guard isLastOnLine(comma.map { $0 + 1 } ?? end) else { throw Refusal.layout(key) }
    insertLine(spaces(indent(at: start)) + entry + (comma == nil ? "" : ","), after: end)
    if comma == nil { insert(",", at: end) }
  }

  private func outline() throws -> YAMLOutline {
    guard let outline = try YAMLOutline(bytes) else { throw Refusal.noMap }
    return outline
  }

  /// A text as it is written beside the document's own: plain where that is safe and not JSON.
  private func written(_ text: String, _ outer: YAMLOutline, isKey: Bool) -> String {
    let isJSON = outer.whole.isFlow && outer.entries.first?.keyStretch.kind == .quoted
    let isPlain =
      isKey
      || (["^", "~"].contains(text.first) && text.utf8.count > 1
        && text.dropFirst().utf8.allSatisfy { byte in
          (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte) || byte == 0x2E
            || byte == 0x2D
        })
    return isPlain && !isJSON
      ? text : String(decoding: JSON.string(text).compactBytes, as: UTF8.self)
  }
}

/// Lines of the text.
extension YAMLMapEditor {
  private static func isBreak(_ scalar: Unicode.Scalar) -> Bool { scalar == "\n" || scalar == "\r" }

  private static func isBlank(_ scalar: Unicode.Scalar) -> Bool { scalar == " " || scalar == "\t" }

  /// As the document's own lines end.
  private var lineEnd: String {
    guard let place = text.firstIndex(of: "\n"), place > 0, text[place - 1] == "\r" else {
      return "\n"
    }
    return "\r\n"
  }

  private func spaces(_ count: Int) -> String { String(repeating: " ", count: count) }

  private func startOfLine(_ place: Int) -> Int {
    (text[..<place].lastIndex(where: Self.isBreak)).map { $0 + 1 } ?? 0
  }

  /// After the line's break, or the end of the text.
  private func endOfLine(_ place: Int) -> Int {
    text[place...].firstIndex(of: "\n").map { $0 + 1 } ?? text.count
  }

  private func indent(at place: Int) -> Int { place - startOfLine(place) }

  private func isFirstOnLine(_ place: Int) -> Bool {
    text[startOfLine(place)..<place].allSatisfy { $0 == " " }
  }

  /// Whether nothing but blanks and a comment follows on the line.
  private func isLastOnLine(_ place: Int) -> Bool {
    let rest = text[place...].prefix { !Self.isBreak($0) }.drop(while: Self.isBlank)
    return rest.isEmpty || rest.first == "#"
  }

  /// The comma that follows a value of a flow map, past blanks, breaks and comments.
  private func commaAfter(_ place: Int) -> Int? {
    var place = place
    while place < text.count {
      if text[place] == "," { return place }
      if text[place] == "#" {
        place = endOfLine(place)
      } else if Self.isBlank(text[place]) || Self.isBreak(text[place]) {
        place += 1
      } else {
        return nil
      }
    }
    return nil
  }

  private mutating func insert(_ new: String, at place: Int) {
    text.insert(contentsOf: Array(new.unicodeScalars), at: place)
  }

  /// A line of its own behind the one of a place.
  private mutating func insertLine(_ line: String, after place: Int) {
    let end = endOfLine(place)
    let isWhole = end > 0 && text[end - 1] == "\n"
    insert(isWhole ? line + lineEnd : lineEnd + line, at: end)
  }
}
