import Glibc

/// A POSIX extended regular expression over one text.
///
/// Line by line: `^` and `$` match at line ends, and `.` does not match a line end.
struct PosixRegex: ~Copyable {
  private let compiled: regex_t

  /// nil where the pattern is not valid.
  init?(_ pattern: String) {
    var compiled = regex_t()
    guard regcomp(&compiled, pattern, REG_EXTENDED | REG_NEWLINE) == 0 else { return nil }
    self.compiled = compiled
  }

  deinit {
    var compiled = compiled
    regfree(&compiled)
  }

  /// The text of the first group of the first match, or of the whole match where there is no
  /// group; nil without a match.
  func firstMatch(in text: String) -> String? {
    var compiled = compiled
    var groups = [regmatch_t](repeating: regmatch_t(), count: 2)
    guard regexec(&compiled, text, groups.count, &groups, 0) == 0 else { return nil }
    let group = groups[1].rm_so >= 0 ? groups[1] : groups[0]
    let bytes = Array(text.utf8)[Int(group.rm_so)..<Int(group.rm_eo)]
    return String(decoding: bytes, as: UTF8.self)
  }
}
