/// One half of a plugin's full name: `[a-z0-9][a-z0-9_-]{0,63}`.
public struct NamePart: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// The spelling as declared.
  public let text: String

  /// Checks the grammar; nil where the text does not fit it.
  public init?(_ text: String) {
    let bytes = Array(text.utf8)
    guard (1...64).contains(bytes.count), Self.isLetterOrDigit(bytes[0]),
      bytes.dropFirst().allSatisfy({
        Self.isLetterOrDigit($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
      })
    else { return nil }
    self.text = text
  }

  /// The spelling under which names are unique: `-` and `_` are one.
  public var folded: String {
    String(text.map { $0 == "-" ? "_" : $0 })
  }

  /// Same as ``text``.
  public var description: String { text }

  /// In byte order.
  public static func < (left: NamePart, right: NamePart) -> Bool {
    bytesPrecede(left.text, right.text)
  }

  private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
      || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }
}

/// A plugin's identity: `publisher/name`, in the spelling that its manifest declares.
public struct PluginName: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// Names that the command line and the API use for themselves.
  public static let reserved: Set<String> = ["search", "stats", "install"]

  /// Who publishes it.
  public let publisher: NamePart
  /// Its name below the publisher.
  public let name: NamePart

  /// A name of two checked parts.
  public init(publisher: NamePart, name: NamePart) {
    self.publisher = publisher
    self.name = name
  }

  /// Reads `publisher/name`.
  ///
  /// - Throws: ``NameError`` where the text is no full name, or the name is reserved.
  public init(_ text: String) throws(NameError) {
    let parts = text.parts(at: "/", keepsEmpty: true)
    guard parts.count == 2, let publisher = NamePart(String(parts[0])),
      let name = NamePart(String(parts[1]))
    else { throw .notAFullName(text) }
    guard !Self.reserved.contains(name.text) else { throw .reserved(text) }
    self.init(publisher: publisher, name: name)
  }

  /// `publisher/name`.
  public var description: String { "\(publisher)/\(name)" }

  /// The spelling under which full names are unique.
  public var folded: String { "\(publisher.folded)/\(name.folded)" }

  /// In byte order of publisher, then name.
  public static func < (left: PluginName, right: PluginName) -> Bool {
    (left.publisher, left.name) < (right.publisher, right.name)
  }
}

/// Why a text is no plugin name.
public enum NameError: Error, Sendable, Equatable {
  /// Not `publisher/name` in the allowed letters.
  case notAFullName(String)
  /// Not `[a-z0-9][a-z0-9_-]{0,63}`.
  case notAName(String)
  /// Not a name for something that is no plugin; the option chooses another, where there is one.
  case notANameOf(String, what: String, option: String?)
  /// A word that the command line uses itself.
  case reserved(String)
}

extension NameError: Diagnosable {
  /// `name.invalid`.
  public var diagnostic: Diagnostic {
    switch self {
    case .notAFullName(let text):
      Diagnostic(
        .nameInvalid, "`\(text)` is not a full plugin name",
        hint: "write `publisher/name`, both of a-z, 0-9, `_` and `-`, at most 64 letters each")
    case .notAName(let text):
      Diagnostic(
        .nameInvalid, "`\(text)` is not a plugin name",
        hint: "use a-z, 0-9, `_` and `-`, at most 64 letters, beginning with a letter or digit")
    case .notANameOf(let text, let what, let option):
      Diagnostic(
        .nameInvalid, "`\(printable(text))` is no name for \(what)",
        hint: (option.map { "choose one with `\($0)`: " } ?? "use ")
          + "a-z, 0-9, `_` and `-`, at most 64 letters, beginning with a letter or digit")
    case .reserved(let text):
      Diagnostic(.nameInvalid, "`\(text)` is a reserved name", hint: "choose another name")
    }
  }
}

/// What a person typed for a plugin: a short or a full name, perhaps with a range.
public struct PluginReference: Sendable, Hashable, CustomStringConvertible {
  /// The publisher, where it was typed.
  public let publisher: NamePart?
  /// The name.
  public let name: NamePart
  /// The wanted versions; nil where none was typed.
  public let range: VersionRange?

  /// Reads `[publisher/]name[@range]`; `name=1.2.3` is taken for `name@=1.2.3`, and a bare version
  /// after `@` means exactly that version.
  ///
  /// - Throws: ``NameError`` or ``VersionError``.
  public init(_ text: String) throws {
    let (nameText, rangeText) = Self.split(text)
    let parts = nameText.parts(at: "/", keepsEmpty: true)
    guard (1...2).contains(parts.count), let name = NamePart(String(parts[parts.count - 1])) else {
      throw NameError.notAName(String(nameText))
    }
    if parts.count == 2 {
      guard let publisher = NamePart(String(parts[0])) else {
        throw NameError.notAFullName(String(nameText))
      }
      self.publisher = publisher
    } else {
      publisher = nil
    }
    self.name = name
    range = try rangeText.map { try Self.range(String($0)) }
  }

  /// A reference to exactly this plugin, any version.
  public init(_ name: PluginName, range: VersionRange? = nil) {
    publisher = name.publisher
    self.name = name.name
    self.range = range
  }

  /// The full name, where the publisher was typed.
  public var fullName: PluginName? { publisher.map { PluginName(publisher: $0, name: name) } }

  /// As it may be typed again.
  public var description: String {
    (publisher.map { "\($0)/" } ?? "") + name.text + (range.map { "@\($0)" } ?? "")
  }

  /// Whether the reference means this plugin; `-` and `_` are one.
  public func matches(_ plugin: PluginName) -> Bool {
    name.folded == plugin.name.folded
      && (publisher.map { $0.folded == plugin.publisher.folded } ?? true)
  }

  private static func split(_ text: String) -> (Substring, Substring?) {
    if let (name, range) = text.cut(at: "@") { return (name, range) }
    if let (name, version) = text.cut(at: "=") { return (name, "=" + version) }
    return (text[...], nil)
  }

  private static func range(_ text: String) throws(VersionError) -> VersionRange {
    if let version = try? Version(text) { return VersionRange(exactly: version) }
    return try VersionRange(text)
  }
}
