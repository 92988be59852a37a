//  Text from outside is looked at as bytes. Swift's own `hasPrefix`, `split` and `firstIndex` go by the characters that
//  a reader sees: there "/" and an accent after it are one character, which is no "/", and "\r\n" is no "\n". The
//  system, the dynamic loader and other programs go by bytes, so whoever reads text as they do must too.

extension StringProtocol {
  /// Whether the UTF-8 bytes begin with those of another text.
  @inlinable
  public func begins(with start: some StringProtocol) -> Bool { utf8.starts(with: start.utf8) }

  /// Whether the UTF-8 bytes end with those of another text.
  @inlinable
  public func ends(with end: some StringProtocol) -> Bool {
    utf8.count >= end.utf8.count && utf8.suffix(end.utf8.count).elementsEqual(end.utf8)
  }

  /// What follows another text at the start; nil where the UTF-8 bytes don't begin with those of it.
  @inlinable
  public func rest(after start: some StringProtocol) -> SubSequence? {
    begins(with: start) ? self[utf8.index(startIndex, offsetBy: start.utf8.count)...] : nil
  }

  /// What stands before another text at the end; nil where the UTF-8 bytes don't end with those of it.
  @inlinable
  public func rest(before end: some StringProtocol) -> SubSequence? {
    ends(with: end)
      ? self[..<utf8.index(startIndex, offsetBy: utf8.count - end.utf8.count)] : nil
  }

  /// Whether the UTF-8 bytes of another text, which is not empty, stand anywhere in this one.
  @inlinable
  public func holds(_ part: String) -> Bool {
    guard let first = part.utf8.first else { return true }
    var rest = utf8[...]
    while let place = rest.firstIndex(of: first) {
      rest = rest[place...]
      if rest.starts(with: part.utf8) { return true }
      rest = rest.dropFirst()
    }
    return false
  }

  /// What stands between the places of an ASCII character.
  ///
  /// - Parameter cuts: As many are made at most, from the left.
  /// - Parameter keepsEmpty: Whether parts without a character count.
  @inlinable
  public func parts(
    at mark: Unicode.Scalar, cuts: Int = .max, keepsEmpty: Bool = false
  ) -> [SubSequence] {
    utf8.split(
      separator: UInt8(ascii: mark), maxSplits: cuts, omittingEmptySubsequences: !keepsEmpty
    )
    .map { self[$0.startIndex..<$0.endIndex] }
  }

  /// What stands before and after the first place of an ASCII character; nil where it has none.
  @inlinable
  public func cut(at mark: Unicode.Scalar) -> (before: SubSequence, after: SubSequence)? {
    unicodeScalars.firstIndex(of: mark).map { cut(at: $0) }
  }

  /// What stands before and after the last place of an ASCII character; nil where it has none.
  @inlinable
  public func cut(atLast mark: Unicode.Scalar) -> (before: SubSequence, after: SubSequence)? {
    unicodeScalars.lastIndex(of: mark).map { cut(at: $0) }
  }

  @usableFromInline
  func cut(at place: Index) -> (before: SubSequence, after: SubSequence) {
    (self[..<place], self[unicodeScalars.index(after: place)...])
  }
}
