import Archiving
import Files
import TestSupport
import Testing

@Suite("Gzip")
struct GzipTests {
  private static let cases: [[UInt8]] = [
    [], [0x41], Array(repeating: 0x41, count: 1_000_000),
    // Noise, which can only grow.
    (0..<300_000).map { _ in UInt8.random(in: 0...255) },
  ]

  @Test("what it writes gzip reads, the same each time", arguments: cases.indices)
  func readable(place: Int) throws {
    let bytes = Self.cases[place]
    let folder = try TestFolder()
    let compressed = try Gzip.compressed(bytes)
    #expect(try Gzip.compressed(bytes) == compressed)
    try folder.write("file.gz", compressed)
    let gunzip = ["gzip", "-d", folder.file("file.gz")]
    #expect(try ChildCommand(gunzip).run().end == .exited(0))
    #expect(try FileSystem.read(folder.file("file")) == bytes)
  }

  @Test("makes text smaller")
  func smaller() throws {
    let text = Array(String(repeating: "the same words ", count: 1000).utf8)
    #expect(try Gzip.compressed(text).count < text.count / 20)
  }
}
