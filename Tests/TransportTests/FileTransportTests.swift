import Glibc
import TestSupport
import Testing

@testable import Transport

@Suite("Fetching files")
struct FileTransportTests {
  let folder: TestFolder
  let fetcher = Fetcher()
  let content = (0..<700_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }

  init() throws {
    folder = try TestFolder()
    try folder.write("a b%", content)
  }

  @Test(
    "takes a path, or a URL with escapes", arguments: ["%", "file://", "file://localhost", "file:"])
  func fetches(prefix: String) async throws {
    let path = folder.file("a b%")
    let url = prefix == "%" ? path : prefix + folder.file("a%20b%25")
    #expect(try await fetcher.bytes(FetchRequest(url, limit: 1 << 20)) == content)
  }

  @Test("refuses URLs of other hosts and bad escapes")
  func invalid() async {
    for url in ["file://host/a", "file:///a%zz", "file:///a%00", "file:a", "file:///%"] {
      await #expect(throws: TransportError.invalidURL(url)) {
        try await fetcher.bytes(FetchRequest(url, limit: 1))
      }
    }
  }

  @Test("a file that isn't there is an absence")
  func absent() async {
    let path = folder.file("none")
    let error = await #expect(throws: TransportError.self) {
      try await fetcher.bytes(FetchRequest(path, limit: 1))
    }
    #expect(error == .unreadable(path: path, errno: ENOENT))
    #expect(error?.isAbsence == true)
  }

  @Test("refuses folders and pipes without waiting")
  func notFiles() async {
    mkfifo(folder.file("pipe"), 0o600)
    for path in [folder.path, folder.file("pipe"), "/dev/zero"] {
      await #expect(throws: TransportError.notAFile(path: path)) {
        try await fetcher.bytes(FetchRequest(path, limit: 1))
      }
    }
  }

  @Test("keeps to the limit and to the expected length")
  func bounds() async {
    let path = folder.file("a b%")
    await #expect(throws: TransportError.tooLarge(url: path, limit: 699_999)) {
      try await fetcher.bytes(FetchRequest(path, limit: 699_999))
    }
    await #expect(
      throws: TransportError.truncated(url: path, expected: 700_001, received: 700_000)
    ) {
      try await fetcher.bytes(FetchRequest(path, limit: 1 << 20, expected: 700_001))
    }
  }

  @Test("throws on what the receiver throws")
  func receiverThrows() async {
    let request = FetchRequest(folder.file("a b%"), limit: 1 << 20)
    await #expect(throws: SystemFailure.self) {
      try await fetcher.fetch(request) { _ in throw SystemFailure(call: "receiver") }
    }
  }

  @Test("many at once")
  func many() async throws {
    let request = FetchRequest(folder.file("a b%"), limit: 1 << 20)
    try await withThrowingTaskGroup(of: Int64.self) { group in
      for _ in 0..<100 { group.addTask { try await fetcher.fetch(request) { _ in }.byteCount } }
      for try await count in group { #expect(count == 700_000) }
    }
  }

  @Test("a closed fetcher fetches nothing")
  func closed() async {
    fetcher.close()
    for url in [folder.file("a b%"), "http://127.0.0.1:1/"] {
      await #expect(throws: TransportError.cancelled(url: url)) {
        try await fetcher.bytes(FetchRequest(url, limit: 1 << 20))
      }
    }
  }
}
