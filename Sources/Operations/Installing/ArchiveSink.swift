internal import Files
internal import PkgCore
internal import Signing
internal import Synchronization

/// Takes an archive's bytes as they come: writes them to a file of ours and digests exactly what is
/// written, so that nothing is read again before it is checked.
final class ArchiveSink: Sendable {
  private struct State: ~Copyable, Sendable {
    var file: Descriptor
    var sha256 = SHA256Stream()
    var blake2b = BLAKE2bStream()
    var size: Int64 = 0
  }

  private let state: Mutex<State?>

  /// Writes into an empty file.
  init(_ file: consuming Descriptor) { state = Mutex(State(file: file)) }

  /// Takes the next bytes.
  func take(_ bytes: UnsafeRawBufferPointer) throws {
    try state.withLock { state throws in
      guard var open = state.take() else { return }
      open.sha256.update(bytes)
      open.blake2b.update(bytes)
      open.size += Int64(bytes.count)
      let written = Result { try open.file.write(bytes) }
      state = consume open
      try written.get()
    }
  }

  /// Ends the writing.
  ///
  /// - Returns: the archive, its descriptor at the start.
  func finish() throws -> DigestedArchive {
    try state.withLock { state throws in
      guard let open = state.take() else {
        throw Diagnostic(.internalBug, "an archive was finished twice")
      }
      return try Self.digested(open)
    }
  }

  private static func digested(_ state: consuming State) throws -> DigestedArchive {
    try state.file.seek(to: 0)
    return DigestedArchive(
      raw: try state.file.duplicate().release(), size: state.size, sha256: state.sha256.finish(),
      blake2b: state.blake2b.finish())
  }
}

/// An open archive with the digests of its bytes; nothing is checked yet.
final class DigestedArchive: Sendable {
  /// The open file; owned.
  let raw: Int32
  let size: Int64
  let sha256: SHA256Digest
  let blake2b: BLAKE2bDigest

  init(raw: Int32, size: Int64, sha256: SHA256Digest, blake2b: BLAKE2bDigest) {
    self.raw = raw
    self.size = size
    self.sha256 = sha256
    self.blake2b = blake2b
  }

  deinit { _ = Descriptor(owning: raw, name: "archive") }

  /// Writes the bytes that were digested into another file.
  func copy(to file: borrowing Descriptor) throws {
    let own = try Descriptor.duplicate(of: raw, name: "archive")
    try own.seek(to: 0)
    let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 16)
    defer { chunk.deallocate() }
    while true {
      let count = try own.read(into: chunk)
      guard count > 0 else { return }
      try file.write(UnsafeRawBufferPointer(rebasing: chunk[..<count]))
    }
  }

  /// Opens a file and digests it from the very descriptor that is used later.
  static func open(_ path: String, limit: Int64) throws -> DigestedArchive {
    let file = try FileSystem.open(path)
    var sha256 = SHA256Stream()
    var blake2b = BLAKE2bStream()
    var size: Int64 = 0
    let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 16)
    defer { chunk.deallocate() }
    while true {
      let count = try file.read(into: chunk)
      guard count > 0 else { break }
      size += Int64(count)
      guard size <= limit else {
        throw Diagnostic(.packageTooLarge, "`\(path)` has more than \(limit) bytes")
      }
      let piece = UnsafeRawBufferPointer(rebasing: chunk[..<count])
      sha256.update(piece)
      blake2b.update(piece)
    }
    try file.seek(to: 0)
    return DigestedArchive(
      raw: file.release(), size: size, sha256: sha256.finish(), blake2b: blake2b.finish())
  }
}
