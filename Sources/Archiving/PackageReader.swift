internal import CArchive
internal import Files
internal import PkgCore

/// Reads one archive entry by entry into a folder of ours, within limits: reads with libarchive, writes with our own calls.
///
/// Runs in a sandboxed child (``UnpackChild``), after the archive's hash and signature were checked.
public struct PackageReader: ~Copyable {
  private let library: ArchiveLibrary
  private let archive: OpaquePointer
  private let packedSize: Int64
  private let limits: Limits
  private var total: Int64 = 0
  private var entries = 0

  /// How much may come out of one archive.
  struct Limits {
    let entries: Int
    let fileBytes: Int64
    let totalBytes: Int64

    static let package = Limits(
      entries: PackageLimits.entries, fileBytes: PackageLimits.fileBytes,
      totalBytes: PackageLimits.totalBytes)
    static let bundle = Limits(
      entries: BundleLimits.entries, fileBytes: BundleLimits.fileBytes,
      totalBytes: BundleLimits.totalBytes)
  }

  /// A reader for an archive of so many bytes.
  public init(packedSize: Int64) throws(ArchiveError) {
    try self.init(packedSize: packedSize, limits: .package)
  }

  init(packedSize: Int64, limits: Limits) throws(ArchiveError) {
    let library = try ArchiveLibrary.load()
    guard let archive = library.functions.read_new() else { throw .unreadable("out of memory") }
    self.library = library
    self.archive = archive
    self.packedSize = packedSize
    self.limits = limits
  }

  /// Opens an archive: only tar, and only these filters, since libarchive's other formats are where its
  /// faults are.
  ///
  /// - Parameter isPlain: whether nothing may compress it.
  func open(_ descriptor: Int32, isPlain: Bool = false) throws(ArchiveError) {
    let functions = library.functions
    if !isPlain {
      try check(functions.read_filter_gzip(archive))
      try check(functions.read_filter_xz(archive))
      try check(functions.read_filter_zstd(archive))
    }
    try check(functions.read_format_tar(archive))
    try check(functions.read_open_fd(archive, descriptor, 65_536))
  }

  private func check(_ result: Int32) throws(ArchiveError) {
    guard result == ArchiveResult.ok else { throw .unreadable(library.reason(archive)) }
  }

  deinit { _ = library.functions.read_free(archive) }

  /// What the archive says of one entry, as far as it may be.
  struct Entry {
    let path: String
    let type: UInt32
    let size: Int64
    let isExecutable: Bool
    let linkTarget: String?
  }

  static func makeFolders(
    of path: String, known: inout Set<String>, _ staging: borrowing StagingFolder
  ) throws(SystemError) {
    let folder = FileSystem.folder(of: path)
    guard !known.contains(folder) else { return }
    try makeFolders(of: folder, known: &known, staging)
    try staging.makeFolder(folder)
    known.insert(folder)
  }

  /// The next entry; nil at the end.
  ///
  /// - Parameter isForeign: whether a leading `./` and other modes are taken.
  mutating func nextEntry(isForeign: Bool = false) throws(ArchiveError) -> Entry? {
    while true {
      var pointer: OpaquePointer?
      let result = library.functions.read_next_header(archive, &pointer)
      if result == ArchiveResult.end { return nil }
      guard result == ArchiveResult.ok, let pointer else {
        throw .unreadable(library.reason(archive))
      }
      // Two at most; the count includes the one that passes bytes through.
      guard library.functions.filter_count(archive) <= 3 else {
        throw .unreadable("it is compressed more than twice")
      }
      entries += 1
      guard entries <= limits.entries else {
        throw .tooLarge("more than \(limits.entries) entries")
      }
      let entry = try self.entry(pointer, isForeign: isForeign)
      // What `tar -C dist .` begins with; it says nothing.
      if isForeign, entry.type == EntryType.folder, entry.path == "." { continue }
      return entry
    }
  }

  private func entry(_ pointer: OpaquePointer, isForeign: Bool) throws(ArchiveError) -> Entry {
    let functions = library.functions
    var path = functions.entry_pathname(pointer).map { String(cString: $0) } ?? ""
    // `tar -C dist .` writes every path with a leading `./`.
    if isForeign, let below = path.rest(after: "./"), !below.isEmpty { path = String(below) }
    let type = functions.entry_filetype(pointer)
    if let why = refusal(pointer, type) { throw .unsafe(entry: path, why: why) }
    if type == EntryType.folder, let name = path.rest(before: "/") { path = String(name) }
    guard PackagePath.isSafe(path) || (isForeign && type == EntryType.folder && path == ".") else {
      throw .unsafe(entry: path, why: "which is no safe path")
    }
    let mode = functions.entry_perm(pointer)
    // Folders that are shared by a group bear its bit, in archives of others.
    let mayHaveBits = isForeign && type == EntryType.folder
    guard mode & 0o7000 == 0 || mayHaveBits else {
      throw .unsafe(entry: path, why: "with a set-id or sticky bit")
    }
    guard isForeign || type != EntryType.file || mode == 0o644 || mode == 0o755 else {
      throw .unsafe(entry: path, why: "with mode \(String(mode, radix: 8)) instead of 644 or 755")
    }
    return Entry(
      path: path, type: type, size: functions.entry_size(pointer), isExecutable: mode & 0o111 != 0,
      linkTarget: functions.entry_symlink(pointer).map { String(cString: $0) })
  }

  private func refusal(_ pointer: OpaquePointer, _ type: UInt32) -> String? {
    let functions = library.functions
    if functions.entry_hardlink(pointer) != nil { return "a hard link" }
    if ![EntryType.file, EntryType.folder, EntryType.link].contains(type) {
      return "a device, FIFO or socket"
    }
    if functions.entry_sparse_count(pointer) != 0 { return "a sparse file" }
    if functions.entry_xattr_count(pointer) != 0 { return "with extended attributes" }
    if functions.entry_acl_types(pointer) != 0 { return "with access control lists" }
    return nil
  }

  mutating func copy(
    to path: String, size: Int64, isExecutable: Bool, _ staging: borrowing StagingFolder
  ) throws(ArchiveError) {
    let file = try onDisk { () throws(SystemError) in try staging.create(path) }
    try blocks(of: path, size: size) { block throws(SystemError) in try file.write(block) }
    do throws(SystemError) { try finish(file, isExecutable: isExecutable) } catch {
      throw .system(error)
    }
  }

  func write(
    _ bytes: [UInt8], to path: String, isExecutable: Bool, _ staging: borrowing StagingFolder
  ) throws(ArchiveError) {
    do throws(SystemError) {
      let file = try staging.create(path)
      try file.write(bytes)
      try finish(file, isExecutable: isExecutable)
    } catch { throw .system(error) }
  }

  /// Nobody writes to an installed file: the write bits go at the end.
  private func finish(_ file: borrowing Descriptor, isExecutable: Bool) throws(SystemError) {
    try file.setMode(isExecutable ? 0o555 : 0o444)
  }

  mutating func blocks(
    of path: String, size: Int64, _ body: (UnsafeRawBufferPointer) throws(SystemError) -> Void
  ) throws(ArchiveError) {
    guard size <= limits.fileBytes else { throw .tooLarge("`\(path)` has \(size) bytes") }
    var done: Int64 = 0
    while true {
      var pointer: UnsafeRawPointer?
      var count = 0
      var offset: Int64 = 0
      let result = library.functions.read_data_block(archive, &pointer, &count, &offset)
      if result == ArchiveResult.end { break }
      guard result == ArchiveResult.ok else { throw .unreadable(library.reason(archive)) }
      guard offset == done else { throw .unsafe(entry: path, why: "a sparse file") }
      done += Int64(count)
      total += Int64(count)
      try checkTotals()
      try onDisk { () throws(SystemError) in
        try body(UnsafeRawBufferPointer(start: pointer, count: count))
      }
    }
    guard done == size else { throw .unreadable("`\(path)` is shorter than it says") }
  }

  private func checkTotals() throws(ArchiveError) {
    guard total <= limits.totalBytes else {
      throw .tooLarge("more than \(limits.totalBytes >> 20) MiB unpacked")
    }
    guard total <= PackageLimits.ratioFloor || total / max(1, packedSize) <= PackageLimits.ratio
    else {
      throw .tooLarge("it unpacks to more than \(PackageLimits.ratio) times its size")
    }
  }
}
