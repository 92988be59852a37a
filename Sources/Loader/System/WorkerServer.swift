import CSystem
import Glibc
import PkgCore

/// A `plugctl-worker serve`: a process that forks itself for each plugin. The protocol is described in
/// `plugctl-worker/serve.h`.
struct WorkerServer: ~Copyable {
  private let control: Int32
  /// Its process.
  let pid: pid_t

  /// Starts it.
  init(_ path: String) throws(Diagnostic) {
    var ends: [Int32] = [-1, -1]
    let kind = Int32(SOCK_SEQPACKET.rawValue | SOCK_CLOEXEC.rawValue)
    guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else {
      throw callFailed("create", "socket", errno)
    }
    defer { close(ends[1]) }
    let target = highDescriptor(ends[0], ends[1])
    do throws(Diagnostic) {
      pid = try spawn(
        [path, "serve", "--control", String(target)], environment: WorkerStart.loadEnvironment,
        folder: "/", descriptors: [(ends[1], target)])
    } catch {
      close(ends[0])
      throw error
    }
    control = ends[0]
    var limit = timeval(tv_sec: Self.answerSeconds, tv_usec: 0)
    setsockopt(
      control, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
  }

  /// It forks and reaps at once; one that does not was stopped by somebody.
  private static let answerSeconds = 10

  deinit {
    // It holds nothing, and may be stopped.
    kill(pid, SIGKILL)
    close(control)
    _ = waitForExit(pid)
  }

  /// Has it fork a child for a command line.
  ///
  /// - Parameter files: report, page and output.
  /// - Returns: the child's number, which nobody else gets before ``reap()``; nil where the command
  ///   line is too long for a message.
  func fork(_ words: [String], _ files: [Int32]) throws(Diagnostic) -> pid_t? {
    guard try send(words.flatMap { Array($0.utf8) + [0] }, files) else { return nil }
    let answer = try receive()
    guard answer > 0 else { throw callFailed("fork", "plugctl-worker", -answer) }
    return answer
  }

  /// Forgets the child, which was killed before.
  ///
  /// - Returns: its status as `wait` has it.
  func reap() throws(Diagnostic) -> Int32 {
    _ = try send([0], [])
    return try receive()
  }

  private func send(_ bytes: [UInt8], _ files: [Int32]) throws(Diagnostic) -> Bool {
    // man 3 cmsg: the length with the header, level, type, and the descriptors.
    let headerSize = MemoryLayout<cmsghdr>.size
    let length = headerSize + files.count * MemoryLayout<Int32>.size
    var ancillary = [UInt64](repeating: 0, count: (length + 7) / 8)
    var bytes = bytes
    let sent = ancillary.withUnsafeMutableBytes { ancillary in
      ancillary.storeBytes(of: length, as: Int.self)
      ancillary.storeBytes(of: SOL_SOCKET, toByteOffset: 8, as: Int32.self)
      ancillary.storeBytes(of: Int32(SCM_RIGHTS), toByteOffset: 12, as: Int32.self)
      for (place, file) in files.enumerated() {
        ancillary.storeBytes(of: file, toByteOffset: headerSize + 4 * place, as: Int32.self)
      }
      return bytes.withUnsafeMutableBytes { bytes in
        var part = iovec(iov_base: bytes.baseAddress, iov_len: bytes.count)
        return withUnsafeMutablePointer(to: &part) { part in
          var message = msghdr()
          message.msg_iov = part
          message.msg_iovlen = 1
          if !files.isEmpty {
            message.msg_control = ancillary.baseAddress
            message.msg_controllen = ancillary.count
          }
          return repeated { sendmsg(control, &message, Int32(MSG_NOSIGNAL)) }
        }
      }
    }
    if sent < 0, errno == EMSGSIZE || errno == ENOBUFS { return false }
    guard sent == bytes.count else { throw callFailed("reach", "plugctl-worker", errno) }
    return true
  }

  private func receive() throws(Diagnostic) -> Int32 {
    var number: Int32 = 0
    let got = repeated { recv(control, &number, MemoryLayout<Int32>.size, 0) }
    guard got == MemoryLayout<Int32>.size else {
      throw callFailed("reach", "plugctl-worker", got < 0 ? errno : EPIPE)
    }
    return number
  }

  private func repeated(_ call: () -> Int) -> Int {
    while true {
      let result = call()
      if result >= 0 || errno != EINTR { return result }
    }
  }
}
