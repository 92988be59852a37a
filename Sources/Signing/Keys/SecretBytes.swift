import COpenSSL

/// Bytes that must not linger: a passphrase, a seed. They never grow or move, print as nothing, and
/// are overwritten when the last reference goes.
public final class SecretBytes: Sendable, CustomStringConvertible, CustomReflectable {
  // SAFETY: written only before `init` ends, read only after it; freed once, by `deinit`.
  nonisolated(unsafe) private let memory: UnsafeMutableRawBufferPointer

  /// How many bytes there are.
  public var count: Int { memory.count }

  /// Takes a copy of the bytes and overwrites the array with zeros.
  public convenience init(wiping bytes: inout [UInt8]) {
    // Not `copyBytes(from: bytes)` of a copy: the array must stay the only owner of its memory, or
    // the wiping below would go to a new one.
    self.init(count: bytes.count) { memory in
      bytes.withUnsafeBytes { memory.copyMemory(from: $0) }
    }
    bytes.withUnsafeMutableBytes { wipe($0) }
  }

  /// The UTF-8 of a text. The text itself stays in memory until Swift reuses it.
  public convenience init(_ text: String) {
    self.init(count: text.utf8.count) { $0.copyBytes(from: text.utf8) }
  }

  /// So many bytes, zero at first, written by the closure.
  init(count: Int, write: (UnsafeMutableRawBufferPointer) -> Void) {
    memory = .allocate(byteCount: count, alignment: 16)
    memory.initializeMemory(as: UInt8.self, repeating: 0)
    write(memory)
  }

  deinit {
    wipe(memory)
    memory.deallocate()
  }

  /// Always the same word, whatever the bytes.
  public var description: String { "(secret)" }

  /// Shows no children, so that `dump` prints nothing.
  public var customMirror: Mirror { Mirror(self, children: []) }

  func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    body(UnsafeRawBufferPointer(memory))
  }
}

/// Overwrites memory in a way that no optimiser removes (OPENSSL_cleanse(3)).
func wipe(_ memory: UnsafeMutableRawBufferPointer) {
  OPENSSL_cleanse(memory.baseAddress, memory.count)
}
