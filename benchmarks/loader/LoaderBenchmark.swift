internal import Files
internal import Glibc
internal import Loader
internal import PkgCore
internal import Synchronization

/// Times of load tests over many plugins, against the goals.
struct LoaderBenchmark: Sendable {
  /// A plugin, and the programs whose symbols it uses.
  private struct Plugin: Sendable {
    let path: String
    let providers: [String]
  }

  private let workerPath: String
  private let small: String
  private let plugins: [Plugin]
  private let system = thisSystem()
  /// How many of the slowest are named.
  private let slowest = 5

  /// - Parameter list: a file with a line for each plugin: its path, and after a tab each provider.
  init(worker: String, list: String, small: String) throws {
    workerPath = worker
    self.small = small
    plugins = try lines(of: list).map { line in
      let parts = line.split(separator: "\t").map(String.init)
      return Plugin(path: parts[0], providers: Array(parts.dropFirst()))
    }
  }

  func run() async throws {
    print("what                                       measured      goal")
    // Once before: libraries of hosts are read once a process, and the files come into memory.
    let first = try await total(level: 1, of: plugins)
    // The best of three: other work on the machine takes its turns.
    let timed = try plugins.map { plugin in
      (name: plugin.path, time: try (0..<3).map { _ in try time(plugin, level: 1) }.min() ?? 0)
    }
    let single = timed.map(\.time).sorted()
    row("level 1, one plugin, median", single[single.count / 2], goal: 3)
    row("level 1, one plugin, 99 of 100", single[single.count * 99 / 100], goal: 3)
    row("level 1, one plugin, slowest", single[single.count - 1], goal: nil)
    for (name, time) in timed.sorted(by: { $0.time > $1.time }).prefix(slowest) {
      row("  " + (name.split(separator: "/").last.map(String.init) ?? ""), time, goal: nil)
    }
    row("level 1, all \(plugins.count), 2 threads, first", first, goal: nil)
    let opened = try plugins.filter { try $0.providers.isEmpty && passes($0) }
    // Files and disks differ from machine to machine; the goal is for 650.
    let chosen = Array(opened.prefix(650))
    row("level 2, \(chosen.count), 2 threads", try await total(level: 2, of: chosen), goal: 5_000)
    row("worker, there and back, median", try roundTrip(), goal: 2)
  }

  private func roundTrip() throws -> Double {
    let plugin = Plugin(path: small, providers: [])
    let worker = Worker(workerPath)
    // Both are medians, so that what the static checks take is taken away.
    func median(_ level: Int) throws -> Double {
      try (0..<200).map { _ in try time(plugin, level: level, worker) }.sorted()[100]
    }
    _ = try median(2)
    guard try report(plugin, level: 2, worker).result(.openNow)?.status == .pass else {
      throw BenchmarkFailure(text: "the worker does not open \(small)")
    }
    return try median(2) - median(1)
  }

  private func passes(_ plugin: Plugin) throws -> Bool {
    try report(plugin, level: 1, Worker(workerPath)).refusals.isEmpty
  }

  private func report(_ plugin: Plugin, level: Int, _ worker: Worker) throws -> LoadReport {
    var target = system
    target.symbolProviders = plugin.providers
    let subject = LoadSubject(name: plugin.path, file: plugin.path)
    return try loadTest(subject, against: target, LoadOptions(level: level), worker: worker)
  }

  private func time(_ plugin: Plugin, level: Int, _ worker: Worker? = nil) throws -> Double {
    let start = ContinuousClock.now
    _ = try report(plugin, level: level, worker ?? Worker(workerPath))
    return milliseconds(since: start)
  }

  /// All plugins on two threads, which take the next one in turn.
  private func total(level: Int, of plugins: [Plugin]) async throws -> Double {
    let start = ContinuousClock.now
    let work = SharedWork(count: plugins.count)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<2 {
        group.addTask {
          try await BlockingWork.run {
            let worker = Worker(workerPath)
            while let place = work.next() {
              _ = try report(plugins[place], level: level, worker)
            }
          }
        }
      }
      try await group.waitForAll()
    }
    return milliseconds(since: start)
  }

  private func milliseconds(since start: ContinuousClock.Instant) -> Double {
    let parts = (ContinuousClock.now - start).components
    return Double(parts.seconds) * 1_000 + Double(parts.attoseconds) / 1e15
  }

  private func row(_ what: String, _ measured: Double, goal: Double?) {
    func text(_ value: Double) -> String {
      let tenths = Int((value * 100).rounded())
      return "\(tenths / 100).\(tenths % 100 < 10 ? "0" : "")\(tenths % 100) ms"
    }
    let verdict = goal.map { "\(text($0))\(measured <= $0 ? "" : "   MISSED")" } ?? "-"
    print(padded(what, 40), padded(text(measured), 13), verdict)
  }

  private func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(width - text.count, 1))
  }
}

struct BenchmarkFailure: Error, CustomStringConvertible {
  let text: String
  var description: String { text }
}

/// Numbers that threads take in turn.
private final class SharedWork: Sendable {
  private let place = Atomic<Int>(0)
  private let count: Int

  init(count: Int) { self.count = count }

  func next() -> Int? {
    let mine = place.wrappingAdd(1, ordering: .relaxed).oldValue
    return mine < count ? mine : nil
  }

}

private func lines(of path: String) throws -> [Substring] {
  guard let file = fopen(path, "r") else { throw BenchmarkFailure(text: "can't open \(path)") }
  defer { fclose(file) }
  var (line, size): (UnsafeMutablePointer<CChar>?, Int) = (nil, 0)
  defer { free(line) }
  var result: [Substring] = []
  while getline(&line, &size, file) >= 0, let text = line.map({ String(cString: $0) }) {
    result.append(text.dropLast(text.hasSuffix("\n") ? 1 : 0))
  }
  return result
}
