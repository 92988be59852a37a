internal import Glibc
internal import Operations
internal import PkgCore
internal import Synchronization

/// Progress on stderr: a line that is written over in a terminal, a line a phase elsewhere, events as
/// JSON where programs ask. Nothing is shown of what ends within half a second.
final class ProgressDisplay: Sendable {
  /// How it looks.
  enum Form: Sendable {
    case bar, plain, json, none

    static func of(_ text: String, isQuiet: Bool) -> Form {
      switch text {
      case "bar": .bar
      case "plain": .plain
      case "json": .json
      case "none": .none
      default:
        isQuiet || !Terminal.isTerminal(2) || Environment.text("TERM") == "dumb" ? .none : .bar
      }
    }
  }

  private struct State {
    var label = ""
    var phase = ""
    var start: UInt64 = 0
    var isRunning = false
    var hasLine = false
    var tick = 0
  }

  private let form: Form
  private let style: Style
  private let state = Mutex(State())
  /// Before this long, nothing is shown.
  private static let patience: UInt64 = 500_000_000

  init(_ form: Form, style: Style) {
    self.form = form
    self.style = style
  }

  /// Whether every event is a document of its own.
  var isForPrograms: Bool { form == .json }

  func show(_ event: ProgressEvent) {
    guard form != .none, let (phase, label) = Self.text(event) else { return }
    if form == .json {
      let document: JSON = ["event": .string(phase), "text": .string(label)]
      Terminal.write(document.compactBytes + [0x0A], to: 2)
      return
    }
    let starts = state.withLock { state in
      let isNew = state.phase != phase
      state.label = label
      state.phase = phase
      if !state.isRunning {
        state.start = Self.now()
        state.isRunning = true
        return true
      }
      if isNew, form == .plain, Self.now() - state.start > Self.patience { Self.writeLine(label) }
      return false
    }
    // One thread keeps the line alive while the work is silent; it ends with the process.
    if starts { HiddenCommands.startThread { self.animate() } }
  }

  /// Clears the line, runs a body that writes, and goes on.
  func interrupt(_ body: () -> Void) {
    state.withLock { state in
      clear(&state)
      body()
    }
  }

  /// Clears the line for good.
  func end() {
    state.withLock { state in
      clear(&state)
      state.isRunning = false
    }
  }

  private func animate() {
    while true {
      usleep(100_000)
      let goesOn = state.withLock { state in
        guard state.isRunning else { return false }
        guard Self.now() - state.start > Self.patience else { return true }
        if form == .bar { draw(&state) } else if state.tick == 0 { Self.writeLine(state.label) }
        state.tick += 1
        return true
      }
      guard goesOn else { return }
    }
  }

  private func draw(_ state: inout State) {
    let wheel = ["-", "\\", "|", "/"][state.tick % 4]
    let width = max(10, Terminal.width(2) - 1)
    let text = String("\(wheel) \(state.label)".prefix(width))
    Terminal.write(Array("\r\u{1B}[K\(style.cyan(text))".utf8), to: 2)
    state.hasLine = true
  }

  private func clear(_ state: inout State) {
    if state.hasLine { Terminal.write(Array("\r\u{1B}[K".utf8), to: 2) }
    state.hasLine = false
  }

  private static func writeLine(_ text: String) { Terminal.write(Array((text + "\n").utf8), to: 2) }

  private static func now() -> UInt64 {
    var value = timespec()
    clock_gettime(CLOCK_MONOTONIC, &value)
    return UInt64(value.tv_sec) * 1_000_000_000 + UInt64(value.tv_nsec)
  }

  private static func text(_ event: ProgressEvent) -> (phase: String, label: String)? {
    switch event {
    case .waiting(let host): ("waiting", "waiting for another process that changes \(host)")
    case .refreshing(let index): ("refreshing", "asking the index \(index)")
    case .downloading(let done, let total):
      ("downloading", "downloading \(sizeText(done)) of \(sizeText(total))")
    case .unpacking(let done, let total): ("unpacking", "unpacking \(done) of \(total)")
    case .syncing: ("syncing", "waiting for the disk")
    case .testing(let done, let total): ("testing", "load-testing \(done) of \(total)")
    case .reloading(let host): ("reloading", "telling \(host) to reload")
    case .unmapping(let count):
      ("unmapping", "waiting for \(count) processes that use former versions")
    case .planned(let plan, let host): ("planned", "\(plan.steps.count) changes for \(host)")
    case .building(let done, let total): ("building", "building \(done) of \(total)")
    case .output(let plugin, let line): ("output", "\(plugin): \(line)")
    case .warning: nil
    }
  }
}
