internal import PkgCore

/// Which `std::string` a C++ symbol's mangled name speaks of (the Itanium C++ ABI, 5.1): GCC 5 gave
/// it another layout and the inline namespace `__cxx11`.
enum StringABI: String, Sendable {
  /// `std::string` of before, which the ABI abbreviates to `Ss`.
  case old = "the old std::string (_GLIBCXX_USE_CXX11_ABI=0)"
  /// `std::__cxx11::basic_string`.
  case new = "the new std::string (__cxx11)"

  /// nil for a name that has none, or is no C++ name.
  init?(mangled name: some StringProtocol) {
    guard name.begins(with: "_Z") else { return nil }
    if name.holds("7__cxx11") {
      self = .new
      return
    }
    guard name.holds("Ss"), Self.hasAbbreviation(Array(name.utf8.dropFirst(2))) else {
      return nil
    }
    self = .old
  }

  // `Ss` counts only outside of identifiers, which stand behind their lengths.
  private static func hasAbbreviation(_ name: [UInt8]) -> Bool {
    var place = 0
    while place < name.count {
      let byte = name[place]
      if (0x30...0x39).contains(byte) {
        var length = 0
        while place < name.count, (0x30...0x39).contains(name[place]), length < 1 << 20 {
          length = length * 10 + Int(name[place] - 0x30)
          place += 1
        }
        place += length
      } else if byte == UInt8(ascii: "S"), place + 1 < name.count {
        if name[place + 1] == UInt8(ascii: "s") { return true }
        // A substitution: `S_`, `S0_`, or two letters.
        var end = place + 1
        while end < name.count, name[end] != UInt8(ascii: "_"), isBase36(name[end]) { end += 1 }
        place = end < name.count && name[end] == UInt8(ascii: "_") ? end + 1 : place + 2
      } else {
        place += 1
      }
    }
    return false
  }

  private static func isBase36(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte)
  }
}
