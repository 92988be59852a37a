internal import CSystem
internal import Glibc

/// Tells blocking work that nobody waits for it any more: a flag that can be polled.
public final class StopSignal: Sendable {
  /// Readable once the signal is set.
  public let descriptor: Int32
  private let trigger: Int32

  /// A signal that is not set.
  ///
  /// - Throws: ``SystemError`` where no descriptor is left.
  public init() throws(SystemError) {
    var ends: [Int32] = [-1, -1]
    guard plg_pipe2(&ends, O_CLOEXEC | O_NONBLOCK) == 0 else { throw .last("pipe2", "stop signal") }
    (descriptor, trigger) = (ends[0], ends[1])
  }

  deinit {
    close(descriptor)
    close(trigger)
  }

  /// Whether it is set.
  public var isSet: Bool {
    var polled = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return poll(&polled, 1, 0) == 1
  }

  /// Sets it, for good.
  public func set() {
    var byte: UInt8 = 1
    _ = write(trigger, &byte, 1)
  }
}
