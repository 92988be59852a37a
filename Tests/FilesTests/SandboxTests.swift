import Files
import Glibc
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

  @Test("lets a thread make files, folders and links, and take nothing away")
  func narrow() async throws {
    let folder = try TestFolder()
    try folder.write("there", [1])
    let made = try await BlockingWork.run { () throws -> [String: Bool]? in
      guard Sandbox.confine(to: try FileSystem.openFolder(folder.path)) else { return nil }
      let staging = try StagingFolder(folder.path)
      func works(_ body: () throws -> Void) -> Bool { (try? body()) != nil }
      return [
        "file": works { _ = try staging.create("file") },
        "folder": works { try staging.makeFolder("folder") },
        "link": works { try staging.link("link", to: "file") },
        "FIFO": mkfifo(folder.file("fifo"), 0o600) == 0,
        "device": mknod(folder.file("device"), S_IFCHR | 0o600, 0x103) == 0,
        "socket": mknod(folder.file("socket"), S_IFSOCK | 0o600, 0) == 0,
        "removal": works { try FileSystem.remove(folder.file("there")) },
        "rename": works { try FileSystem.rename(folder.file("there"), to: folder.file("gone")) },
      ]
    }
    guard let made else { return print("this kernel has no Landlock: nothing was tested") }
    #expect(made.filter(\.value).keys.sorted() == ["file", "folder", "link"])
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
    // Who has none can't give up what others could bring back.
    let bounded = Machine.isRoot ? ["CapBnd"] : []
    for name in ["CapInh", "CapPrm", "CapEff", "CapAmb"] + bounded {
      #expect(
        lines.first { $0.hasPrefix(name) }?.hasSuffix("\t0000000000000000") == true, "\(name)")
    }
    #expect(lines.contains("NoNewPrivs:\t1"))
  }
}
