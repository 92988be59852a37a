internal import CSQLite
public import PkgCore

/// Why the prepared search file can't be used.
public struct CatalogError: Error, Sendable {
  /// The file.
  public let path: String
  /// SQLite's own sentence.
  public let reason: String
}

extension CatalogError: Diagnosable {
  /// `store.damaged`: the file is a cache and can be made again.
  public var diagnostic: Diagnostic {
    Diagnostic(
      .storeDamaged, "the catalog `\(path)` can't be used", notes: ["sqlite: \(reason)"],
      hint: "run `plugctl update` to make it anew")
  }
}

/// An open SQLite file.
struct Database: ~Copyable {
  private let handle: OpaquePointer
  private let path: String

  /// Opens a file that is never written again, without locks.
  static func immutable(_ path: String) throws(CatalogError) -> Database {
    let escaped = path.utf8.map { byte -> String in
      let isPlain =
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
      return isPlain || "/._-".utf8.contains(byte)
        ? String(UnicodeScalar(byte)) : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }.joined()
    return try Database("file:\(escaped)?immutable=1", path, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI)
  }

  /// Makes a new file.
  static func new(_ path: String) throws(CatalogError) -> Database {
    let database = try Database(path, path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE)
    // Nothing of it is kept if the process ends: the finished file is renamed into place.
    try database.run("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; BEGIN")
    return database
  }

  private init(_ name: String, _ path: String, _ flags: Int32) throws(CatalogError) {
    var handle: OpaquePointer?
    let code = sqlite3_open_v2(name, &handle, flags, nil)
    guard code == SQLITE_OK, let handle else {
      let reason = String(cString: sqlite3_errstr(code))
      sqlite3_close_v2(handle)
      throw CatalogError(path: path, reason: reason)
    }
    self.handle = handle
    self.path = path
  }

  deinit { sqlite3_close_v2(handle) }

  /// Runs statements without results.
  func run(_ sql: String) throws(CatalogError) {
    guard sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK else { throw fault() }
  }

  /// Prepares a statement.
  func prepare(_ sql: String) throws(CatalogError) -> Statement {
    var statement: OpaquePointer?
    guard sqlite3_prepare_v2(handle, sql, -1, &statement, nil) == SQLITE_OK, let statement else {
      throw fault()
    }
    return Statement(statement, path: path)
  }

  private func fault() -> CatalogError {
    CatalogError(path: path, reason: String(cString: sqlite3_errmsg(handle)))
  }
}

/// A prepared statement.
struct Statement: ~Copyable {
  private let handle: OpaquePointer
  private let path: String

  fileprivate init(_ handle: OpaquePointer, path: String) {
    self.handle = handle
    self.path = path
  }

  deinit { sqlite3_finalize(handle) }

  /// Sets the parameters, from 1 on; nil is NULL.
  func bind(_ values: [String?]) {
    sqlite3_reset(handle)
    // SQLite copies the text: its own constant for that is a cast that Swift can't import.
    let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
    for (place, value) in values.enumerated() {
      if let value {
        sqlite3_bind_text(handle, Int32(place + 1), value, -1, transient)
      } else {
        sqlite3_bind_null(handle, Int32(place + 1))
      }
    }
  }

  /// Goes to the next row; false at the end.
  func step() throws(CatalogError) -> Bool {
    switch sqlite3_step(handle) {
    case SQLITE_ROW: return true
    case SQLITE_DONE: return false
    default:
      let reason = String(cString: sqlite3_errmsg(sqlite3_db_handle(handle)))
      throw CatalogError(path: path, reason: reason)
    }
  }

  /// A column of the row as text; nil for NULL.
  func text(_ column: Int32) -> String? {
    sqlite3_column_text(handle, column).map { String(cString: $0) }
  }

  /// A column of the row as an integer.
  func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }
}
