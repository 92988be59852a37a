import Archiving
import Files
import PkgCore
import Signing
import TestSupport
import Testing

/// An archive that must be refused, and in which words.
struct HostileArchive: Sendable, CustomTestStringConvertible {
  let testDescription: String
  /// The code of the refusal.
  let code: DiagnosticCode
  /// Part of its sentence or its notes, which no other reason has.
  let reason: String
  let bytes: @Sendable () throws -> [UInt8]

  init(
    _ name: String, _ code: DiagnosticCode, _ reason: String,
    _ bytes: @escaping @Sendable () throws -> [UInt8]
  ) {
    testDescription = name
    self.code = code
    self.reason = reason
    self.bytes = bytes
  }

  typealias Bend = @Sendable (inout TarText) -> Void

  /// A package in which something else stands where `README` should.
  static func instead(
    _ name: String, _ reason: String, _ code: DiagnosticCode = .archiveUnsafe,
    _ entry: @escaping Bend
  ) -> HostileArchive {
    HostileArchive(name, code, reason) { try TestPackage().tar(instead: ["README": entry]) }
  }

  /// A whole package with something after it.
  static func after(
    _ name: String, _ reason: String, _ code: DiagnosticCode = .archiveUnsafe,
    _ entry: @escaping Bend
  ) -> HostileArchive {
    HostileArchive(name, code, reason) { try TestPackage().tar(entry) }
  }

  /// A package whose list and entries agree on further files.
  static func listed(
    _ name: String, _ reason: String, _ code: DiagnosticCode, _ paths: [String],
    links: [(path: String, target: String)] = []
  ) -> HostileArchive {
    HostileArchive(name, code, reason) {
      var package = TestPackage()
      for path in paths { package.files.append((path, [1])) }
      package.links = links
      return try package.tar()
    }
  }

  /// An archive that begins as it likes.
  static func beginning(
    _ name: String, _ reason: String, _ code: DiagnosticCode = .archiveUnsafe,
    _ make: @escaping @Sendable (inout TarText) throws -> Void
  ) -> HostileArchive {
    HostileArchive(name, code, reason) {
      var tar = TarText()
      try make(&tar)
      return tar.finished
    }
  }

  /// A package whose `plugin.json` has other text.
  static func description(
    _ name: String, _ reason: String, _ code: DiagnosticCode = .packageInvalid,
    _ change: @escaping @Sendable (String) -> String
  ) -> HostileArchive {
    HostileArchive(name, code, reason) {
      let package = TestPackage()
      var tar = TarText()
      let text = change(String(decoding: try package.json, as: UTF8.self))
      tar.add("v-1.0.0/plugin.json", Array(text.utf8))
      for file in package.files { tar.add("v-1.0.0/\(file.path)", file.bytes) }
      return tar.finished
    }
  }

  /// A good package after a command of the shell.
  static func piped(
    _ name: String, _ reason: String, _ command: String,
    _ code: DiagnosticCode = .archiveTruncated
  ) -> HostileArchive {
    HostileArchive(name, code, reason) {
      var child = ChildCommand(["bash", "-o", "pipefail", "-c", command])
      child.input = try TestPackage().tar()
      let result = try child.run()
      try #require(result.isSuccess && !result.output.isEmpty, "\(result.errorText)")
      return result.output
    }
  }

  static let readme = Array("read me".utf8)
}

@Suite(
  "a hostile archive",
  .enabled(if: ConfinedUnpacking.isPossible, "there is no bwrap, or no plugctl"),
  .takes(lessThan: .seconds(300)))
struct HostileArchiveTests {
  @Test(
    "is refused for its own reason, and nothing but listed files comes of it",
    arguments: HostileArchive.entries + HostileArchive.paths + HostileArchive.lists
      + HostileArchive.descriptions + HostileArchive.streams)
  func refused(archive: HostileArchive) throws {
    let outcome = try ConfinedUnpacking(archive.bytes())
    let refusal = try #require(outcome.refusal)
    let words = ([refusal.message] + refusal.notes).joined(separator: "\n")
    #expect(refusal.code == archive.code, "\(words)")
    #expect(words.contains(archive.reason), "\(words)")
    #expect(try outcome.isOutsideUntouched)
    for (path, status) in outcome.staged {
      #expect(Self.mayBeThere(path), "\(path)")
      #expect(status.kind == .file || status.kind == .folder || status.kind == .link, "\(path)")
      #expect(status.kind == .link || status.mode & 0o7022 == 0, "\(path)")
    }
  }

  /// Files that a package of these tests lists, and the folders above them.
  private static func mayBeThere(_ path: String) -> Bool {
    let listed = [
      "0", "0/plugin.json", "0/README", "0/lib", "0/lib/v.so", "0/x", "0/f", "0/bomb", "0/big",
    ]
    return listed.contains(path) || path.hasPrefix("0/f/") || path.hasPrefix("0/aa")
  }

  @Test("leaves a good one alone")
  func good() throws {
    let outcome = try ConfinedUnpacking(TestPackage().tar())
    #expect(outcome.refusal == nil)
    #expect(
      outcome.staged.map(\.path) == [
        "0", "0/README", "0/lib", "0/lib/v.so", "0/plugin.json",
      ])
  }
}
