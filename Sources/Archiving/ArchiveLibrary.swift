internal import CArchive

/// libarchive's functions, looked up when an archive is first touched.
struct ArchiveLibrary {
  let functions: plg_archive_functions

  static func load() throws(ArchiveError) -> ArchiveLibrary {
    var functions = plg_archive_functions()
    guard plg_archive_load(&functions) == 0 else { throw .libraryMissing }
    return ArchiveLibrary(functions: functions)
  }

  /// libarchive's own words about the last failure.
  func reason(_ archive: OpaquePointer?) -> String {
    guard let archive, let text = functions.error_string(archive) else { return "no reason given" }
    return String(cString: text)
  }
}

/// libarchive's result codes (archive.h).
enum ArchiveResult {
  static let end: Int32 = 1
  static let ok: Int32 = 0
}

/// File types as tar and stat have them.
enum EntryType {
  static let file: UInt32 = 0o100000
  static let folder: UInt32 = 0o040000
  static let link: UInt32 = 0o120000
}
