internal import Files
public import PkgCore

/// The prepared search file: SQLite with full-text search, written once at `update`, opened without
/// locks by everything that looks.
///
/// ```
/// plugins   rowid, index_name, name, publisher, short, host, type, title, summary, license, tags,
///           extensions, version, published, state, versions, provides
/// words     FTS5 over short, title, summary, tags, publisher, host, type (prefixes of 2 and 3 letters)
/// PRAGMA user_version = 2
/// ```
public struct CatalogFile: Sendable {
  /// A plugin as it is listed, with its index.
  public struct Row: Sendable {
    /// The index's name.
    public let index: String
    /// What the catalog says of the plugin.
    public let entry: CatalogDocument.Entry
  }

  private static let columns = """
    p.index_name, p.name, p.host, p.type, p.title, p.summary, p.license, p.tags, p.extensions, \
    p.version, p.published, p.state, p.versions
    """

  private let path: String

  /// The file at a path, which need not be there yet.
  public init(_ path: String) { self.path = path }

  /// The `user_version` of files that this program reads.
  private static let version: Int64 = 2

  /// Whether it was ever made, by a program that made it like this one.
  public var exists: Bool {
    guard FileSystem.exists(path), let database = try? Database.immutable(path),
      let statement = try? database.prepare("PRAGMA user_version"),
      (try? statement.step()) == true
    else { return false }
    return statement.integer(0) == Self.version
  }

  /// Writes the file anew and puts it in place in one step.
  ///
  /// - Throws: ``CatalogError``, ``SystemError``.
  public func write(_ rows: [(index: String, entries: [CatalogDocument.Entry])]) throws {
    try FileSystem.makeFolders(FileSystem.folder(of: path))
    let temporary = "\(path).\(Machine.processID).new"
    try FileSystem.removeIfPresent(temporary)
    do {
      try Self.fill(temporary, rows)
      try FileSystem.rename(temporary, to: path)
    } catch {
      try? FileSystem.removeIfPresent(temporary)
      throw error
    }
  }

  private static func fill(
    _ path: String, _ rows: [(index: String, entries: [CatalogDocument.Entry])]
  ) throws {
    let database = try Database.new(path)
    try database.run(
      """
      CREATE TABLE plugins(index_name, name, publisher, short, host, type, title, summary, license, tags,
        extensions, version, published, state, versions INTEGER, provides);
      CREATE VIRTUAL TABLE words USING fts5(short, title, summary, tags, publisher, host, type, content='plugins', prefix='2 3');
      PRAGMA user_version = \(version);
      """)
    let insert = try database.prepare(
      "INSERT INTO plugins VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16)")
    for (index, entries) in rows {
      for entry in entries {
        insert.bind([
          index, entry.name.description, entry.name.publisher.text, entry.name.name.text,
          entry.host,
          entry.type, entry.title, entry.summary, entry.license, joined(entry.tags),
          joined(entry.extensions), entry.version.description, entry.published.rfc3339, entry.state,
          String(entry.versionCount), joined(entry.provides.map(\.text)),
        ])
        _ = try insert.step()
      }
    }
    try database.run("INSERT INTO words(words) VALUES('rebuild')")
    try database.run("CREATE INDEX by_name ON plugins(name); COMMIT")
  }

  /// Plugins that match all words of a text, best first; all by name where there is no word.
  public func search(_ text: String, _ filter: SearchFilter, limit: Int = 1000) throws -> [Row] {
    let words = text.split { !$0.isLetter && !$0.isNumber }
    var sql = "SELECT \(Self.columns) FROM plugins p"
    var conditions: [String] = []
    var values: [String?] = []
    func add(_ condition: String, _ value: String, _ rest: String = "") {
      values.append(value)
      conditions.append(condition + "?\(values.count)" + rest)
    }
    if !words.isEmpty {
      sql += " JOIN words ON words.rowid = p.rowid"
      // Each word in quotes, as the beginning of a word.
      add("words MATCH ", words.map { "\"\($0)\" *" }.joined(separator: " "))
    }
    if let host = filter.host { add("p.host = ", host) }
    if let type = filter.type { add("p.type = ", type) }
    if let publisher = filter.publisher { add("p.publisher = ", publisher) }
    if let state = filter.state { add("p.state = ", state) }
    // `instr`, since `LIKE` would take `%` and `_` of the words for wildcards.
    if let tag = filter.tag { add("instr(' ' || p.tags || ' ', ", " \(tag) ", ") > 0") }
    if let fileExtension = filter.fileExtension {
      // With or without its dot, as authors and searchers like it.
      let bare = fileExtension.drop { $0 == "." }
      add("instr(replace(' ' || p.extensions || ' ', ' .', ' '), ", " \(bare) ", ") > 0")
    }
    if !conditions.isEmpty { sql += " WHERE " + conditions.joined(separator: " AND ") }
    // A hit in the name counts ten times one in the summary.
    sql +=
      words.isEmpty ? " ORDER BY p.name" : " ORDER BY bm25(words, 10, 4, 1, 3, 2, 2, 2), p.name"
    return try rows(sql + " LIMIT \(limit)", values)
  }

  /// The plugins of a short or a full name, in either spelling: `-` and `_` are one.
  public func named(_ reference: PluginReference) throws -> [Row] {
    let column = reference.fullName == nil ? "p.short" : "p.name"
    return try rows(
      "SELECT \(Self.columns) FROM plugins p WHERE replace(\(column), '-', '_') = ?1 ORDER BY p.name",
      [reference.fullName?.folded ?? reference.name.folded])
  }

  /// Plugins of which some version provides a name, of the name's own publisher.
  public func providers(of name: PluginName) throws -> [PluginName] {
    try rows(
      """
      SELECT \(Self.columns) FROM plugins p WHERE replace(p.publisher, '-', '_') = ?1 \
      AND instr(' ' || replace(p.provides, '-', '_') || ' ', ?2) > 0 ORDER BY p.name
      """, [name.publisher.folded, " \(name.name.folded) "]
    ).map(\.entry.name)
  }

  /// All full names, for completion and suggestions.
  public func names(limit: Int = 10_000) throws -> [String] {
    let database = try Database.immutable(path)
    let statement = try database.prepare("SELECT name FROM plugins ORDER BY name LIMIT \(limit)")
    var names: [String] = []
    while try statement.step() { if let name = statement.text(0) { names.append(name) } }
    return names
  }

  /// Counts by host, type, publisher, state and index; `column` is one of these words.
  public func counts(by column: Group) throws -> [(value: String, count: Int64)] {
    let database = try Database.immutable(path)
    let statement = try database.prepare(
      "SELECT coalesce(\(column.rawValue), ''), count(*) FROM plugins GROUP BY 1 ORDER BY 2 DESC, 1"
    )
    var counts: [(value: String, count: Int64)] = []
    while try statement.step() { counts.append((statement.text(0) ?? "", statement.integer(1))) }
    return counts
  }

  /// By what plugins can be counted.
  public enum Group: String, Sendable, CaseIterable {
    /// By host.
    case host
    /// By type.
    case type
    /// By publisher.
    case publisher
    /// By state.
    case state
    /// By index.
    case index = "index_name"
  }

  private func rows(_ sql: String, _ values: [String?]) throws -> [Row] {
    let database = try Database.immutable(path)
    let statement = try database.prepare(sql)
    statement.bind(values)
    var rows: [Row] = []
    while try statement.step() {
      guard let row = Self.row(statement) else {
        throw CatalogError(path: path, reason: "a malformed row")
      }
      rows.append(row)
    }
    return rows
  }

  private static func row(_ statement: borrowing Statement) -> Row? {
    guard let name = statement.text(1).flatMap({ try? PluginName($0) }),
      let version = statement.text(9).flatMap({ try? Version($0) }),
      let published = statement.text(10).flatMap({ Timestamp(rfc3339: $0) })
    else { return nil }
    var entry = CatalogDocument.Entry(
      name: name, host: statement.text(2) ?? "", version: version, published: published,
      state: statement.text(11) ?? "")
    entry.type = statement.text(3)
    entry.title = statement.text(4)
    entry.summary = statement.text(5)
    entry.license = statement.text(6)
    entry.tags = split(statement.text(7))
    entry.extensions = split(statement.text(8))
    entry.versionCount = statement.integer(12)
    return Row(index: statement.text(0) ?? "", entry: entry)
  }

  private static func joined(_ words: [String]) -> String { words.joined(separator: " ") }
  private static func split(_ words: String?) -> [String] {
    words?.parts(at: " ").map(String.init) ?? []
  }
}
