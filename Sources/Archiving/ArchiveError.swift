public import Files
public import PkgCore

/// Why an archive can't be packed or unpacked.
public enum ArchiveError: Error, Sendable {
  /// libarchive is not on this machine.
  case libraryMissing
  /// It can't be read: why, or libarchive's own sentence.
  case unreadable(String)
  /// An entry that no package may have.
  case unsafe(entry: String, why: String)
  /// An entry differs from the signed list.
  case unlisted(entry: String, why: String)
  /// A limit of `docs/formats.md`.
  case tooLarge(String)
  /// The first entry is not `plugin.json`, or that is malformed.
  case description(Diagnostic)
  /// The disk.
  case system(SystemError)
}

extension ArchiveError: Diagnosable {
  /// `archive.unsafe`, `archive.truncated`, `package.invalid`, or the system's own.
  public var diagnostic: Diagnostic {
    switch self {
    case .libraryMissing:
      Diagnostic(
        .systemCall, "libarchive is not installed",
        hint: "install the Debian package `libarchive13`")
    case .unreadable(let reason):
      Diagnostic(
        .archiveTruncated, "the archive is damaged or no tar archive",
        notes: [reason],
        hint: "fetch it again, or ask its publisher for it")
    case .unsafe(let entry, let why):
      Diagnostic(
        .archiveUnsafe, "the archive holds `\(printable(entry))`, \(why)",
        hint: "don't use this archive; tell its publisher")
    case .unlisted(let entry, let why):
      Diagnostic(
        .archiveUnsafe,
        "`\(printable(entry))` in the archive is not as `plugin.json` lists it: \(why)",
        hint: "don't use this archive; tell its publisher")
    case .tooLarge(let what): Diagnostic(.packageTooLarge, "the archive is too large: \(what)")
    case .description(let diagnostic): diagnostic
    case .system(let error): error.diagnostic
    }
  }
}

/// Runs calls of the file system and wraps their failure.
func onDisk<Value: ~Copyable>(_ body: () throws(SystemError) -> Value) throws(ArchiveError) -> Value
{
  do throws(SystemError) { return try body() } catch { throw .system(error) }
}
