import Files
import Loader
import PkgCore
import TestSupport
import Testing

@Suite("a plugin with one fault") struct SelfTestTests {
  @Test("is found by the check that it is for, and by no other", arguments: SelfTest.checks)
  func found(check: CheckID) throws { #expect(try faults(check) == []) }

  @Test("is one too many: the plugin without a fault passes every level")
  func good() throws { #expect(try faults(nil) == []) }

  @Test("is not missing for any check that calls or opens a plugin")
  func complete() {
    let dynamic = CheckID.allCases.filter { !$0.rawValue.hasPrefix("plg-s") }
    #expect(SelfTest.checks == dynamic)
    #expect(SelfTest.checks.count == 56)
  }

  private func faults(_ check: CheckID?) throws -> [String] {
    let folder = try TestFolder()
    try FileSystem.setMode(folder.path, 0o711)
    return try SelfTest(worker: WorkerProgram.path, scratch: folder.path).run(check).faults
  }
}
