import Files
import Formats
import PkgCore
import Testing

@Suite("Authored files")
struct AuthoredFilesTests {
  /// `registry-index/hosts`, beside the sources.
  private static var hosts: String {
    let here = FileSystem.folder(of: FileSystem.folder(of: FileSystem.folder(of: #filePath)))
    return here + "/registry-index/hosts"
  }

  @Test(
    "every shipped host profile reads without a finding",
    arguments: (try? FileSystem.names(in: hosts)) ?? [])
  func hostProfiles(file: String) throws {
    let findings = Findings()
    let node = try YAMLReader.read(FileSystem.read("\(Self.hosts)/\(file)"))
    let profile = HostProfile.read(node, findings: findings)
    #expect(findings.list == [])
    #expect(profile?.id == file.split(separator: ".").first.map(String.init))
  }

  @Test("the manifest of the documentation reads without a finding")
  func manifest() throws {
    let text = """
      schema: 1
      publisher: stormdb
      name: vector_plugin
      title: Vector Plugin
      version: 1.4.0                 # SemVer 2.0
      summary: pgvector similarity workloads
      license: MIT
      authors: [StormDB team]
      tags: [vector, pgvector]
      host: stormdb                  # a host profile
      type: workload                 # one of that profile's types
      requires: { host: ">=2.1 <3", abi: 1 }
      dependencies:                  # ^1.2  ~1.2  >=1 <3  =1.2.3  1.x  *  a || b
        vector_core: ^1.2            # same publisher; else acme/vector_core
        geo: { version: ^2, optional: true }
      any_of: [ { acme/k8saudit: ^0.7, acme/k8saudit_eks: ^0.4 } ]
      conflicts: { old_vector: "*" }
      provides: { similarity: 1.0.0 }
      extensions: [.csv]
      capabilities: [read, write, streaming]
      permissions: { network: true }
      config: { schema: config.schema.json, example: example_config.yaml }
      build: { command: [make], sources: [src] }
      variants:
        - { platform: linux-x86_64-gnu, library: build/vector_plugin.so }
        - { platform: macos-arm64, library: build/vector_plugin.dylib }
      files: [README.md, LICENSE, example_config.yaml]
      """
    let findings = Findings()
    let manifest = try #require(
      Manifest.read(YAMLReader.read(Array(text.utf8)), findings: findings))
    #expect(findings.list == [])
    #expect(manifest.variants.count == 2)
    #expect(manifest.constraints.dependencies.count == 2)
    let again = Findings()
    var packed = manifest.normalForm
    packed.append("library", "vector_plugin.so")
    let second = try #require(
      Manifest.read(YAMLReader.read(JSON.object(packed).prettyBytes), findings: again))
    #expect(again.list == [])
    #expect(JSON.object(second.normalForm) == .object(manifest.normalForm))
  }

  @Test("faults bear their line and column")
  func places() throws {
    let findings = Findings()
    let text =
      "schema: 1\npublisher: acme\nname: v\nversion: 1.0\nhost: h\ndependencies:\n  core: latest\nvariants:\n  - {platform: x, library: a.so}\nlicence: MIT\n"
    let manifest = try Manifest.read(YAMLReader.read(Array(text.utf8)), findings: findings)
    #expect(manifest?.name == nil)
    #expect(findings.list.map(\.mark) == [Mark(line: 4, column: 10)])
    let mended = Findings()
    let other = text.split(separator: "\n").map {
      $0 == "version: 1.0" ? "version: 1.0.0" : String($0)
    }.joined(separator: "\n")
    _ = try Manifest.read(YAMLReader.read(Array(other.utf8)), findings: mended)
    #expect(
      mended.list.map(\.mark) == [
        Mark(line: 7, column: 9), Mark(line: 9, column: 5), Mark(line: 10, column: 1),
      ])
  }
}
