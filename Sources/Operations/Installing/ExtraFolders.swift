internal import Files
internal import PkgCore
internal import PkgStore
internal import Synchronization

/// Folders of a host's own in which it looks for files of packages, asked for once and only when a package
/// has such a file.
final class ExtraFolders: Sendable {
  private let profile: HostProfile
  private let session: Session
  private let isLinking: Bool
  /// What the words were found to be; nil where the host does not say, which is told once.
  private let known = Mutex<[String: String?]>([:])

  /// - Parameter isLinking: whether links may be put there at all.
  init(_ profile: HostProfile, _ session: Session, isLinking: Bool) {
    self.profile = profile
    self.session = session
    self.isLinking = isLinking && session.options.root == nil
  }

  /// Whether the host looks for anything.
  var hasRules: Bool { !profile.layout.extra.isEmpty }

  /// The files of a package that the host looks for, and where. Of several with one name the one that lies
  /// highest counts: the others are its tests or older ones.
  ///
  /// A folder that can't be found out is a warning.
  func files(of package: PackageDescription) throws -> [ExtraFile] {
    var seen: Set<String> = []
    let files = package.files.sorted { Self.depth($0.path) < Self.depth($1.path) }
    return try files.compactMap { file in
      let name = FileSystem.baseName(of: file.path)
      guard case .file = file.content,
        let rule = profile.layout.extra.first(where: { $0.takes(name) }),
        let folder = try folder(rule.folder)
      else { return nil }
      let extra = ExtraFile(
        file: file.path, path: "\(folder)/\(name)", isLinked: mayLink(into: folder))
      return extra.isSound && seen.insert(extra.name).inserted ? extra : nil
    }.sorted { bytesPrecede($0.path, $1.path) }
  }

  private static func depth(_ path: String) -> Int { path.utf8.count { $0 == UInt8(ascii: "/") } }

  /// Links go where the scope's owner is at home: a project's stay in the project, a user's in what is his,
  /// even if he is root. The folder is the host's to make. Elsewhere the files are found in the generation
  /// only, and that is told.
  private func mayLink(into folder: String) -> Bool {
    guard isLinking, FileSystem.target(folder)?.kind == .folder, FileSystem.isWritable(folder)
    else {
      return false
    }
    let real = FileSystem.resolved(folder)
    func isBelow(_ base: String) -> Bool { real.begins(with: FileSystem.resolved(base) + "/") }
    switch session.scope {
    case .project: return session.projectFolder.map(isBelow) ?? false
    case .user: return isBelow(Machine.home)
    case .system: return true
    }
  }

  /// A folder with its words filled in; nil where the host is not here to tell.
  private func folder(_ template: String) throws -> String? {
    let words = profile.detection?.folders ?? []
    var values: [(name: String, value: String)] = []
    for word in words where template.holds("{\(word.name)}") {
      guard let value = value(of: word.name, word.arguments) else { return nil }
      values.append((word.name, value))
    }
    let path = filled(template, values)
    if path.holds("{") { return nil }
    return try FileSystem.absolute(HostFolders(session).resolved(path))
  }

  private func value(of word: String, _ arguments: [String]) -> String? {
    if let value = known.withLock({ $0[word] }) { return value }
    let value = asked(word, arguments)
    known.withLock { $0[word] = .some(value) }
    return value
  }

  private func asked(_ word: String, _ arguments: [String]) -> String? {
    guard let binary = HostBinary.path(of: profile) else { return nil }
    let real = FileSystem.realPath(binary) ?? binary
    var command = ChildCommand(
      arguments.map {
        filled($0, [("binary", binary), ("bindir", FileSystem.folder(of: real))])
      })
    command.environment = ["PATH=/usr/bin:/bin", "LC_ALL=C"]
    command.timeoutMilliseconds = 5000
    let result = try? command.run()
    let text = result?.outputText.parts(at: "\n").first.map(String.init) ?? ""
    guard let result, result.isSuccess, text.begins(with: "/") else {
      session.progress(
        .warning(
          Diagnostic(
            .profileInvalid,
            "`\(profile.id)` does not say where its `\(word)` is, so nothing is put there",
            notes: ["command: \(printable(command.arguments.joined(separator: " ")))"],
            hint: "install what this command belongs to, or say the folder in a profile of your own"
          )))
      return nil
    }
    return text
  }
}
