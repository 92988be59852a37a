import Files
import TestSupport
import Testing

@Suite("Sandbox")
struct SandboxTests {
  /// What a confined thread could do; Landlock and capabilities belong to threads (man 7 landlock).
  private struct Attempts: Sendable {
    let isConfined: Bool
    let writesInside: Bool
    let readsOutside: Bool
    let writesOutside: Bool
    let opensDescriptors: Bool
  }

  @Test("leaves a thread its folder and its open descriptors, and nothing else")
  func confine() async throws {
    let folder = try TestFolder()
    try folder.write("outside/secret", [1])
    try FileSystem.makeFolder(folder.file("inside"))
    let attempts = try await BlockingWork.run { () throws -> Attempts in
      let inside = try FileSystem.openFolder(folder.file("inside"))
      let open = try FileSystem.open(folder.file("outside/secret"))
      let isConfined = Sandbox.confine(to: inside)
      let staging = try StagingFolder(folder.file("inside"))
      return Attempts(
        isConfined: isConfined, writesInside: (try? staging.makeFolder("made")) != nil,
        readsOutside: (try? FileSystem.read(folder.file("outside/secret"))) != nil,
        writesOutside: (try? FileSystem.replace(folder.file("outside/new"), with: [1])) != nil,
        opensDescriptors: (try? open.readAll(limit: 1)) == [1])
    }
    #expect(attempts.writesInside && attempts.opensDescriptors)
    if attempts.isConfined {
      #expect(!attempts.readsOutside && !attempts.writesOutside)
    } else {
      print("this kernel has no Landlock: what lies outside was not tested")
    }
    // The other threads are as free as before.
    #expect(try FileSystem.read(folder.file("outside/secret")) == [1])
  }

  @Test("gives every capability up")
  func capabilities() async throws {
    let folder = try TestFolder()
    let text = try await BlockingWork.run { () throws -> String in
      let status = try FileSystem.open("/proc/thread-self/status")
      let inside = try FileSystem.openFolder(folder.path)
      _ = Sandbox.confine(to: inside)
      return String(decoding: try status.readAll(limit: 1 << 16), as: UTF8.self)
    }
    let lines = text.split(separator: "\n")
    for name in ["CapInh", "CapPrm", "CapEff"] {
      #expect(
        lines.first { $0.hasPrefix(name) }?.hasSuffix("\t0000000000000000") == true, "\(name)")
    }
    #expect(lines.contains("NoNewPrivs:\t1"))
  }
}
