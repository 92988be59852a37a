public import PkgCore

/// What is wrong with bytes that should have been a shared object.
public enum ElfError: Error, Sendable, Equatable {
  /// The magic number is missing.
  case notElf
  /// A table or segment reaches beyond the end of the file.
  case truncated(String)
  /// A value that the format does not allow.
  case invalid(String)
  /// Only 64-bit little-endian files are read beyond the header.
  case unsupported(bits: Int, isLittleEndian: Bool)
  /// More than 1 GiB.
  case tooLarge(Int)
}

extension ElfError: Diagnosable {
  /// `elf.invalid` with the fault in words.
  public var diagnostic: Diagnostic { Diagnostic(.elfInvalid, sentence) }

  /// The fault in one lower-case sentence.
  var sentence: String {
    switch self {
    case .notElf: "the file is not an ELF object"
    case .truncated(let part): "the file is truncated: \(part) lies beyond its end"
    case .invalid(let part): "the ELF file is malformed: \(part)"
    case .unsupported(let bits, let isLittleEndian):
      "\(bits)-bit \(isLittleEndian ? "little" : "big")-endian ELF files can't be inspected"
    case .tooLarge(let size): "the file is too large to inspect: \(size) bytes"
    }
  }
}
