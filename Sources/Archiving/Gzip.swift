internal import CArchive

/// Files compressed for web servers that serve them as they are (`gzip_static`).
public enum Gzip {
  /// The bytes as a gzip file (RFC 1952), always the same for the same bytes.
  ///
  /// - Throws: ``ArchiveError/libraryMissing``, ``ArchiveError/unreadable(_:)``.
  public static func compressed(_ bytes: [UInt8]) throws(ArchiveError) -> [UInt8] {
    let stream = try GzipStream(ArchiveLibrary.load())
    return try stream.write(bytes)
  }
}

/// A gzip file that is being written to memory.
private struct GzipStream: ~Copyable {
  private let library: ArchiveLibrary
  private let archive: OpaquePointer
  private let entry: OpaquePointer

  init(_ library: ArchiveLibrary) throws(ArchiveError) {
    guard let archive = library.functions.write_new(), let entry = library.functions.entry_new()
    else {
      throw .unreadable("out of memory")
    }
    self.library = library
    self.archive = archive
    self.entry = entry
  }

  deinit {
    library.functions.entry_free(entry)
    _ = library.functions.write_free(archive)
  }

  func write(_ bytes: [UInt8]) throws(ArchiveError) -> [UInt8] {
    let functions = library.functions
    try check(functions.write_format_raw(archive))
    try check(functions.write_filter_gzip(archive))
    try check(functions.write_filter_option(archive, "gzip", "compression-level", "9"))
    // Without the time at which it was made.
    try check(functions.write_filter_option(archive, "gzip", "timestamp", nil))
    // Deflate adds at most 5 bytes to a block of 16 KiB; head and tail of the file are 18.
    var output = [UInt8](repeating: 0, count: bytes.count + bytes.count / 1000 + 256)
    // libarchive keeps the pointer and writes to it until it closes.
    let used = UnsafeMutablePointer<Int>.allocate(capacity: 1)
    used.initialize(to: 0)
    defer { used.deallocate() }
    functions.entry_set_filetype(entry, EntryType.file)
    let isWhole = output.withUnsafeMutableBytes { buffer -> Bool in
      let opened = functions.write_open_memory(archive, buffer.baseAddress, buffer.count, used)
      var isWhole =
        opened == ArchiveResult.ok && functions.write_header(archive, entry) == ArchiveResult.ok
      if isWhole {
        let count = bytes.withUnsafeBytes {
          functions.write_data(archive, $0.baseAddress, $0.count)
        }
        isWhole = count == bytes.count
      }
      // While the buffer stands, since what is left comes now; also where something failed.
      let closed = functions.write_close(archive)
      return isWhole && closed == ArchiveResult.ok
    }
    guard isWhole else { throw .unreadable(library.reason(archive)) }
    return Array(output.prefix(used.pointee))
  }

  private func check(_ result: Int32) throws(ArchiveError) {
    guard result == ArchiveResult.ok else { throw .unreadable(library.reason(archive)) }
  }
}
