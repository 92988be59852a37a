import PkgCore

/// What a plugin tried to do to the world while it was opened and used: plg-d039 to d041.
struct Conduct {
  let run: WorkerRun
  /// The words of the manifest's permissions.
  let permissions: Set<String>
  /// Where it may write; nil for nowhere.
  let dataFolder: String?

  var results: [CheckResult] {
    let missing = run.values("missing-protection").first { $0.begins(with: "observation") }
    if let missing {
      return [.spawn, .network, .writeOutside].map { CheckResult($0, .skip, missing) }
    }
    return [spawn, network, write]
  }

  /// The details of what it tried of a kind.
  private func tried(_ kind: String) -> [String] {
    run.values("tried").compactMap { $0.rest(after: kind + " ").map { String($0) } }
  }

  private var spawn: CheckResult {
    let words = tried("spawn").map { $0 == "exec" ? "run another program" : "fork" }
    guard let first = words.first else { return CheckResult(.spawn, .pass) }
    if permissions.contains("spawn") { return CheckResult(.spawn, .pass, notes: ["as it may"]) }
    return CheckResult(
      .spawn, .warn, "it tried to \(first)", notes: ["\(words.count) times; it was not let"],
      hint: "say so in the manifest, permissions: { spawn: true }, or leave it to the host")
  }

  private var network: CheckResult {
    let families = tried("network")
    guard let first = families.first else { return CheckResult(.network, .pass) }
    if permissions.contains("network") { return CheckResult(.network, .pass, notes: ["as it may"]) }
    let name =
      ["2": "IPv4", "10": "IPv6", "17": "packet", "16": "netlink"][first] ?? "family \(first)"
    return CheckResult(
      .network, .warn, "it tried to open a socket (\(name))",
      notes: ["\(families.count) times; it was not let"],
      hint: "say so in the manifest: permissions: { network: true }")
  }

  private var write: CheckResult {
    let paths = tried("write").filter { path in
      // A path with `..` in it is nowhere for sure.
      dataFolder.map { path == $0 || path.begins(with: $0 + "/") && !path.holds("/..") } != true
    }
    guard let first = paths.first else { return CheckResult(.writeOutside, .pass) }
    if permissions.contains("write") {
      return CheckResult(.writeOutside, .pass, notes: ["as it may"])
    }
    return CheckResult(
      .writeOutside, .warn, "it tried to write to `\(first)`",
      notes: paths.dropFirst().prefix(10).map { "and to `\($0)`" },
      hint: "write below the folder that the host names (plug_host.data_folder) only")
  }
}

extension WorkerRun {
  /// What a check delivered under a name; see `deliver` in `plugctl-worker/subject.h`.
  func data(_ name: String) -> [UInt8] {
    values("data").flatMap { line -> [UInt8] in
      let fields = line.parts(at: " ", cuts: 1)
      guard fields.first == Substring(name), fields.count == 2 else { return [] }
      return [UInt8](hex: String(fields[1])) ?? []
    }
  }

  /// What a process that ended has used more of than it may: a record `usage RSS_KIB CPU_MS THREADS FILES`.
  func excesses(_ limits: LoadLimits) -> [String] {
    let used = (value("usage") ?? "").parts(at: " ").compactMap { Int($0) }
    guard used.count == 4 else { return [] }
    // Who was refused memory has no more than nearly all of it.
    let pairs = [
      ("\(used[0] / 1024) MiB of memory", used[0] / 1024 * 10 / 9, limits.memoryMiB),
      ("\(used[1]) ms of processor time", used[1], limits.cpuSeconds * 1000),
      ("\(used[2]) threads", used[2], limits.tasks),
      ("\(used[3]) open files", used[3], limits.files),
    ]
    return pairs.filter { $0.1 > $0.2 }.map { "it used \($0.0); the host's limit is \($0.2)" }
  }

  /// What a language's runtime writes when nobody took an exception or a panic; nil where it is no such end.
  var panicSentence: String? {
    guard handledSignal == 6 || end == .signalled(6) else { return nil }
    let text = String(decoding: output, as: UTF8.self)
    if text.holds("terminate called") { return "a C++ exception left the plugin" }
    let rust = [
      "panicked at", "Rust panics must be rethrown", "panic in a function that cannot unwind",
    ]
    if rust.contains(where: text.contains) { return "a Rust panic left the plugin" }
    return nil
  }
}
