import Files
import Glibc
import PkgCore
import TestSupport
import Testing

@Suite("a change that is killed")
struct KillTests {
  /// Another seed kills at other moments: `PLUGCTL_KILL_SEED`; how often: `PLUGCTL_KILLS`.
  private static let seed =
    Machine.environment("PLUGCTL_KILL_SEED").flatMap { UInt64($0) } ?? 20_260_101
  private static let kills = Machine.environment("PLUGCTL_KILLS").flatMap { Int($0) } ?? 200

  @Test("at any moment leaves exactly the old or the new state, and the next command works")
  func killed() throws {
    print("kill seed \(Self.seed), \(Self.kills) kills")
    let examples = try Examples.shared.get()
    let user = try Sandbox()
    try user.add(examples.index)
    var numbers = SeededGenerator(seed: Self.seed)
    var state = try State(of: user)
    var counts = (old: 0, new: 0)
    for number in 1...Self.kills {
      let change = Self.change(from: state, &numbers)
      let running = try user.start([Programs.plugctl] + change.arguments)
      usleep(UInt32.random(in: 0..<140_000, using: &numbers))
      running.send(SIGKILL)
      running.wait()
      let label: Comment =
        "seed \(Self.seed), kill \(number): \(change.arguments.joined(separator: " ")) from \(state.plugins)"
      let now = try State(of: user)
      #expect(now.plugins == state.plugins || now.plugins == change.result, label)
      #expect(try now.faults(of: user) == [], label)
      if now.plugins == change.result { counts.new += 1 } else { counts.old += 1 }
      if number % 5 == 0 {
        let recovered = try user.plugctl("recover")
        #expect(recovered.exit == 0, "\(label): \(recovered)")
        #expect(try FileSystem.namesIfPresent(in: "\(user.data)/tmp") == [], label)
        // On a busy machine the first ones may all come before anything is made.
        let generations = try FileSystem.namesIfPresent(in: "\(user.data)/hosts/sqlite/gens")
          .compactMap { Int64($0) }
        #expect(generations.allSatisfy { $0 <= now.generation }, label)
      }
      state = now
    }
    print("killed before the switch: \(counts.old), after it: \(counts.new)")
    #expect(counts.old > 0 && counts.new > 0)
    try user.plugctl("install", "alpha", "delta").succeeded()
    #expect(try user.sqlite("SELECT delta_version();").exit == 0)
  }

  @Test("leaves no child that goes on unpacking", arguments: [true, false])
  func orphan(isOurs: Bool) throws {
    let user = try Sandbox()
    let archive = try #require(Examples.shared.get().archives["delta 1.1.0"])
    let size = try FileSystem.status(archive).size
    let staging = "\(user.work)/staging"
    try FileSystem.makeFolders(staging)
    // The shell is the parent, or another process was, which is gone.
    let outcome = try user.run([
      "bash", "-c",
      "exec 3<'\(staging)' 4<'\(archive)'; '\(Programs.plugctl)' __unpack "
        + (isOurs ? "$$" : "$((2**22))") + " 3 0 4 \(size); exit $?",
    ])
    #expect(outcome.exit == (isOurs ? 0 : 1), "\(outcome)")
    #expect(try FileSystem.names(in: staging).isEmpty == !isOurs)
  }

  @Test("in an index leaves one that clients trust, and publishing again takes it to its end")
  func publishing() throws {
    let examples = try Examples.shared.get()
    let (index, owner) = try examples.index.copy()
    let author = examples.workshop.author
    let archives = try (0..<3).map { try examples.workshop.packExtension("fresh\($0)", "1.0.0") }
    var numbers = SeededGenerator(seed: Self.seed)
    var killed = 0
    for number in 0..<30 {
      let command = ["publish", "--to", index.path, archives[number % 3]]
      let running = try author.start([Programs.plugctl] + command)
      usleep(UInt32.random(in: 0..<60_000, using: &numbers))
      running.send(SIGKILL)
      if running.wait() != 0 { killed += 1 }
      let check = try author.plugctl("index", "check", index.path)
      #expect(check.exit == 0, "seed \(Self.seed), kill \(number): \(check)")
    }
    #expect(killed > 0)
    for archive in archives { try index.publish(archive).succeeded() }
    let user = try Sandbox()
    try user.add(index)
    try user.plugctl("install", "fresh0", "fresh1", "fresh2").succeeded()
    withExtendedLifetime(owner) {}
  }

  @Test(
    "while the host's folder has links or copies is mended by the next one",
    arguments: ["links", "copies"])
  func views(view: String) throws {
    let examples = try Examples.shared.get()
    let user = try Sandbox()
    try user.add(examples.index)
    let folder = try user.searchesFolder(view: view)
    var numbers = SeededGenerator(seed: Self.seed)
    var state = try State(of: user)
    for number in 1...20 {
      let change = Self.change(from: state, &numbers)
      let running = try user.start([Programs.plugctl] + change.arguments)
      usleep(UInt32.random(in: 40_000..<140_000, using: &numbers))
      running.send(SIGKILL)
      running.wait()
      try user.plugctl("recover").succeeded()
      let now = try State(of: user)
      let label: Comment =
        "seed \(Self.seed), kill \(number): \(change.arguments.joined(separator: " "))"
      #expect(now.plugins == state.plugins || now.plugins == change.result, label)
      let names = try FileSystem.namesIfPresent(in: folder)
      #expect(names == now.plugins.keys.map { "\($0).so" }.sorted(), label)
      for name in names {
        let plugin = String(name.dropLast(3))
        let answer = try user.run([
          "sqlite3", ":memory:", ".load \(folder)/\(name)", "SELECT \(plugin)_version();",
        ])
        #expect(answer.output == "\(now.plugins[plugin] ?? "")\n", label)
      }
      state = now
    }
  }

  @Test("leaves a scratch folder that a later command sweeps, once it is old and nobody holds it")
  func scratch() throws {
    let examples = try Examples.shared.get()
    let user = try Sandbox()
    let temporary = user.folder.file("tmp")
    for name in ["plugctl-scratch-0123", "plugctl-scratch-4567", "plugctl-scratch-89ab", "others"] {
      try user.folder.write("tmp/\(name)/file", "x")
      if name.hasSuffix("4567") { continue }
      try user.run(["touch", "-d", "2 hours ago", "\(temporary)/\(name)"]).succeeded()
    }
    let holder = try user.start(["flock", "\(temporary)/plugctl-scratch-89ab", "sleep", "60"])
    #expect(
      try eventually {
        try !user.run(["flock", "-n", "\(temporary)/plugctl-scratch-89ab", "true"]).succeeds
      })
    try user.add(examples.index)
    try user.plugctl("install", "delta").succeeded()
    #expect(
      try FileSystem.names(in: temporary) == [
        "others", "plugctl-scratch-4567", "plugctl-scratch-89ab",
      ])
    withExtendedLifetime(holder) {}
  }

  /// A command, and what is installed once it is done.
  private struct Change {
    let arguments: [String]
    let result: [String: String]
  }

  private static func change(from state: State, _ numbers: inout SeededGenerator) -> Change {
    var result = state.plugins
    if result["delta"] == "1.0.0", Bool.random(using: &numbers) {
      result["delta"] = "1.1.0"
      return Change(arguments: ["upgrade", "delta"], result: result)
    }
    let name = ["delta", "taken", "beta"].randomElement(using: &numbers) ?? "delta"
    if result[name] != nil {
      result[name] = nil
      return Change(arguments: ["remove", name], result: result)
    }
    result[name] = "1.0.0"
    if name == "beta", result["alpha"] == nil { result["alpha"] = "1.1.0" }
    return Change(arguments: ["install", "\(name)@1.0.0"], result: result)
  }
}

/// What is live, as the files alone say it.
private struct State {
  /// Versions by name.
  var plugins: [String: String] = [:]
  var generation: Int64 = 0
  private var trees: [String] = []
  private let current: String

  init(of user: Sandbox) throws {
    current = user.live()
    guard FileSystem.exists(current) else { return }
    let target = try FileSystem.linkTarget(current)
    generation = Int64(FileSystem.baseName(of: target)) ?? -1
    let manifest = try JSONParser.parse(FileSystem.read("\(current)/manifest.json")).objectValue
    for plugin in manifest?["plugins"]?.arrayValue ?? [] {
      guard let plugin = plugin.objectValue, let id = plugin["id"]?.stringValue else { continue }
      plugins[FileSystem.baseName(of: id)] = plugin["version"]?.stringValue
    }
  }

  /// What is wrong with it: links that lead nowhere, files whose hash is not the signed one, a host
  /// that does not load it.
  func faults(of user: Sandbox) throws -> [String] {
    guard generation > 0 else {
      return FileSystem.exists(current) ? ["generation \(generation)"] : []
    }
    var faults: [String] = []
    let links = try FileSystem.names(in: "\(current)/plugins")
    if links.count != plugins.count {
      faults.append("\(links.count) links for \(plugins.count) plugins")
    }
    for name in links {
      guard let real = FileSystem.realPath("\(current)/plugins/\(name)") else {
        faults.append("\(name) leads nowhere")
        continue
      }
      faults += try Self.faults(ofTree: FileSystem.folder(of: real))
    }
    let query = plugins.keys.sorted().map { "\($0)_version()" }.joined(separator: " || ' ' || ")
    guard !plugins.isEmpty else { return faults }
    let answer = try user.sqlite("SELECT \(query);")
    let wanted = plugins.sorted { $0.key < $1.key }.map(\.value).joined(separator: " ")
    if answer.output != wanted + "\n" { faults.append("\(answer)") }
    return faults
  }

  private static func faults(ofTree tree: String) throws -> [String] {
    let description = try JSONParser.parse(FileSystem.read("\(tree)/plugin.json")).objectValue
    let files = (description?["contents"]?.arrayValue ?? []).compactMap(\.objectValue)
    guard !files.isEmpty else { return ["\(tree) lists no files"] }
    let paths = files.compactMap { $0["path"]?.stringValue }
    let sums = try ChildCommand(["sha256sum"] + paths.map { "\(tree)/\($0)" }).run().outputText
      .split(separator: "\n")
    return zip(files, sums).compactMap { file, line in
      file["sha256"]?.stringValue.map { line.hasPrefix($0) } == true
        ? nil : "\(line) is not as signed"
    }
  }
}
