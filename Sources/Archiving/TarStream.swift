internal import CArchive
internal import Files

/// A tar archive that is being written.
struct TarStream: ~Copyable {
  /// How it is compressed.
  enum Compression {
    case none, zstd
  }

  private let library: ArchiveLibrary
  private let archive: OpaquePointer
  private let entry: OpaquePointer
  private let modified: Int64

  init(_ library: ArchiveLibrary, modified: Int64) throws(ArchiveError) {
    guard let archive = library.functions.write_new(), let entry = library.functions.entry_new()
    else {
      throw .unreadable("out of memory")
    }
    self.library = library
    self.archive = archive
    self.entry = entry
    self.modified = modified
  }

  func open(_ output: Int32, _ compression: Compression) throws(ArchiveError) {
    try check(library.functions.write_format_pax(archive))
    if compression == .zstd {
      try check(library.functions.write_filter_zstd(archive))
      try check(library.functions.write_filter_option(archive, nil, "compression-level", "19"))
    }
    try check(library.functions.write_open_fd(archive, output))
  }

  deinit {
    library.functions.entry_free(entry)
    _ = library.functions.write_free(archive)
  }

  func add(_ path: String, _ bytes: [UInt8], isExecutable: Bool) throws(ArchiveError) {
    start(path, type: EntryType.file, mode: isExecutable ? 0o755 : 0o644)
    library.functions.entry_set_size(entry, Int64(bytes.count))
    try check(library.functions.write_header(archive, entry))
    let count = bytes.withUnsafeBytes {
      library.functions.write_data(archive, $0.baseAddress, $0.count)
    }
    guard count == bytes.count else { throw .unreadable(library.reason(archive)) }
  }

  /// A file's content, piece by piece.
  ///
  /// - Throws: ``ArchiveError/unlisted(entry:why:)`` where it has not the size that it had.
  func add(_ path: String, from file: borrowing Descriptor, size: Int64) throws(ArchiveError) {
    start(path, type: EntryType.file, mode: 0o644)
    library.functions.entry_set_size(entry, size)
    try check(library.functions.write_header(archive, entry))
    let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 16)
    defer { chunk.deallocate() }
    var done: Int64 = 0
    while true {
      let count: Int
      do throws(SystemError) { count = try file.read(into: chunk) } catch { throw .system(error) }
      guard count > 0 else { break }
      done += Int64(count)
      guard done <= size else { break }
      guard library.functions.write_data(archive, chunk.baseAddress, count) == count else {
        throw .unreadable(library.reason(archive))
      }
    }
    guard done == size else { throw .unlisted(entry: path, why: "it changed while it was packed") }
  }

  func addLink(_ path: String, to target: String) throws(ArchiveError) {
    start(path, type: EntryType.link, mode: 0o777)
    library.functions.entry_set_symlink(entry, target)
    try check(library.functions.write_header(archive, entry))
  }

  func finish() throws(ArchiveError) { try check(library.functions.write_close(archive)) }

  private func start(_ path: String, type: UInt32, mode: UInt32) {
    _ = library.functions.entry_clear(entry)
    library.functions.entry_set_pathname(entry, path)
    library.functions.entry_set_filetype(entry, type)
    library.functions.entry_set_perm(entry, mode)
    library.functions.entry_set_mtime(entry, Int(modified), 0)
  }

  private func check(_ result: Int32) throws(ArchiveError) {
    guard result == ArchiveResult.ok else { throw .unreadable(library.reason(archive)) }
  }
}
