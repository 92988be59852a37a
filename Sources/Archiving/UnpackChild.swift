internal import Files
public import PkgCore

/// Unpacking in a child: this program started again with a hidden command, confined to the staging
/// folder before it touches the first byte. One child unpacks many archives.
///
/// ```
/// argv    plugctl __unpack PARENT STAGING FORM FD SIZE [FD SIZE ...]      descriptors are inherited
/// stdout  one line an archive: {"ok":true} or {"code":..,"message":..,"notes":[..],"hint":..}
/// disk    STAGING/0, STAGING/1, ...                                   one folder an archive
/// ```
public enum UnpackChild {
  /// The hidden command's name.
  public static let command = "__unpack"

  /// zstd's window has at most 128 MiB, `xz -9` takes 65 MiB; `xz` could ask for 4 GiB.
  private static let mostMemory: UInt64 = 1 << 30

  /// What comes first in a bundle and says what it has.
  public static let bundleFile = "bundle.json"

  /// What the archives are.
  public enum Form: Int64, Sendable {
    /// Packages.
    case package
    /// No packages: any one folder of safe files.
    case foreign
    /// Bundles.
    case bundle
  }

  /// An archive to unpack.
  public struct Job: Sendable {
    /// An open descriptor, at the archive's start.
    public let descriptor: Int32
    /// Bytes of the archive.
    public let size: Int64

    /// A job of these parts.
    public init(descriptor: Int32, size: Int64) {
      self.descriptor = descriptor
      self.size = size
    }
  }

  /// Unpacks archives in one child, the n-th into `staging/n`; blocks this thread.
  ///
  /// - Parameters:
  ///   - staging: an empty folder that only this user can write.
  /// - Returns: for each job nil, or why it failed.
  /// - Throws: ``SystemError`` where the child can't be started, ``Diagnostic`` where it broke off.
  public static func run(_ jobs: [Job], staging: String, form: Form = .package) throws
    -> [Diagnostic?]
  {
    let folder = try FileSystem.openFolder(staging)
    var arguments = [
      Machine.executable, command, String(Machine.processID), String(folder.raw),
      String(form.rawValue),
    ]
    for job in jobs { arguments += [String(job.descriptor), String(job.size)] }
    var child = ChildCommand(arguments)
    child.environment = []
    child.folder = "/"
    child.inherited = [folder.raw] + jobs.map(\.descriptor)
    child.outputLimit = 8 << 20
    child.timeoutMilliseconds = 600_000
    let result = try child.run()
    let lines = result.output.split(separator: 0x0A).map(Array.init)
    guard result.isSuccess, lines.count == jobs.count else {
      throw Diagnostic(
        .systemChildFailed, "unpacking broke off",
        notes: ["\(result.end)", printable(result.errorText)].filter { !$0.isEmpty })
    }
    return try lines.map { try Self.diagnostic(JSONParser.parse($0)) }
  }

  /// The child's side.
  ///
  /// - Parameter arguments: what follows the hidden command's name.
  /// - Returns: the exit code.
  public static func serve(_ arguments: [String]) -> Int32 {
    let numbers = arguments.compactMap { Int64($0) }
    guard numbers.count == arguments.count, numbers.count >= 3, !numbers.count.isMultiple(of: 2),
      let form = Form(rawValue: numbers[2])
    else { return 2 }
    let output = Descriptor(owning: 1, name: "standard output")
    let staging = Descriptor(owning: Int32(clamping: numbers[1]), name: "staging")
    // libarchive must be open before every other path is out of reach.
    _ = try? ArchiveLibrary.load()
    Sandbox.limit(memory: mostMemory)
    _ = Sandbox.confine(to: staging)
    // The next command sweeps where this one would write.
    guard Sandbox.isChild(of: Int32(clamping: numbers[0])) else { return 1 }
    for index in stride(from: 3, to: numbers.count, by: 2) {
      let job = Job(descriptor: Int32(clamping: numbers[index]), size: numbers[index + 1])
      let report = unpack(job, into: "\(index / 2 - 1)", below: staging, form)
      do throws(SystemError) { try output.write(report.compactBytes + [0x0A]) } catch { return 1 }
    }
    return 0
  }

  private static func unpack(
    _ job: Job, into name: String, below staging: borrowing Descriptor, _ form: Form
  ) -> JSON {
    do {
      let folder = try StagingFolder.made(name, below: staging)
      switch form {
      case .package:
        var reader = try PackageReader(packedSize: job.size)
        _ = try reader.unpack(job.descriptor, into: folder)
      case .foreign:
        var reader = try PackageReader(packedSize: job.size)
        try reader.unpackForeign(job.descriptor, into: folder)
      case .bundle:
        var reader = try PackageReader(bundleSize: job.size)
        try reader.unpackBundle(job.descriptor, first: bundleFile, into: folder)
      }
      return ["ok": true]
    } catch let error as any Diagnosable {
      let diagnostic = error.diagnostic
      return [
        "code": .string(diagnostic.code.rawValue), "message": .string(diagnostic.message),
        "notes": .strings(diagnostic.notes), "hint": .optional(diagnostic.hint),
      ]
    } catch {
      return ["code": "internal.bug", "message": .string("\(error)"), "notes": [], "hint": .null]
    }
  }

  private static func diagnostic(_ report: JSON) throws -> Diagnostic? {
    if report["ok"]?.boolValue == true { return nil }
    guard let code = report["code"]?.stringValue.flatMap({ DiagnosticCode(rawValue: $0) }),
      let message = report["message"]?.stringValue
    else { throw Diagnostic(.systemChildFailed, "the unpacking child's report can't be read") }
    return Diagnostic(
      code, message, notes: report["notes"]?.arrayValue?.compactMap(\.stringValue) ?? [],
      hint: report["hint"]?.stringValue)
  }
}
