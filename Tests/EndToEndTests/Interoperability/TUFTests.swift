import Files
import PkgCore
import TestSupport
import Testing

/// The cases are Python's, since python-tuf is the other side: `Tests/tuf`.
@Suite("python-tuf and plugctl")
struct TUFTests {
  @Test("agree on what is good, and attacks are refused", arguments: ["test_client", "test_repository", "test_attacks"])
  func cases(module: String) throws {
    var command = ChildCommand(["\(Programs.repository)/scripts/tuf-tests", "-v", module])
    command.environment =
      ["PLUGCTL_BIN_DIR=\(Programs.folder)"]
      + ["PATH", "HOME"].compactMap { name in
        Machine.environment(name).map { "\(name)=\($0)" }
      }
    command.timeoutMilliseconds = 300_000
    let result = try command.run()
    #expect(result.isSuccess, "\(result.errorText)")
    #expect(result.errorText.contains("\nOK"))
  }
}
