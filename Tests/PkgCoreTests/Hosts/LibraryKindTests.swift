import PkgCore
import Testing

@Suite("the kind of a library")
struct LibraryKindTests {
  /// Which kind is chosen for a file of this runtime that exports these names.
  private static func kind(
    _ runtime: ElfFacts.Runtime, _ exports: [String], among abis: [JSON]
  ) -> String? {
    let text: JSON = ["schema": 1, "id": "storm", "abi": .array(abis)]
    let profile = HostProfile.read(Node(text), findings: Findings())
    var facts = ElfFacts(machine: .amd64, bits: 64, isLittleEndian: true, osABI: 0, type: .shared)
    facts.runtime = runtime
    facts.exports = exports.map { ElfFacts.Export(name: $0, kind: .function, binding: .global) }
    return profile?.abi(of: facts, fileName: "libload.so")?.kind
  }

  private static func abi(_ kind: String, _ required: [String], byName: String = "") -> JSON {
    let symbols = required.map { name -> JSON in ["name": .string(name), "type": "function"] }
    return [
      "kind": .string(kind), "required": .array(symbols), "entry_from_filename": .string(byName),
    ]
  }

  @Test(
    "is told by Go's marks, then by its entries, then by what it lacks",
    arguments: [
      (.goPlugin, [], "go-plugin"), (.native, ["plug_entry"], "plug"), (.native, ["init"], "c"),
      (.goShared, ["plug_entry"], "plug"), (.cxx, [], "plug"), (.native, ["load_init"], "named"),
    ] as [(ElfFacts.Runtime, [String], String)])
  func chosen(runtime: ElfFacts.Runtime, exports: [String], kind: String) {
    let abis = [
      Self.abi("go-plugin", []), Self.abi("plug", ["plug_entry"]), Self.abi("c", ["init"]),
      Self.abi("named", [], byName: "{stem}_init"),
    ]
    #expect(Self.kind(runtime, exports, among: abis) == kind)
  }

  @Test("is one without entries where no other fits, and the only one whatever the file")
  func fallback() {
    let vtable = Self.abi("cxx-vtable", [])
    #expect(Self.kind(.cxx, [], among: [Self.abi("c", ["init"]), vtable]) == "cxx-vtable")
    #expect(Self.kind(.goPlugin, [], among: [Self.abi("c", ["init"])]) == "c")
    #expect(Self.kind(.goPlugin, [], among: [Self.abi("c", ["init"]), vtable]) == "cxx-vtable")
    #expect(Self.kind(.native, [], among: []) == nil)
  }
}
