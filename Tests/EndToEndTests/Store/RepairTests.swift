import Files
import PkgCore
import TestSupport
import Testing

@Suite("verify and repair")
struct RepairTests {
  let user: Sandbox

  init() throws {
    user = try Sandbox()
    try user.add(Examples.shared.get().index)
    try user.plugctl("install", "beta", "delta").succeeded()
  }

  private func library(_ name: String) throws -> String {
    try #require(FileSystem.realPath("\(user.live())/plugins/\(name).so"))
  }

  private func answers() throws -> String {
    try user.sqlite("SELECT alpha_version(), beta_version(), delta_version();").output
  }

  @Test("find nothing and do nothing where all is well")
  func whole() throws {
    #expect(
      try user.plugctl("verify").succeeded().output
        == "ok acme/alpha 1.1.0\nok acme/beta 1.0.0\nok acme/delta 1.1.0\n")
    let before = try user.installed()
    #expect(try user.plugctl("repair").succeeded().output == "nothing to do\n")
    #expect(try user.installed().difference(from: before) == [])
  }

  /// What is done to a store, what `verify` calls it, and whether a new generation mends it.
  static let damages: [(String, String, Bool)] = [
    ("chmod u+w $LIB; printf x >> $LIB", "changed", true),
    ("rm $LIB", "missing", true),
    ("rm -rf $TREE", "missing", true),
    ("rm $LIB; ln -s /bin/true $LIB", "replaced", true),
    ("rm $LIB; mkdir $LIB", "missing", true),
    ("chmod 666 $LIB", "mode", false),
    ("chmod 777 $(dirname $LIB)", "mode", false),
    ("touch $(dirname $LIB)/more.so", "extra", true),
    ("printf '{}' > x; cp -f x $TREE/plugin.json", "changed", true),
    ("rm $LIVE/plugins/delta.so", "missing", true),
    ("ln -sfn /bin/true $LIVE/plugins/delta.so", "link", true),
    ("rm $LIVE/plugins/delta.so; cp $LIB $LIVE/plugins/delta.so", "replaced", true),
    ("ln -s /bin/true $LIVE/plugins/other.so", "extra", true),
    ("echo .load /tmp/evil >> $LIVE/activate/load.sql", "changed", true),
    ("rm $LIVE/activate/load.sql", "missing", true),
  ]

  @Test("find a damage by its kind, and mend it", arguments: damages.indices)
  func damaged(number: Int) throws {
    let (command, kind, isNew) = Self.damages[number]
    let library = try library("delta")
    let name = try #require(
      library.split(separator: "/").drop { $0 != "trees" }.dropFirst().first)
    let tree = "\(user.data)/trees/\(name)"
    try user.run(
      ["sh", "-ec", command], with: ["LIB": library, "TREE": tree, "LIVE": user.live()]
    ).succeeded()
    let found = try user.plugctl("verify", "--json")
    let kinds = try found.document()["data"]?.arrayValue?.flatMap {
      $0["faults"]?.arrayValue?.compactMap { $0["kind"]?.stringValue } ?? []
    }
    #expect(found.exit == 5 && kinds?.contains(kind) == true, "\(command): \(found)")
    let other = try user.plugctl("verify", "beta")
    // What is the instance's own concerns every plugin.
    let isCommon = command.contains("other.so") || command.contains("activate")
    #expect(other.exit == (isCommon ? 5 : 0), "\(command): \(other)")
    try user.plugctl("repair", "-n").succeeded()
    #expect(try user.plugctl("verify").exit == 5, "a dry run mended it: \(command)")
    let repaired = try user.plugctl("repair").succeeded()
    #expect(
      repaired.output.contains("repaired acme/delta 1.1.0") == isNew, "\(command): \(repaired)")
    let after = try user.plugctl("verify")
    #expect(after.exit == 0, "\(command): \(repaired) \(after)")
    #expect(try answers() == "1.1.0|1.0.0|1.1.0\n", "\(command)")
  }

  @Test("take a damaged package from the index where the cache has it no more, else say so")
  func fetched() throws {
    try user.run(["sh", "-c", "rm '\(library("delta"))'"]).succeeded()
    try FileSystem.removeTree(user.cache)
    let outcome = try user.plugctl("repair", "--offline")
    #expect(outcome.exit == 6, "\(outcome)")
    try user.plugctl("repair").succeeded()
    #expect(try answers() == "1.1.0|1.0.0|1.1.0\n")
  }

  @Test("can't bring back what came from a file, and say from which")
  func file() throws {
    let other = try Sandbox()
    let examples = try Examples.shared.get()
    let archive = try #require(examples.archives["delta 1.0.0"])
    try other.folder.write(
      "work/maker.pub",
      examples.workshop.author.plugctl("key", "export", "maker").succeeded().output)
    try other.plugctl("key", "trust", "maker.pub").succeeded()
    try other.plugctl("install", archive).succeeded()
    let library = try #require(FileSystem.realPath("\(other.live())/plugins/delta.so"))
    try FileSystem.remove(library)
    let outcome = try other.plugctl("repair")
    #expect(
      outcome.exit == 5 && outcome.code == "store.damaged"
        && outcome.hint?.contains("delta-1.0.0") == true, "\(outcome)")
  }

  @Test(
    "leave what stands in the host's folder, until `repair` sets it aside",
    arguments: ["links", "copies"])
  func foreign(view: String) throws {
    let user = try Sandbox()
    try user.add(Examples.shared.get().index)
    let folder = try user.searchesFolder(view: view)
    try user.plugctl("install", "delta").succeeded()
    try FileSystem.remove("\(folder)/delta.so")
    try user.folder.write("home/extensions/delta.so", "mine")
    try user.plugctl("recover").succeeded()
    #expect(try FileSystem.read("\(folder)/delta.so") == Array("mine".utf8))
    let refused = try user.plugctl("install", "alpha")
    #expect(refused.exit == 1 && refused.code == "store.conflict", "\(refused)")
    let found = try user.plugctl("verify")
    #expect(found.exit == 5 && found.output.contains("hides what should be there"), "\(found)")
    let repaired = try user.plugctl("repair").succeeded()
    #expect(repaired.errors.contains("delta.so.saved-"), "\(repaired)")
    let saved = try FileSystem.names(in: folder).first { $0.hasPrefix("delta.so.saved-") }
    #expect(try FileSystem.read("\(folder)/\(#require(saved))") == Array("mine".utf8))
    try user.plugctl("verify").succeeded()
    try user.plugctl("install", "alpha").succeeded()
    // A link that leads elsewhere in our store, or that is gone, comes back by itself.
    try FileSystem.remove("\(folder)/delta.so")
    try user.plugctl("recover").succeeded()
    try user.plugctl("verify").succeeded()
  }

  @Test("a damaged package that can't be synced leaves the one that is there")
  func unsynced() throws {
    let library = try library("delta")
    try user.run(["chmod", "u+w", library]).succeeded()
    try user.run(["sh", "-c", "printf x >> '\(library)'"]).succeeded()
    let outcome = try user.run([
      "strace", "-f", "-o", user.folder.file("trace"), "-e", "trace=fsync", "-e",
      "inject=fsync:error=EIO", Programs.plugctl, "repair",
    ])
    #expect(outcome.exit == 1 && outcome.code == "system.call", "\(outcome)")
    #expect(try answers() == "1.1.0|1.0.0|1.1.0\n")
    try user.plugctl("repair").succeeded()
    try user.plugctl("verify").succeeded()
  }

  @Test("one of both, files or installed plugins")
  func mixed() throws {
    let archive = try #require(Examples.shared.get().archives["delta 1.0.0"])
    #expect(try user.plugctl("verify", "delta", archive).exit == 2)
    #expect(try user.plugctl("verify", "--key", "x").exit == 2)
    #expect(try user.plugctl("verify", "nobody").exit == 3)
  }
}
