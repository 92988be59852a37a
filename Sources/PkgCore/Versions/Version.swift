/// A version by SemVer 2.0.0: `major.minor.patch[-prerelease][+build]`.
public struct Version: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// One dot-separated part of a pre-release.
  public enum Identifier: Sendable, Hashable, Comparable {
    /// Digits only; before every word.
    case number(UInt64)
    /// Letters, digits and hyphens.
    case word(String)

    /// SemVer 11.4: numbers by value, words by bytes, numbers before words.
    public static func < (left: Identifier, right: Identifier) -> Bool {
      switch (left, right) {
      case (.number(let a), .number(let b)): a < b
      case (.word(let a), .word(let b)): bytesPrecede(a, b)
      case (.number, .word): true
      case (.word, .number): false
      }
    }
  }

  /// Incompatible changes.
  public let major: UInt64
  /// Compatible additions.
  public let minor: UInt64
  /// Compatible mends.
  public let patch: UInt64
  /// Empty for a release.
  public let prerelease: [Identifier]
  /// Build metadata without `+`; ignored in comparison, kept in the text.
  public let build: String

  /// A version of these parts.
  public init(
    _ major: UInt64, _ minor: UInt64, _ patch: UInt64, prerelease: [Identifier] = [],
    build: String = ""
  ) {
    self.major = major
    self.minor = minor
    self.patch = patch
    self.prerelease = prerelease
    self.build = build
  }

  /// Reads a version by the grammar of SemVer 2.0.0; numbers must fit 64 bits, and so must the next.
  ///
  /// - Throws: ``VersionError/notAVersion(_:)``.
  public init(_ text: String) throws(VersionError) {
    guard let version = Self.parse(text) else { throw .notAVersion(text) }
    self = version
  }

  /// Whether it bears a pre-release part.
  public var isPrerelease: Bool { !prerelease.isEmpty }

  /// The text, build metadata included.
  public var description: String {
    var text = "\(major).\(minor).\(patch)"
    if !prerelease.isEmpty {
      text += "-" + prerelease.map(\.text).joined(separator: ".")
    }
    return build.isEmpty ? text : text + "+" + build
  }

  /// Equal precedence (SemVer 10: build metadata is ignored).
  public static func == (left: Version, right: Version) -> Bool {
    left.major == right.major && left.minor == right.minor && left.patch == right.patch
      && left.prerelease == right.prerelease
  }

  /// Agrees with `==`.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(major)
    hasher.combine(minor)
    hasher.combine(patch)
    hasher.combine(prerelease)
  }

  /// Precedence by SemVer 11.
  public static func < (left: Version, right: Version) -> Bool {
    if left.major != right.major { return left.major < right.major }
    if left.minor != right.minor { return left.minor < right.minor }
    if left.patch != right.patch { return left.patch < right.patch }
    switch (left.prerelease.isEmpty, right.prerelease.isEmpty) {
    case (true, _): return false
    case (false, true): return true
    case (false, false): return left.prerelease.lexicographicallyPrecedes(right.prerelease)
    }
  }

  private static func parse(_ text: String) -> Version? {
    var rest = text[...]
    var build = ""
    if let (before, after) = rest.cut(at: "+") {
      build = String(after)
      guard identifiers(build) != nil else { return nil }
      rest = before
    }
    var prerelease: [Identifier] = []
    if let (before, after) = rest.cut(at: "-") {
      guard let words = identifiers(String(after)) else { return nil }
      for word in words {
        guard let identifier = Identifier(prereleaseText: word) else { return nil }
        prerelease.append(identifier)
      }
      rest = before
    }
    let numbers = rest.parts(at: ".", keepsEmpty: true).map(number)
    guard numbers.count == 3, let major = numbers[0], let minor = numbers[1], let patch = numbers[2]
    else { return nil }
    return Version(major, minor, patch, prerelease: prerelease, build: build)
  }

  private static func identifiers(_ text: String) -> [String]? {
    let words = text.parts(at: ".", keepsEmpty: true).map(String.init)
    let isValid = words.allSatisfy { word in
      !word.isEmpty && word.utf8.allSatisfy(isIdentifierByte)
    }
    return isValid ? words : nil
  }

  private static func isIdentifierByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "-"):
      true
    default: false
    }
  }

  /// Digits without a leading zero, of a number that has a successor.
  static func number(_ text: some StringProtocol) -> UInt64? {
    guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    guard text.utf8.count == 1 || text.utf8.first != UInt8(ascii: "0") else { return nil }
    return UInt64(text).flatMap { $0 < .max ? $0 : nil }
  }
}

extension Version.Identifier {
  /// Reads one identifier of a pre-release; nil for a number with a leading zero.
  init?(prereleaseText text: String) {
    if text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
      guard text.utf8.count == 1 || text.utf8.first != UInt8(ascii: "0") else { return nil }
      // A number beyond 64 bits keeps its order only among words; SemVer sets no limit, we do.
      guard let value = UInt64(text) else { return nil }
      self = .number(value)
    } else {
      self = .word(text)
    }
  }

  var text: String {
    switch self {
    case .number(let value): String(value)
    case .word(let text): text
    }
  }
}

/// Why a text is no version or no range.
public enum VersionError: Error, Sendable, Equatable {
  /// Not SemVer 2.0.0.
  case notAVersion(String)
  /// Not a range in our syntax.
  case notARange(String)
}

extension VersionError: Diagnosable {
  /// `version.invalid` or `range.invalid`.
  public var diagnostic: Diagnostic {
    switch self {
    case .notAVersion(let text):
      Diagnostic(
        .versionInvalid, "`\(text)` is not a version",
        hint: "write three numbers, as in `1.4.0` (SemVer 2.0)")
    case .notARange(let text):
      Diagnostic(
        .rangeInvalid, "`\(text)` is not a version range",
        hint: "write `^1.2`, `~1.2`, `>=1 <3`, `=1.2.3`, `1.x`, `*` or `a || b`")
    }
  }
}
