/// A `.netrc` file: logins by the names of hosts.
///
/// ```
/// machine plugins.example.org login ada password secret
/// default login anonymous password none
/// ```
///
/// Words stand between blanks and line ends, in double quotes where they hold blanks (`\"`, `\\`);
/// `#` at the start of a word begins a comment. `macdef` is skipped up to an empty line, as ftp has it.
public struct Netrc: Sendable {
  private struct Entry: Sendable {
    /// nil for `default`.
    var machine: String?
    var user = ""
    var password = ""
  }

  private var entries: [Entry] = []

  /// Reads a file's bytes; what it doesn't understand is passed over.
  public init(_ bytes: [UInt8]) {
    var words = Words(bytes)
    while let word = words.next() {
      switch word {
      case "machine": entries.append(Entry(machine: words.next()?.lowercased() ?? ""))
      case "default": entries.append(Entry(machine: nil))
      case "login": take(words.next()) { $0.user = $1 }
      case "password": take(words.next()) { $0.password = $1 }
      case "account": _ = words.next()
      case "macdef": words.skipMacro()
      default: break
      }
    }
  }

  /// The login for the host of a URL: the first entry that names it, else the default one.
  public func login(for url: String) -> FetchLogin? {
    guard let address = try? WebAddress(url) else { return nil }
    let entry =
      entries.first { $0.machine == address.host } ?? entries.first { $0.machine == nil }
    return entry.map { .basic(user: $0.user, password: $0.password) }
  }

  private mutating func take(_ word: String?, _ set: (inout Entry, String) -> Void) {
    guard let word, !entries.isEmpty else { return }
    set(&entries[entries.count - 1], word)
  }
}

private struct Words {
  private let bytes: [UInt8]
  private var place = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  mutating func next() -> String? {
    while place < bytes.count {
      let byte = bytes[place]
      if isBlank(byte) {
        place += 1
      } else if byte == UInt8(ascii: "#") {
        while place < bytes.count, bytes[place] != 0x0A { place += 1 }
      } else {
        return byte == UInt8(ascii: "\"") ? quoted() : plain()
      }
    }
    return nil
  }

  /// Up to an empty line.
  mutating func skipMacro() {
    while place < bytes.count, !bytes[place...].starts(with: [0x0A, 0x0A]) { place += 1 }
  }

  private mutating func plain() -> String {
    let start = place
    while place < bytes.count, !isBlank(bytes[place]) { place += 1 }
    return String(decoding: bytes[start..<place], as: UTF8.self)
  }

  private mutating func quoted() -> String {
    var word: [UInt8] = []
    place += 1
    while place < bytes.count, bytes[place] != UInt8(ascii: "\"") {
      if bytes[place] == UInt8(ascii: "\\"), place + 1 < bytes.count { place += 1 }
      word.append(bytes[place])
      place += 1
    }
    place += 1
    return String(decoding: word, as: UTF8.self)
  }

  private func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
}
