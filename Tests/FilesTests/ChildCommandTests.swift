import Files
import Glibc
import Testing

@Suite("Child command")
struct ChildCommandTests {
  private static func shell(_ script: String) -> ChildCommand {
    ChildCommand(["sh", "-c", script])
  }

  @Test(
    "tells how it ended",
    arguments: [
      ("exit 0", .exited(0)), ("exit 7", .exited(7)), ("kill -9 $$", .signalled(9)),
      ("kill -15 $$", .signalled(15)),
    ] as [(String, ChildResult.End)])
  func end(script: String, end: ChildResult.End) throws {
    let result = try Self.shell(script).run()
    #expect(result.end == end)
    #expect(result.isSuccess == (end == .exited(0)))
  }

  @Test("keeps both outputs apart, and no more than the limit")
  func output() throws {
    var command = Self.shell(
      "echo out; echo err >&2; head -c 3000000 /dev/zero; head -c 3000000 /dev/zero >&2")
    command.outputLimit = 1000
    let result = try command.run()
    #expect(result.isSuccess)
    #expect(result.output.count == 1000 && result.errorOutput.count == 1000)
    #expect(result.outputText.hasPrefix("out\n") && result.errorText.hasPrefix("err\n"))
  }

  @Test("feeds its input while it drains the output")
  func input() throws {
    var command = ChildCommand(["cat"])
    command.input = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0) }
    command.outputLimit = 4_000_000
    #expect(try command.run().output == command.input)
  }

  @Test("a child that does not read its input is no trouble")
  func unreadInput() throws {
    var command = Self.shell("exit 3")
    command.input = [UInt8](repeating: 0, count: 1_000_000)
    #expect(try command.run().end == .exited(3))
  }

  @Test("without input the child reads an end at once")
  func noInput() throws {
    #expect(try Self.shell("cat; echo done").run().outputText == "done\n")
  }

  @Test(
    "ends the whole group when time is over",
    arguments: ["sleep 60 & sleep 60", "trap '' TERM INT; sleep 60", "exec >&- 2>&-; sleep 60"])
  func timeout(script: String) throws {
    var command = Self.shell("echo $$; " + script)
    command.timeoutMilliseconds = 300
    let before = Machine.monotonicNanoseconds()
    let result = try command.run()
    #expect(result.end == .timedOut)
    #expect(Machine.monotonicNanoseconds() - before < 10_000_000_000)
    // The shell was waited for; the others of its group are gone or about to be buried.
    if let group = Int32(result.outputText.split(separator: "\n").first ?? "") {
      #expect(Self.isGone(group))
    }
  }

  /// Whether no process of a group runs any more; zombies do not count.
  private static func isGone(_ group: Int32) -> Bool {
    let deadline = Machine.monotonicNanoseconds() + 5_000_000_000
    while Machine.monotonicNanoseconds() < deadline {
      let names = (try? FileSystem.names(in: "/proc")) ?? []
      let isAlive = names.contains { name in
        guard Int32(name) != nil, let bytes = try? FileSystem.read("/proc/\(name)/stat") else {
          return false
        }
        let fields =
          String(decoding: bytes, as: UTF8.self).split(separator: ")").last?.split(separator: " ")
          ?? []
        return fields.count > 2 && fields[0] != "Z" && fields[0] != "X" && Int32(fields[2]) == group
      }
      if !isAlive { return true }
      sched_yield()
    }
    return false
  }

  @Test("a grandchild that keeps the output open does not outlive the time")
  func grandchild() throws {
    var command = Self.shell("sleep 60 & exit 0")
    command.timeoutMilliseconds = 300
    #expect(try command.run().end == .timedOut)
  }

  @Test("hands on the whole environment, or just what is given")
  func environment() throws {
    var command = ChildCommand(["/usr/bin/env"])
    #expect(try command.run().outputText.contains("PATH="))
    command.environment = ["A=b", "C=d e"]
    #expect(try command.run().outputText == "A=b\nC=d e\n")
    command.environment = []
    #expect(try command.run().outputText == "")
  }

  @Test("runs in its folder")
  func folder() throws {
    var command = ChildCommand(["pwd"])
    command.folder = "/usr"
    #expect(try command.run().outputText == "/usr\n")
  }

  @Test("a program or a folder that is missing is an error of the start")
  func missing() {
    #expect(throws: SystemError.self) { try ChildCommand(["/none/such"]).run() }
    #expect(throws: SystemError.self) { try ChildCommand([]).run() }
    var command = ChildCommand(["true"])
    command.folder = "/none/such"
    #expect(throws: SystemError.self) { try command.run() }
  }

  @Test("gets the inherited descriptors under their numbers, and no others")
  func inherited() throws {
    let shared = try Descriptor.inMemory("shared")
    try shared.write(Array("shared".utf8))
    try shared.seek(to: 0)
    let other = try Descriptor.inMemory("other")
    // Bash, since other shells take one digit only.
    var command = ChildCommand(["bash", "--norc", "-c", "cat <&\(shared.raw); ls /proc/self/fd"])
    command.inherited = [shared.raw]
    let text = try command.run().outputText
    #expect(text.hasPrefix("shared"))
    let numbers = text.dropFirst("shared".count).split(separator: "\n").map(String.init)
    #expect(numbers.contains("\(shared.raw)") && !numbers.contains("\(other.raw)"))
  }

  @Test("starts with no signal blocked and none ignored, whatever this thread has")
  func signals() throws {
    var mask = sigset_t()
    var former = sigset_t()
    sigfillset(&mask)
    pthread_sigmask(SIG_BLOCK, &mask, &former)
    defer { pthread_sigmask(SIG_SETMASK, &former, nil) }
    let text = try ChildCommand(["grep", "-E", "^Sig(Blk|Ign)", "/proc/self/status"]).run()
      .outputText
    let masks = text.split(separator: "\n").compactMap { $0.split(separator: "\t").last }.compactMap
    { UInt64($0, radix: 16) }
    // The C library ignores its own signals 32 and 33 in every child that it spawns.
    #expect(masks.map { $0 & ~0x1_8000_0000 } == [0, 0])
  }

  @Test("leads a group of its own")
  func group() throws {
    let text = try ChildCommand(["cat", "/proc/self/stat"]).run().outputText
    let fields = text.split(separator: " ")
    #expect(fields[0] == fields[4])
  }
}
