/// The processors that an ELF file can be for, as far as they have a name here.
public enum ElfMachine: Sendable, Hashable, CustomStringConvertible {
  /// EM_386, 32 bits.
  case i386
  /// EM_X86_64.
  case amd64
  /// EM_ARM, 32 bits.
  case arm
  /// EM_AARCH64.
  case aarch64
  /// EM_RISCV, of either width.
  case riscv
  /// EM_PPC64.
  case ppc64
  /// EM_S390.
  case s390x
  /// EM_LOONGARCH.
  case loongarch
  /// The number of `e_machine` of any other.
  case other(UInt16)

  private static let known: [(machine: ElfMachine, number: UInt16, name: String)] = [
    (.i386, 3, "i386"), (.amd64, 62, "x86_64"), (.arm, 40, "arm"), (.aarch64, 183, "aarch64"),
    (.riscv, 243, "riscv"), (.ppc64, 21, "ppc64"), (.s390x, 22, "s390x"),
    (.loongarch, 258, "loongarch"),
  ]

  /// The machine of a value of `e_machine`.
  public init(number: UInt16) {
    self = Self.known.first { $0.number == number }?.machine ?? .other(number)
  }

  /// Reads what ``description`` writes.
  public init?(_ name: String) {
    if let known = Self.known.first(where: { $0.name == name }) {
      self = known.machine
    } else if let number = name.rest(after: "machine-").flatMap({ UInt16($0) }) {
      self = Self(number: number)
    } else {
      return nil
    }
  }

  /// `x86_64`, `aarch64` and so on, as `uname -m` says it; `machine-N` for one without a name.
  public var description: String {
    if case .other(let number) = self { return "machine-\(number)" }
    return Self.known.first { $0.machine == self }?.name ?? ""
  }
}
