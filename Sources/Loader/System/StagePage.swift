import CSystem
import Glibc
import PkgCore

/// How far a worker came; the numbers of `enum stage` in `plugctl-worker/report.h`.
enum Stage: UInt32, Sendable, Comparable {
  case none, started, sandboxed, preload, dlopen, entry, check, input, linger, done

  static func < (left: Stage, right: Stage) -> Bool { left.rawValue < right.rawValue }

  /// The stage in words, for a person.
  var words: String {
    switch self {
    case .none, .started, .sandboxed: "before anything was loaded"
    case .preload: "while what comes before it was loaded"
    case .dlopen: "inside dlopen"
    case .entry: "while its entries were looked up"
    case .check: "while it was called"
    case .input: "while it was given made-up input"
    case .linger, .done: "after it was loaded"
    }
  }
}

/// The page of memory that a worker shares with its parent; `struct report_page` in
/// `plugctl-worker/report.h`. The worker's plugin may write anything into it, so only the proof,
/// which it can't know, is believed.
struct StagePage: ~Copyable {
  private let memory: UnsafeMutableRawPointer
  /// The memory file, closed on exec.
  let descriptor: Int32
  private let nonce: [UInt8]

  static let nonceSize = 16
  private static let size = 4096

  init() throws(Diagnostic) {
    var bytes = [UInt8](repeating: 0, count: Self.nonceSize)
    guard getentropy(&bytes, bytes.count) == 0 else { throw callFailed("fill", "nonce", errno) }
    let file = plg_memfd_create("plugctl-worker", 1)
    guard file >= 0 else { throw callFailed("create", "memfd", errno) }
    guard let page = Self.map(file) else {
      let code = errno
      close(file)
      throw callFailed("map", "memfd", code)
    }
    page.copyMemory(from: bytes, byteCount: bytes.count)
    nonce = bytes
    descriptor = file
    memory = page
  }

  private static func map(_ file: Int32) -> UnsafeMutableRawPointer? {
    guard ftruncate(file, off_t(size)) == 0 else { return nil }
    let page = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0)
    return page == UnsafeMutableRawPointer(bitPattern: -1) ? nil : page
  }

  deinit {
    munmap(memory, Self.size)
    close(descriptor)
  }

  /// What each record of this run begins with.
  var nonceText: String { nonce.hex }

  /// The stage that was entered last, and which neighbour or module in `preload`.
  var stage: (stage: Stage, index: UInt32) {
    (Stage(rawValue: word(32)) ?? .none, word(36))
  }

  /// The signal that the worker's handler saw; 0 for none.
  var signal: Int32 { Int32(truncatingIfNeeded: word(40)) }

  /// Whether a record could not be written: somebody closed the pipe.
  var hasLostReport: Bool { word(44) == 1 }

  /// Whether the worker stated its end with this run's nonce.
  var hasProof: Bool {
    (0..<Self.nonceSize).allSatisfy { place in
      memory.load(fromByteOffset: 16 + place, as: UInt8.self) == nonce[place]
    }
  }

  private func word(_ offset: Int) -> UInt32 {
    memory.load(fromByteOffset: offset, as: UInt32.self)
  }
}
