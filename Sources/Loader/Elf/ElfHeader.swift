import PkgCore

//  0  7f 45 4c 46 | class | data | version | osabi | 8 bytes of padding
// 16  e_type u16 | e_machine u16 | e_version u32
// 24  e_entry | e_phoff | e_shoff (u64 each; u32 in 32-bit files) | e_flags u32
// 52  e_ehsize | e_phentsize | e_phnum | e_shentsize | e_shnum | e_shstrndx (u16 each)

/// What the first bytes of an ELF file say, of any class and byte order.
struct ElfHeader: Sendable {
  let machine: ElfMachine
  let bits: Int
  let isLittleEndian: Bool
  let osABI: UInt8
  let type: ElfFacts.FileType

  /// - Throws: ``ElfError/notElf``, ``ElfError/truncated(_:)``, ``ElfError/invalid(_:)``.
  init(_ bytes: ElfBytes) throws(ElfError) {
    guard bytes.count >= 4, bytes.begins(with: "\u{7F}ELF", in: 0..<4) else { throw .notElf }
    guard bytes.count >= 20 else { throw .truncated("the header") }
    switch bytes.storage[4] {
    case 1: bits = 32
    case 2: bits = 64
    default: throw .invalid("class \(bytes.storage[4])")
    }
    switch bytes.storage[5] {
    case 1: isLittleEndian = true
    case 2: isLittleEndian = false
    default: throw .invalid("data encoding \(bytes.storage[5])")
    }
    guard bytes.count >= (bits == 64 ? 64 : 52) else { throw .truncated("the header") }
    osABI = bytes.storage[7]
    let type = bytes.u16(16) ?? 0
    let machine = bytes.u16(18) ?? 0
    self.type = Self.fileType(isLittleEndian ? type : type.byteSwapped)
    self.machine = ElfMachine(number: isLittleEndian ? machine : machine.byteSwapped)
  }

  private static func fileType(_ number: UInt16) -> ElfFacts.FileType {
    switch number {
    case 1: .relocatable
    case 2: .executable
    case 3: .shared
    case 4: .core
    default: .other
    }
  }
}
