import Glibc
import PkgCore

// plg-s028, s029, s031: the file itself.
extension StaticChecks {
  func fileChecks() -> [CheckResult] { [fileMode(), writableFolder(), manifestFile()] }

  private func fileMode() -> CheckResult {
    let mode = String(status.mode, radix: 8)
    if status.mode & 0o6000 != 0 {
      return fileFault(.fail, "it is set-user-id or set-group-id (mode \(mode))", "chmod ug-s")
    }
    if hasAttribute(subject.file, "security.capability") {
      return fileFault(.fail, "it bears file capabilities", "setcap -r")
    }
    if status.mode & 0o002 != 0 {
      return fileFault(.fail, "everybody may write to it (mode \(mode))", "chmod go-w")
    }
    if status.mode & 0o020 != 0, status.group != 0 {
      // Where each user has a group of their own, 664 is what the compiler leaves.
      let isOwnGroup = status.owner == geteuid() && status.group == getegid()
      return fileFault(
        isOwnGroup ? .warn : .fail, "its group may write to it (mode \(mode))", "chmod g-w")
    }
    guard status.owner == 0 || status.owner == geteuid() else {
      return CheckResult(
        .fileMode, .fail, "it belongs to user \(status.owner), neither you nor root")
    }
    return CheckResult(.fileMode, .pass)
  }

  private func fileFault(_ status: CheckStatus, _ message: String, _ command: String) -> CheckResult
  {
    CheckResult(.fileMode, status, message, hint: "run `\(command) \(subject.file)`")
  }

  private func writableFolder() -> CheckResult {
    var path = subject.file[...]
    while let slash = path.lastIndex(of: "/"), slash != path.startIndex {
      path = path[..<slash]
      guard let folder = try? fileStatus(String(path)) else { continue }
      let isSticky = folder.mode & 0o1000 != 0
      let others = folder.mode & 0o002 != 0 && !isSticky
      guard others || (folder.owner != 0 && folder.owner != geteuid()) else { continue }
      return CheckResult(
        .fileInWritableDir, .warn, "other users may change files under `\(path)`")
    }
    return CheckResult(.fileInWritableDir, .pass)
  }

  private func manifestFile() -> CheckResult {
    guard let declared = subject.declared else {
      return CheckResult(.manifestFile, .skip, "no manifest was given")
    }
    guard declared.size == image.bytes.count else {
      return CheckResult(
        .manifestFile, .fail, "the file has another size than its manifest says",
        notes: ["expected: \(declared.size) bytes", "found: \(image.bytes.count) bytes"])
    }
    if let found = declared.found, found != declared.digest {
      return CheckResult(
        .manifestFile, .fail, "the file has another SHA-256 than its manifest says",
        notes: ["expected: \(declared.digest)", "found: \(found)"])
    }
    return CheckResult(.manifestFile, .pass)
  }
}
