import Files
import PkgCore
import TestSupport
import Testing

/// What reaches the disk before a change can be seen, as the kernel's own trace tells it.
@Suite(
  "a change and the disk", .enabled(if: Programs.path(of: "strace") != nil, "strace is missing"))
struct DurabilityTests {
  let user: Sandbox

  init() throws {
    user = try Sandbox()
    try user.add(Examples.shared.get().index)
  }

  private func traced(_ options: [String], _ arguments: String...) throws -> (Outcome, [String]) {
    let log = user.folder.file("trace")
    let outcome = try user.run(
      ["strace", "-f", "-y", "-o", log] + options + ["--", Programs.plugctl] + arguments)
    return (
      outcome,
      try String(decoding: FileSystem.read(log), as: UTF8.self).split(separator: "\n").map(
        String.init)
    )
  }

  @Test("has every file and folder of what is new synced before the switch")
  func order() throws {
    let (outcome, calls) = try traced(
      ["-e", "trace=fsync,fdatasync,rename,renameat,renameat2"], "install", "beta")
    try outcome.succeeded()
    let place = try #require(
      calls.firstIndex { $0.contains("rename") && $0.contains("/hosts/sqlite/current\"") })
    let synced = Set(
      calls[..<place].compactMap { call -> Substring? in
        // Another thread's call may come between a call and its result; a failed one ends the change.
        guard call.contains("fsync("), call.hasSuffix("= 0") || call.hasSuffix("<unfinished ...>")
        else { return nil }
        return call.split(separator: "<").dropFirst().first?.split(separator: ">").first
      })
    let generation = "\(user.data)/hosts/sqlite/gens/1"
    var expected = [generation, "\(generation)/plugins", "\(user.data)/trees"]
    for (path, _) in try FileListing(["\(user.data)/trees", generation]).entries {
      if FileSystem.target(path)?.kind == .file { expected.append(path) }
    }
    #expect(expected.count > 8)
    for path in expected {
      let real = FileSystem.realPath(path) ?? path
      #expect(synced.contains(real[...]), "\(path) is not synced")
    }
    #expect(
      calls[place...].contains { $0.contains("fsync(") && $0.contains("/hosts/sqlite>") },
      "the switch itself is not synced")
  }

  @Test(
    "that fails to sync ends there: nothing changes and nothing unsafe stays",
    arguments: ["trees", "hosts/sqlite/gens", "hosts/sqlite/gens/2"])
  func failedSync(folder: String) throws {
    try user.plugctl("install", "delta").succeeded()
    let before = try user.installed()
    let (outcome, calls) = try traced(
      ["-P", "\(user.data)/\(folder)", "-e", "trace=fsync", "-e", "inject=fsync:error=EIO"],
      "install", "beta")
    #expect(calls.contains { $0.contains("(INJECTED)") })
    #expect(outcome.exit == 1 && outcome.code == "system.call", "\(outcome)")
    #expect(try user.installed().difference(from: before) == [])
    #expect(
      try FileSystem.names(in: "\(user.data)/trees").count == 1, "a tree stays that may be lost")
    try user.plugctl("install", "beta").succeeded()
  }
}
