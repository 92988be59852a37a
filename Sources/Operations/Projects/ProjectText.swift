internal import Files
internal import Formats
internal import PkgCore

/// The text of a project file while its wishes are changed: after each change it says what it should,
/// or the change is refused.
struct ProjectText {
  private let path: String
  private let mode: UInt32
  private let original: [UInt8]
  private var bytes: [UInt8]
  /// What the text says now.
  private(set) var file: ProjectFile

  init(_ folder: String) throws {
    path = "\(folder)/\(ProjectFile.fileName)"
    mode = try FileSystem.status(path).mode & 0o777
    original = try FileSystem.read(path, limit: 1 << 20)
    bytes = original
    file = try Project.read(bytes)
  }

  /// Wants a plugin under a range.
  mutating func set(_ name: PluginName, to range: VersionRange) throws {
    try edit(file.wanting(name, range)) { editor in
      try editor.set(name.description, to: range.description)
    }
  }

  /// No longer wants a plugin.
  mutating func remove(_ name: PluginName) throws {
    try edit(file.without(name)) { try $0.remove(name.description) }
  }

  private mutating func edit(
    _ expected: ProjectFile, _ body: (inout YAMLMapEditor) throws -> Void
  ) throws {
    var editor = YAMLMapEditor(bytes, key: "plugins")
    do { try body(&editor) } catch is YAMLMapEditor.Refusal { throw Self.refusal }
    let new = editor.bytes
    guard let read = try? Project.read(new), read.wantedBytes == expected.wantedBytes else {
      throw Self.refusal
    }
    bytes = new
    file = read
  }

  /// Replaces the file in one step, where anything was changed.
  func write() throws {
    guard bytes != original else { return }
    try FileSystem.replace(path, with: bytes, mode: mode)
  }

  private static let refusal = Diagnostic(
    .projectForm,
    "the `plugins` of `\(ProjectFile.fileName)` are written in a form that plugctl can't change",
    notes: ["nothing was changed"],
    hint: "write one plugin a line as `publisher/name: range`, or add `--no-save`")
}
