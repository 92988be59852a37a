import Files
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

  /// The folders of the path and, where a part of it is a link, those where the file really is.
  private func writableFolder() -> CheckResult {
    let real = FileSystem.realPath(subject.file).map { $0 == subject.file ? [] : [$0] } ?? []
    for file in [subject.file] + real {
      var path = file[...]
      while let above = path.cut(atLast: "/")?.before, !above.isEmpty {
        path = above
        guard let fault = try? whoMayChange(String(path)) else { continue }
        return CheckResult(.fileInWritableDir, .warn, fault)
      }
    }
    return CheckResult(.fileInWritableDir, .pass)
  }

  /// Who else may put another file in this one's place; nil where nobody may. In a sticky folder
  /// only owners may rename.
  private func whoMayChange(_ path: String) throws -> String? {
    let folder = try fileStatus(path)
    if folder.owner != 0, folder.owner != geteuid() {
      return "user \(folder.owner) may change files under `\(path)`"
    }
    guard folder.mode & 0o1000 == 0 else { return nil }
    if folder.mode & 0o002 != 0 { return "other users may change files under `\(path)`" }
    guard folder.mode & 0o020 != 0, folder.group != 0, hasMembers(folder.group) else { return nil }
    return "members of the group \(folder.group) may change files under `\(path)`"
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

/// Whether a group has members beside whoever runs this. Many systems give each user a group, and
/// folders such as `/usr/local` one that is empty.
private func hasMembers(_ group: gid_t) -> Bool {
  guard let entry = getgrgid(group), let names = entry.pointee.gr_mem else { return false }
  let own = getpwuid(geteuid()).map { String(cString: $0.pointee.pw_name) }
  var index = 0
  while let name = names[index] {
    if String(cString: name) != own { return true }
    index += 1
  }
  return false
}
