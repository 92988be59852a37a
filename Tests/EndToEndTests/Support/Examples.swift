internal import Files
internal import Glibc

/// Plugins and an index that are made once for all tests and never changed after that.
///
/// ```
/// alpha 1.0.0, 1.1.0, 2.0.0   beta 1.0.0 -> alpha ^1   gamma 1.0.0 -> alpha ^2
/// delta 1.0.0, 1.1.0          orphan 1.0.0 -> absent ^1
/// bulk 1.0.0, 3 MB            taken 1.0.0, 1.1.0 (yanked)
/// missing, crash, lacking, hanging 1.0.0: each broken in its way
/// ```
struct Examples: Sendable {
  static let shared = Result { try Examples() }

  let workshop: Workshop
  let index: ExampleIndex
  /// Archives by `name version`.
  let archives: [String: String]

  private init() throws {
    workshop = try Workshop()
    index = try workshop.makeIndex()
    var made: [String: String] = [:]
    for version in ["1.0.0", "1.1.0", "2.0.0"] {
      made["alpha \(version)"] = try workshop.packExtension("alpha", version)
    }
    for version in ["1.0.0", "1.1.0"] {
      made["delta \(version)"] = try workshop.packExtension("delta", version)
      made["taken \(version)"] = try workshop.packExtension("taken", version)
    }
    made["beta 1.0.0"] = try workshop.packExtension(
      "beta", "1.0.0", more: "dependencies: { alpha: ^1 }")
    made["gamma 1.0.0"] = try workshop.packExtension(
      "gamma", "1.0.0", more: "dependencies: { alpha: ^2 }")
    made["orphan 1.0.0"] = try workshop.packExtension(
      "orphan", "1.0.0", more: "dependencies: { absent: ^1 }")
    made["bulk 1.0.0"] = try workshop.packExtension(
      "bulk", "1.0.0", files: [("data.bin", Self.noise(3 << 20))])
    for (name, source, flags) in Self.broken {
      made["\(name) 1.0.0"] = try workshop.pack(
        Workshop.Facts(name: name, version: "1.0.0"),
        library: workshop.compile(source, name, flags: flags))
    }
    archives = made
    try workshop.author.plugctl(["publish", "--to", index.path] + made.values.sorted()).succeeded()
    try workshop.author.plugctl(
      "yank", "acme/taken@1.1.0", "--to", index.path, "--reason", "it loses data"
    ).succeeded()
  }

  private static let entry = "int sqlite3_extension_init(void *db, char **error, const void *api)"

  private static var broken: [(String, String, [String])] {
    [
      ("missing", "extern int no_such_function(void); \(entry) { return no_such_function(); }", []),
      (
        "crash",
        "__attribute__((constructor)) static void boom(void) { *(volatile int *)0 = 1; } \(entry) { return 0; }",
        []
      ),
      (
        "hanging",
        "#include <unistd.h>\n__attribute__((constructor)) static void wait(void) { for (;;) pause(); } \(entry) { return 0; }",
        []
      ),
    ]
  }

  /// Bytes that don't compress; the same every time.
  static func noise(_ count: Int) -> [UInt8] {
    var state: UInt64 = 0x9E37_79B9_7F4A_7C15
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count)
    while bytes.count < count {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      withUnsafeBytes(of: state) { bytes.append(contentsOf: $0) }
    }
    return bytes
  }
}
