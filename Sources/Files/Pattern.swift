internal import Glibc

/// A POSIX extended regular expression, by the C library.
public struct Pattern: ~Copyable {
  private let compiled: UnsafeMutablePointer<regex_t>

  /// Compiles an expression; nil where it is not valid.
  public init?(_ text: String) {
    // Not the property itself: a failing initialiser that has set it would run `deinit` too.
    let pointer = UnsafeMutablePointer<regex_t>.allocate(capacity: 1)
    pointer.initialize(to: regex_t())
    guard regcomp(pointer, text, REG_EXTENDED | REG_NEWLINE) == 0 else {
      pointer.deallocate()
      return nil
    }
    compiled = pointer
  }

  deinit {
    regfree(compiled)
    compiled.deallocate()
  }

  /// Whether it matches somewhere in the text.
  public func matches(_ text: String) -> Bool { regexec(compiled, text, 0, nil, 0) == 0 }

  /// What the first group matched, or the whole match where there is no group; nil without a match.
  public func firstGroup(in text: String) -> String? { firstGroups(in: text, atMost: 1).first }

  /// The same of one match after the other.
  public func firstGroups(in text: String, atMost limit: Int = 10_000) -> [String] {
    let bytes = Array(text.utf8)
    let ended = bytes.map { CChar(bitPattern: $0) } + [0]
    var found: [String] = []
    var place = 0
    var groups = [regmatch_t](repeating: regmatch_t(), count: 2)
    while found.count < limit, place <= bytes.count {
      // Only at a line's beginning may `^` match.
      let isMiddle = place > 0 && bytes[place - 1] != UInt8(ascii: "\n")
      let code = ended.withUnsafeBufferPointer { all in
        all.baseAddress.map {
          regexec(compiled, $0 + place, 2, &groups, isMiddle ? REG_NOTBOL : 0)
        }
      }
      guard code == 0 else { break }
      let group = groups[1].rm_so >= 0 ? groups[1] : groups[0]
      let end = place + Int(groups[0].rm_eo)
      guard group.rm_so >= 0, end <= bytes.count else { break }
      let range = place + Int(group.rm_so)..<place + Int(group.rm_eo)
      found.append(String(decoding: bytes[range], as: UTF8.self))
      place = max(end, place + 1)
    }
    return found
  }
}
