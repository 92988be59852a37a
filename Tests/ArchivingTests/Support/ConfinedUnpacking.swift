import Archiving
import Files
import Glibc
import PkgCore
import TestSupport

/// Unpacks in the real program's child, in a mount namespace where everything but one folder is read-only:
/// a child that wrote outside would do no harm, and be found out.
struct ConfinedUnpacking {
  /// What the child reports; nil where it unpacked the archive.
  let refusal: Diagnostic?
  /// Every path in the staging folder, with what it is.
  let staged: [(path: String, status: FileStatus)]
  /// Where it lies.
  let folder: TestFolder

  static let isPossible: Bool = {
    guard FileSystem.exists(BuiltPrograms.plugctl) else { return false }
    let command = ChildCommand(["bwrap", "--ro-bind", "/", "/", "--dev", "/dev", "--", "true"])
    return (try? command.run().isSuccess) ?? false
  }()

  init(
    _ bytes: [UInt8], form: UnpackChild.Form = .package, claiming size: Int64? = nil
  ) throws {
    folder = try TestFolder("hostile")
    try FileSystem.makeFolder(folder.file("staging"), mode: 0o700)
    try folder.write("outside/secret", "secret")
    let archive = try Descriptor.inMemory("archive")
    try archive.write(bytes)
    try archive.seek(to: 0)
    // The folder is opened inside, so that not even a way up from it leads to something that can be written.
    let script = #"exec 9<"$1"; exec "$2" "$3" "$PPID" 9 "$4" "$5" "$6""#
    let staging = folder.file("staging")
    var child = ChildCommand(
      ["bwrap", "--ro-bind", "/", "/", "--bind", staging, staging, "--dev", "/dev", "--"]
        + ["sh", "-c", script, "sh", staging, BuiltPrograms.plugctl, UnpackChild.command]
        + ["\(form.rawValue)", "\(archive.raw)", "\(size ?? Int64(bytes.count))"])
    child.inherited = [archive.raw]
    child.timeoutMilliseconds = 60_000
    let result = try child.run()
    guard result.isSuccess,
      let report = try? JSONParser.parse(Array(result.output.prefix { $0 != 0x0A }))
    else { throw Broken(result: result) }
    refusal = try Self.refusal(report, result)
    staged = try folder.paths(below: "staging").map { [folder] in
      ($0, try FileSystem.status(folder.file("staging/\($0)")))
    }
  }

  private static func refusal(_ report: JSON, _ result: ChildResult) throws -> Diagnostic? {
    if report["ok"]?.boolValue == true { return nil }
    guard let code = report["code"]?.stringValue.flatMap({ DiagnosticCode(rawValue: $0) }),
      let message = report["message"]?.stringValue
    else { throw Broken(result: result) }
    return Diagnostic(code, message, notes: report["notes"]?.texts ?? [])
  }

  /// Whether what lies beside the staging folder is as it was.
  var isOutsideUntouched: Bool {
    get throws {
      try FileSystem.names(in: folder.path) == ["outside", "staging"]
        && folder.paths(below: "outside") == ["secret"] && folder.text("outside/secret") == "secret"
    }
  }

  /// The child broke off.
  struct Broken: Error, CustomStringConvertible {
    let result: ChildResult
    var description: String { "\(result.end): \(result.outputText) \(result.errorText)" }
  }
}
