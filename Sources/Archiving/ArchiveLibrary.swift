internal import CArchive
public import PkgCore

/// The libarchive that reads archives here.
public enum ArchiveLibraryVersion {
  /// Below this one its readers have faults that hostile archives reach; distributions mend them in
  /// versions of the same number too, from here on.
  public static let oldest = Version(3, 6, 0)

  /// Its version; nil where it is not installed.
  public static var installed: Version? {
    guard let library = try? ArchiveLibrary.load(), let text = library.functions.version_string()
    else { return nil }
    // `libarchive 3.6.2`
    return String(cString: text).parts(at: " ").last.flatMap { try? Version(String($0)) }
  }
}

/// libarchive's functions, looked up when an archive is first touched.
struct ArchiveLibrary {
  let functions: plg_archive_functions

  static func load() throws(ArchiveError) -> ArchiveLibrary {
    var functions = plg_archive_functions()
    guard plg_archive_load(&functions) == 0 else { throw .libraryMissing }
    return ArchiveLibrary(functions: functions)
  }

  /// libarchive's own words about the last failure, as such.
  func reason(_ archive: OpaquePointer?) -> String {
    guard let archive, let text = functions.error_string(archive) else {
      return "libarchive gives no reason"
    }
    return "libarchive: " + String(cString: text)
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
