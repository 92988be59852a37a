import PkgCore
import Testing

@Suite("Instruction level")
struct InstructionLevelTests {
  @Test("reads what it writes", arguments: [("x86-64", 1), ("x86-64-v2", 2), ("x86-64-v12", 12)])
  func reads(text: String, number: Int) throws {
    let level = try #require(InstructionLevel(text))
    #expect(level.number == number)
    #expect(level.description == text)
  }

  @Test("counts the baseline's other name as the baseline")
  func baseline() {
    #expect(InstructionLevel("x86-64-v1")?.description == "x86-64")
  }

  @Test(
    "refuses all else",
    arguments: [
      "", "x86", "x86-64-", "x86-64-v", "x86-64-v0", "x86-64-v03", "x86-64-v+3", "x86-64-v100",
      "X86-64-V3", "x86-64-v3 ",
    ])
  func refuses(text: String) {
    #expect(InstructionLevel(text) == nil)
  }

  @Test("has all of those below")
  func order() throws {
    let levels = try [4, 1, 3, 2].map { try #require(InstructionLevel($0)) }
    #expect(levels.sorted().map(\.number) == [1, 2, 3, 4])
    #expect(InstructionLevel(0) == nil)
  }
}
