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
  public func firstGroup(in text: String) -> String? {
    var groups = [regmatch_t](repeating: regmatch_t(), count: 2)
    guard regexec(compiled, text, 2, &groups, 0) == 0 else { return nil }
    let group = groups[1].rm_so >= 0 ? groups[1] : groups[0]
    let bytes = Array(text.utf8)
    guard group.rm_so >= 0, Int(group.rm_eo) <= bytes.count else { return nil }
    return String(decoding: bytes[Int(group.rm_so)..<Int(group.rm_eo)], as: UTF8.self)
  }
}
