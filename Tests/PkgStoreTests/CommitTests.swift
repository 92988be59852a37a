import Files
import PkgCore
import PkgStore
import TestSupport
import Testing

@Suite("Commit")
struct CommitTests {
  struct Way: Sendable, CustomTestStringConvertible {
    let view: HostProfile.View
    let path: HostProfile.PathStyle
    var testDescription: String { "\(view.rawValue), \(path.rawValue)" }
  }

  static let ways = [
    Way(view: .links, path: .stable), Way(view: .links, path: .versioned),
    Way(view: .copies, path: .stable),
  ]

  @Test("names come, change and go with the generation", arguments: ways)
  func names(way: Way) throws {
    let host = try TestHost(view: way.view, path: way.path)
    try host.install([host.plugin("a"), host.plugin("b")])
    #expect(try host.sight() == ["a.so": "a 1.0.0", "b.so": "b 1.0.0"])
    try host.install([host.plugin("a", "2.0.0"), host.plugin("c")])
    #expect(try host.sight() == ["a.so": "a 2.0.0", "c.so": "c 1.0.0"])
    try host.install([])
    #expect(try host.sight() == [:])
    #expect(try host.instance.currentGeneration()?.number == 3)
    #expect(try host.instance.generationNumbers() == [1, 2, 3])
  }

  @Test("links lead through `current` or to the generation", arguments: ways)
  func targets(way: Way) throws {
    let host = try TestHost(view: way.view, path: way.path)
    try host.install([host.plugin("a")])
    try host.install([host.plugin("a", "2.0.0"), host.plugin("b")])
    for name in ["a.so", "b.so"] {
      let target = try? FileSystem.linkTarget("\(host.viewFolder)/\(name)")
      switch (way.view, way.path) {
      case (.copies, _): #expect(target == nil)
      case (_, .stable): #expect(target == "\(host.instance.current)/plugins/\(name)")
      case (_, .versioned): #expect(target == "\(host.instance.folder(of: 2))/plugins/\(name)")
      }
    }
  }

  @Test(
    "a name that another instance has, of whatever store, is known as that one's", arguments: ways)
  func others(way: Way) throws {
    let first = try TestHost(view: way.view, path: way.path)
    try first.install([first.plugin("a")])
    let second = try TestHost(view: way.view, path: way.path)
    let lock = try second.lock()
    let prepared = try GenerationWriter.write(
      second.generation(1, [second.plugin("a", "2.0.0")], in: first.viewFolder),
      by: second.profile, lock)
    // A copy tells nobody.
    let owner = way.view == .links ? first.instance.folder : nil
    #expect(throws: StoreError.nameTaken(path: "\(first.viewFolder)/a.so", by: owner)) {
      try Commit.check(prepared, lock)
    }
  }

  @Test("what the host sees loads before the switch too", arguments: ways)
  func before(way: Way) throws {
    let host = try TestHost(view: way.view, path: way.path)
    try host.install([host.plugin("a")])
    let lock = try host.lock()
    let prepared = try GenerationWriter.write(
      host.generation(2, [host.plugin("a"), host.plugin("b")]), by: host.profile, lock)
    try HostViewSteps.addNames(prepared, lock)
    #expect(try host.sight() == ["a.so": "a 1.0.0", "b.so": "b 1.0.0"])
  }

  @Test("an include view changes nothing but `current`")
  func include() throws {
    let host = try TestHost(view: .include)
    try host.install([host.plugin("a"), host.plugin("b", isEnabled: false)])
    #expect(!FileSystem.exists(host.viewFolder))
    let text = try FileSystem.read("\(host.instance.current)/activate/plugins.conf")
    #expect(
      String(decoding: text, as: UTF8.self) == "load \(host.instance.current)/plugins/a.so as a\n")
    #expect(try FileSystem.read("\(host.instance.current)/plugins/a.so") == Array("a 1.0.0".utf8))
    #expect(try FileSystem.names(in: "\(host.instance.current)/plugins") == ["a.so"])
  }

  @Test("versioned paths in the activation text name the generation")
  func versionedActivation() throws {
    let host = try TestHost(view: .include, path: .versioned)
    try host.install([])
    try host.install([host.plugin("a")])
    let text = try FileSystem.read("\(host.instance.current)/activate/plugins.conf")
    #expect(
      String(decoding: text, as: UTF8.self)
        == "load \(host.instance.folder(of: 2))/plugins/a.so as a\n")
  }

  @Test("a disabled plugin is not seen and keeps its tree")
  func disabled() throws {
    let host = try TestHost()
    try host.install([host.plugin("a"), host.plugin("b")])
    try host.install([host.plugin("a", isEnabled: false), host.plugin("b")])
    #expect(try host.sight() == ["b.so": "b 1.0.0"])
    #expect(try host.instance.currentGeneration()?.plugins.map(\.isEnabled) == [false, true])
    #expect(TreeStore(host.instance.places).contains(try host.plugin("a").tree))
  }

  @Test("a package with libraries of its own is linked as a folder")
  func bundled() throws {
    let host = try TestHost()
    try host.install([host.plugin("a", bundled: true)])
    #expect(try FileSystem.read("\(host.viewFolder)/a/lib/v.so") == Array("a 1.0.0".utf8))
    #expect(FileSystem.exists("\(host.viewFolder)/a/lib/libhelp.so.1"))
    try host.install([host.plugin("a", "2.0.0")])
    #expect(try host.sight() == ["a.so": "a 2.0.0"])
  }

  @Test("a foreign file in the way is refused and stays", arguments: ways)
  func foreignFile(way: Way) throws {
    let host = try TestHost(view: way.view, path: way.path)
    try host.folder.write("plugins/a.so", Array("mine".utf8))
    let plugin = try host.plugin("a")
    #expect(throws: StoreError.nameTaken(path: "\(host.viewFolder)/a.so", by: nil)) {
      try host.install([plugin])
    }
    #expect(try host.sight() == ["a.so": "mine"])
    #expect(!FileSystem.exists(host.instance.current))
  }

  @Test("a copy that somebody changed is theirs: it stays, and the next change is refused")
  func changedCopy() throws {
    let host = try TestHost(view: .copies)
    try host.install([host.plugin("a")])
    try host.folder.write("plugins/a.so", Array("changed".utf8))
    _ = try host.lock()
    #expect(try host.sight() == ["a.so": "changed"])
    let next = try host.plugin("a", "2.0.0")
    #expect(throws: StoreError.nameTaken(path: "\(host.viewFolder)/a.so", by: nil)) {
      try host.install([next])
    }
    #expect(try host.sight() == ["a.so": "changed"])
  }

  @Test("foreign files beside ours stay")
  func beside() throws {
    let host = try TestHost()
    try host.folder.write("plugins/mine.so", Array("mine".utf8))
    try host.install([host.plugin("a")])
    try host.install([])
    #expect(try host.sight() == ["mine.so": "mine"])
  }

  @Test("names leave a folder that the host no longer searches")
  func movedFolder() throws {
    let host = try TestHost()
    try host.install([host.plugin("a")])
    let lock = try host.lock()
    let other = host.folder.file("elsewhere")
    let prepared = try GenerationWriter.write(
      host.generation(2, [host.plugin("a")], in: other), by: host.profile, lock)
    try Commit.check(prepared, lock)
    try Commit.perform(prepared, lock)
    #expect(try host.sight() == [:])
    #expect(try host.sight(other) == ["a.so": "a 1.0.0"])
  }

  @Test("two plugins of one name are refused")
  func sameName() throws {
    let host = try TestHost()
    let lock = try host.lock()
    var other = try host.plugin("a", "2.0.0")
    other.name = try PluginName("other/a")
    let generation = host.generation(1, [try host.plugin("a"), other])
    #expect(throws: StoreError.sameName("a.so", first: "acme/a", second: "other/a")) {
      try GenerationWriter.write(generation, by: host.profile, lock)
    }
  }

  @Test("a generation without its tree is refused")
  func treeMissing() throws {
    let host = try TestHost()
    let plugin = try host.plugin("a")
    try FileSystem.removeTree(host.instance.places.tree(plugin.tree))
    #expect(throws: StoreError.self) { try host.install([plugin]) }
  }

  @Test("libraries for the load test lie in the prepared generation")
  func libraries() throws {
    let host = try TestHost()
    let lock = try host.lock()
    let prepared = try GenerationWriter.write(
      host.generation(1, [host.plugin("a"), host.plugin("b", isEnabled: false)]), by: host.profile,
      lock)
    #expect(prepared.libraries.map(\.path) == ["\(prepared.folder)/plugins/a.so"])
    #expect(try FileSystem.read(prepared.libraries[0].path) == Array("a 1.0.0".utf8))
    try Commit.discard(prepared)
    #expect(!FileSystem.exists(prepared.folder))
  }
}
