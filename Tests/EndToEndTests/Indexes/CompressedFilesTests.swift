import Files
import TestSupport
import Testing

@Suite("an index's compressed files")
struct CompressedFilesTests {
  @Test("lie beside what never changes under its name, where they are smaller, and hold the same")
  func compressed() throws {
    let workshop = try Workshop()
    let index = try workshop.makeIndex()
    try index.publish(try workshop.packExtension("first", "1.0.0")).succeeded()
    try index.publish(try workshop.packExtension("first", "1.1.0")).succeeded()
    let script = """
      cd '\(index.path)'
      for file in $(find . -name '*.gz'); do
        gzip -dc "$file" | cmp - "${file%.gz}" || echo "differs: $file"
        test "$(stat -c %s "$file")" -lt "$(stat -c %s "${file%.gz}")" || echo "not smaller: $file"
        echo "$file" | sed 's/[0-9a-f]\\{64\\}/DIGEST/'
      done | sort -u
      """
    let files = try workshop.author.run(["sh", "-c", script]).succeeded().output
    #expect(!files.contains("differs"), "\(files)")
    #expect(!files.contains("not smaller"), "\(files)")
    for name in [
      "metadata/3.snapshot.json.gz", "metadata/1.targets.json.gz",
      "targets/i/acme/DIGEST.first.json.gz", "targets/DIGEST.catalog.json.gz",
    ] {
      #expect(files.contains("./\(name)\n"), "\(files)")
    }
    // An old one left beside a file that is replaced would be served for ever.
    for name in ["timestamp", "root"] {
      #expect(!FileSystem.exists("\(index.path)/metadata/\(name).json.gz"))
    }
  }
}
