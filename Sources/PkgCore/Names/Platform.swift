/// What a build runs on: `linux-x86_64-gnu`, `macos-arm64`, `windows-x86_64`.
public struct Platform: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// The text as written in manifests and file names.
  public let text: String

  /// Two or three parts of `[a-z0-9_]`, joined by hyphens; nil for anything else.
  public init?(_ text: String) {
    let parts = text.parts(at: "-", keepsEmpty: true)
    let isValid = parts.allSatisfy { part in
      (1...16).contains(part.utf8.count)
        && part.utf8.allSatisfy { byte in
          (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || byte == 0x5F
        }
    }
    guard (2...3).contains(parts.count), isValid else { return nil }
    self.text = text
  }

  private init(known text: String) { self.text = text }

  /// The platform of this program.
  public static let current: Platform = {
    #if arch(x86_64)
      Platform(known: "linux-x86_64-gnu")
    #elseif arch(arm64)
      Platform(known: "linux-aarch64-gnu")
    #else
      Platform(known: "linux-unknown-gnu")
    #endif
  }()

  /// Whether its libraries are ELF files, which we can read and load.
  public var isLinux: Bool { text.begins(with: "linux-") }

  /// Same as ``text``.
  public var description: String { text }

  /// In byte order.
  public static func < (left: Platform, right: Platform) -> Bool {
    bytesPrecede(left.text, right.text)
  }
}
