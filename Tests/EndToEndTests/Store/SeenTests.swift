import Files
import PkgCore
import TestSupport
import Testing

/// What a person in a terminal sees when things go wrong.
@Suite(
  "in a terminal", .enabled(if: Programs.path(of: "script") != nil, "script is missing"))
struct SeenTests {
  let user: Sandbox
  let examples: Examples

  init() throws {
    examples = try Examples.shared.get()
    user = try Sandbox()
    try user.add(examples.index)
    try user.plugctl("install", "delta@1.0.0").succeeded()
  }

  /// The lines that are left on a terminal of eighty columns.
  private func seen(_ arguments: [String], columns: Int = 80) throws -> (
    exit: Int32, screen: String
  ) {
    let outcome = try PseudoTerminal.run(arguments, columns: columns, in: user)
    return (outcome.exit, PseudoTerminal.screen(outcome.output).joined(separator: "\n"))
  }

  @Test(
    "a full disk is an error with the place, what to do, and nothing changed", arguments: [60, 80])
  func fullDisk(columns: Int) throws {
    let copy = user.folder.file("copy")
    let (exit, screen) = try seen(
      [
        "unshare", "--user", "--map-root-user", "--mount", "sh", "-ec",
        """
        cp -a '\(user.data)' '\(copy)'
        mount -t tmpfs -o size=2m none '\(user.data)'
        cp -a '\(copy)/.' '\(user.data)'
        code=0; '\(Programs.plugctl)' install bulk || code=$?
        '\(Programs.plugctl)' list
        '\(Programs.plugctl)' verify
        sqlite3 -init '\(user.live())/activate/load.sql' :memory: 'SELECT delta_version();'
        exit $code
        """,
      ], columns: columns)
    #expect(
      exit == 1 && screen.contains("error[system.no-space]: not enough space at"), "\(screen)")
    #expect(screen.contains("nothing was changed") && screen.contains("are free"), "\(screen)")
    #expect(screen.contains("ok acme/delta 1.0.0") && screen.contains("\n1.0.0"), "\(screen)")
  }

  @Test("a disk that fills up during the change too")
  func fillingDisk() throws {
    // The check passes, and then somebody else takes what was free.
    let (exit, screen) = try seen([
      "strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=symlink", "-e",
      "inject=symlink:error=ENOSPC:when=1", Programs.plugctl, "upgrade",
    ])
    #expect(exit == 1 && screen.contains("error[system.no-space]: no space left for"), "\(screen)")
    #expect(screen.contains("hint: free some space and run the command again"), "\(screen)")
    #expect(try user.list() == ["delta 1.0.0"])
    try user.plugctl("upgrade").succeeded()
  }

  @Test("a network that vanished is said with the address, and what is here goes on")
  func network() throws {
    var server: WebServer? = try WebServer(examples.index.path)
    let url = try #require(server?.url)
    let other = try Sandbox()
    try other.add(examples.index, at: url)
    try other.plugctl("install", "delta@1.0.0").succeeded()
    #expect(server?.requests.isEmpty == false)
    server = nil
    for command in [["upgrade"], ["install", "alpha"]] {
      let outcome = try PseudoTerminal.run([Programs.plugctl] + command, columns: 80, in: other)
      let screen = PseudoTerminal.screen(outcome.output).joined(separator: "\n")
      #expect(outcome.exit == 6 && screen.contains("error[network."), "\(screen)")
      #expect(screen.contains(url) && screen.contains("hint:"), "\(screen)")
    }
    #expect(try other.list() == ["delta 1.0.0"])
    try other.plugctl("remove", "delta").succeeded()
    try other.plugctl("rollback").succeeded()
    #expect(try other.sqlite("SELECT delta_version();").output == "1.0.0\n")
  }

  @Test("Ctrl-C at any moment ends it with one line, the terminal clean, nothing half done")
  func interrupted() throws {
    var ends: [Int32: Int] = [:]
    for number in 0..<24 {
      let delay = Double(number) * 0.012
      let (outcome, _) = try PseudoTerminal.interrupt(
        [Programs.plugctl, "install", "beta", "delta@1.1.0"], after: delay, in: user)
      let screen = PseudoTerminal.screen(outcome.errors).filter { !$0.isEmpty && $0 != "^C" }
      ends[outcome.exit, default: 0] += 1
      // Before the program has begun nobody is there to say anything.
      guard outcome.exit != 99 else { continue }
      #expect([0, 130].contains(outcome.exit), "after \(delay) s: \(outcome)")
      if outcome.exit == 130 {
        #expect(
          screen.filter { $0.contains("error[system.interrupted]") }.count == 1,
          "after \(delay) s: \(screen)")
        #expect(try user.list() == ["delta 1.0.0"], "after \(delay) s")
      } else {
        #expect(try user.list() == ["alpha 1.1.0", "beta 1.0.0", "delta 1.1.0"])
        try user.plugctl("rollback", "1").succeeded()
      }
      #expect(try user.plugctl("verify").exit == 0, "after \(delay) s")
      #expect(try FileSystem.namesIfPresent(in: "\(user.data)/tmp") == [], "after \(delay) s")
    }
    print("Ctrl-C: \(ends)")
    #expect(ends[130, default: 0] > 2 && ends[0, default: 0] > 2, "\(ends)")
  }

  @Test("a deleted cache costs a download and nothing else")
  func cache() throws {
    try FileSystem.removeTree(user.cache)
    #expect(try seen([Programs.plugctl, "list"]).screen.contains("delta"))
    let (exit, screen) = try seen([Programs.plugctl, "upgrade"])
    #expect(exit == 0 && screen.contains("upgraded acme/delta 1.0.0 -> 1.1.0"), "\(screen)")
    try FileSystem.removeTree(user.cache)
    #expect(try seen([Programs.plugctl, "rollback"]).exit == 0)
    #expect(try user.sqlite("SELECT delta_version();").output == "1.0.0\n")
  }

  @Test(
    "a damaged trust memory is named with its file and the way out",
    arguments: ["publishers.json", "records.json", "indexes/main/root.json", "seal.key"])
  func trust(file: String) throws {
    let path = "\(user.state)/trust/\(file)"
    for damage in ["cut", "gone"] {
      let bytes = try FileSystem.read(path)
      if damage == "cut" {
        try FileSystem.replace(path, with: Array(bytes.prefix(bytes.count / 2)))
      } else {
        try FileSystem.remove(path)
      }
      let (exit, screen) = try seen([Programs.plugctl, "upgrade"])
      #expect(exit == 5 && screen.contains("error[trust."), "\(file) \(damage): \(screen)")
      #expect(screen.contains("hint:"), "\(file) \(damage): \(screen)")
      #expect(try user.list() == ["delta 1.0.0"])
      #expect(try user.sqlite("SELECT delta_version();").output == "1.0.0\n")
      try FileSystem.replace(path, with: bytes, mode: 0o600)
    }
    try user.plugctl("upgrade").succeeded()
  }
}
