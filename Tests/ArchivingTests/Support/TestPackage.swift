import PkgCore
import Signing
import TestSupport

/// A package as its parts, so that a test can bend one.
struct TestPackage {
  var files: [(path: String, bytes: [UInt8])] = [
    ("README", Array("read me".utf8)), ("lib/v.so", [0x7F, 0x45, 0x4C, 0x46]),
  ]
  var links: [(path: String, target: String)] = []
  var library = "lib/v.so"

  var description: PackageDescription {
    get throws {
      let content = files.map { file in
        PackageFile(
          path: file.path,
          content: .file(
            size: Int64(file.bytes.count), isExecutable: false, digest: sha256(file.bytes)))
      }
      let all =
        content + links.map { PackageFile(path: $0.path, content: .link(target: $0.target)) }
      return PackageDescription(
        manifest: Manifest(
          name: try PluginName("acme/v"), version: Version(1, 0, 0), host: "stormdb"),
        platform: .current, library: library, elf: nil,
        files: all.sorted { bytesPrecede($0.path, $1.path) })
    }
  }

  var json: [UInt8] {
    get throws { try description.json(tree: sha256(description.treeBytes)).prettyBytes }
  }

  /// The archive; `bend` may add or replace entries of the list before they are written.
  func tar(
    _ bend: (inout TarText) -> Void = { _ in }, instead: [String: (inout TarText) -> Void] = [:]
  ) throws -> [UInt8] {
    var tar = TarText()
    tar.add("v-1.0.0/plugin.json", try json)
    for file in try description.files {
      if let other = instead[file.path] {
        other(&tar)
        continue
      }
      switch file.content {
      case .file: tar.add("v-1.0.0/\(file.path)", files.first { $0.path == file.path }?.bytes ?? [])
      case .link(let target):
        tar.add("v-1.0.0/\(file.path)", kind: .link, mode: 0o777, link: target)
      }
    }
    bend(&tar)
    return tar.finished
  }
}
