internal import Files
internal import Formats
internal import PkgCore

/// Where the settings come from with which a plugin is tested.
public enum GivenSettings: Sendable, Equatable {
  /// A file of the plugin's own settings, YAML or JSON.
  case ofPlugin(String)
  /// A host's configuration that names the plugin.
  case ofHost(String)
}

/// A plugin's settings with everything filled in, in a file that is gone with its owner.
final class SettingsFile: Sendable {
  let settings: PluginSettings
  private let scratch: ScratchFolder

  /// Reads them, and fills in what stands in variables.
  ///
  /// - Parameter name: the plugin's short name.
  /// - Throws: ``Diagnostic`` with `config.invalid`, and what ``ConfigChecking`` says of a host's.
  init(_ given: GivenSettings, of name: String, _ session: Session) throws {
    let (path, node, isPlainJSON) =
      switch given {
      case .ofPlugin(let path): try Self.own(path)
      case .ofHost(let path): (path, try Self.settings(of: name, in: path, session), false)
      }
    guard node.json.objectValue != nil else {
      throw Diagnostic(
        .configInvalid, "the settings of `\(name)` in `\(printable(path))` are no map")
    }
    let scratch = try ScratchFolder()
    let file = "\(scratch.path)/settings.json"
    try FileSystem.replace(file, with: node.json.compactBytes, mode: 0o600, isDurable: false)
    settings = PluginSettings(path: file, shown: isPlainJSON ? path : "SETTINGS.json")
    self.scratch = consume scratch
  }

  /// Whether a command that repeats a check can take the user's file: the worker reads JSON, and fills nothing in.
  private static func isPlainJSON(_ bytes: [UInt8]) -> Bool {
    (try? JSONParser.parse(bytes)) != nil && bytes.firstRange(of: Array("${".utf8)) == nil
  }

  private static func own(_ path: String) throws -> (path: String, node: Node, isPlainJSON: Bool) {
    let bytes = try FileSystem.read(path, limit: YAMLReader.maximumSize)
    let node = try AuthoredFile.node(bytes, file: path, .configInvalid, "configuration")
    let findings = Findings()
    var resolution = ConfigResolution(environment: Machine.environment, findings: findings)
    var checks: [String: SchemaCheck] = [:]
    let resolved = resolution.resolve(node, checks: &checks)
    try refuse(findings, path)
    return (path, resolved, isPlainJSON(bytes))
  }

  private static func settings(of name: String, in path: String, _ session: Session) throws -> Node
  {
    let report = try ConfigChecking(session).check(path)
    let named = report.plugins.first { (try? PluginReference($0.name))?.name.text == name }
    guard let named else {
      let others = report.plugins.map { printable($0.name) }
      throw Diagnostic(
        .configInvalid, "`\(printable(path))` names no plugin `\(name)`",
        notes: others.isEmpty ? [] : ["it names " + others.joined(separator: ", ")])
    }
    let findings = Findings()
    for finding in report.findings where finding.severity == .error {
      guard (finding.path + ".").begins(with: named.settings + ".") else { continue }
      findings.error(finding.mark, finding.path, finding.message)
    }
    try refuse(findings, path)
    return report.resolved.at(named.settings) ?? Node(.map([]), mark: .none)
  }

  private static func refuse(_ findings: Findings, _ path: String) throws {
    guard findings.hasErrors else { return }
    throw findings.diagnostic(.configInvalid, file: path, what: "configuration")
  }
}
