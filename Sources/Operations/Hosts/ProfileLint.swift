internal import Files
internal import Formats
public import PkgCore

/// What is wrong with a host profile before it is used.
public struct ProfileLint: Sendable {
  /// Checks of files.
  public init() {}

  /// Reads a profile from a file, wherever it lies.
  ///
  /// - Returns: faults and doubts with their places; none means that it can be used.
  /// - Throws: where the file can't be read.
  public func findings(in path: String) throws -> [Finding] {
    try findings(of: FileSystem.read(path, limit: ProfileCatalog.mostBytes), file: path)
  }

  /// Reads a profile.
  ///
  /// - Parameter path: the file that it is, or shall be.
  func findings(of bytes: [UInt8], file path: String) throws -> [Finding] {
    let findings = Findings()
    let own: Node
    do { own = try YAMLReader.read(bytes) } catch {
      findings.error(error.mark, "", error.sentence)
      return findings.list
    }
    var whole = own
    do { whole = try ProfileCatalog.extended(own, file: path) } catch let error as any Diagnosable {
      findings.error(own["extends"]?.mark ?? own.mark, "extends", error.diagnostic.message)
    }
    _ = HostProfile.read(whole, findings: findings)
    checkName(own, path, findings)
    checkExpressions(own, findings)
    checkKinds(own, findings)
    return findings.list
  }

  /// A profile is looked for by its file's name.
  private func checkName(_ root: Node, _ path: String, _ findings: Findings) {
    guard let id = root["id"], let text = id.text else { return }
    let name = FileSystem.baseName(of: path)
    guard name != "\(text).yaml" else { return }
    findings.warning(id.mark, "id", "`id` is `\(text)`, so the file must be named `\(text).yaml`")
  }

  private func checkExpressions(_ root: Node, _ findings: Findings) {
    let places = [
      ["detect", "version", "regex"], ["detect", "builtin", "regex"], ["probe", "ok", "regex"],
      ["probe", "fail_regex"],
    ]
    for keys in places {
      let node = keys.reduce(Node?.some(root)) { $0?[$1] }
      guard let node, let text = node.text, Pattern(text) == nil else { continue }
      let path = keys.joined(separator: ".")
      findings.error(
        node.mark, path, "`\(path)` is not a POSIX extended expression: `\(printable(text))`")
    }
  }

  private func checkKinds(_ root: Node, _ findings: Findings) {
    guard case .list(let abis)? = root["abi"]?.value else { return }
    for (place, abi) in abis.enumerated() {
      if let kind = abi["kind"], let text = kind.text, !Self.kinds.contains(text) {
        findings.warning(
          kind.mark, "abi[\(place)].kind",
          "`\(printable(text))` is none of \(Self.kinds.joined(separator: ", "))")
      }
      guard case .list(let probes)? = abi["static_probes"]?.value else { continue }
      for probe in probes {
        guard let text = probe.text, LoadTarget.StaticProbe(rawValue: text) == nil else { continue }
        findings.error(
          probe.mark, "abi[\(place)].static_probes", "`\(printable(text))` is no static probe")
      }
    }
  }

  private static let kinds = ["c", "plug", "cxx-vtable", "rust-dyn", "go-plugin", "go-c-shared"]
}
