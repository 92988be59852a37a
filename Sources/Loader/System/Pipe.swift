import CSystem
import Glibc
import PkgCore

/// A pipe whose read end does not block; both ends close on exec.
struct Pipe: ~Copyable {
  let readEnd: Int32
  private var writeEndOrNone: Int32
  /// What was read, up to the limit; the rest is thrown away, so that the writer never waits.
  private(set) var bytes: [UInt8] = []
  private(set) var isOpen = true
  /// Whether more came than was kept.
  private(set) var isCut = false
  private let limit: Int

  init(limit: Int) throws(Diagnostic) {
    var ends: [Int32] = [0, 0]
    guard plg_pipe2(&ends, O_CLOEXEC) == 0 else { throw callFailed("create", "pipe", errno) }
    readEnd = ends[0]
    writeEndOrNone = ends[1]
    self.limit = limit
    _ = fcntl(readEnd, F_SETFL, O_NONBLOCK)
  }

  deinit {
    close(readEnd)
    if writeEndOrNone >= 0 { close(writeEndOrNone) }
  }

  var writeEnd: Int32 { writeEndOrNone }

  mutating func closeWriteEnd() {
    if writeEndOrNone >= 0 { close(writeEndOrNone) }
    writeEndOrNone = -1
  }

  /// Takes what is there.
  mutating func drain() {
    var buffer = [UInt8](repeating: 0, count: 16_384)
    // A writer that never stops must not keep us here: the caller looks at the clock between.
    for _ in 0..<64 where isOpen {
      let got = read(readEnd, &buffer, buffer.count)
      if got > 0 {
        let room = max(0, limit - bytes.count)
        if got > room { isCut = true }
        bytes.append(contentsOf: buffer[..<min(got, room)])
      } else if got == 0 {
        isOpen = false
      } else if errno != EINTR {
        return
      }
    }
  }
}
