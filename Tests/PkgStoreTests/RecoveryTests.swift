import Files
import PkgCore
import TestSupport
import Testing

@testable import PkgStore

/// The steps of a commit one by one, so that a test can stop between them.
enum HostViewSteps {
  static func addNames(_ prepared: PreparedGeneration, _ lock: borrowing InstanceLock) throws {
    try HostView(instance: lock.instance).addMissing(prepared.generation)
  }
}

@Suite("Recovery")
struct RecoveryTests {
  enum Stop: Int, CaseIterable, Sendable { case written, halfNames, named, linked, switched }

  /// Goes from one generation to the next and stops after a step, as a killed process would.
  private static func interrupt(
    _ host: borrowing TestHost, _ plugins: [InstalledPlugin], after stop: Stop
  ) throws {
    let lock = try host.lock()
    let next = lock.nextNumber
    let prepared = try GenerationWriter.write(
      host.generation(next, plugins), by: host.profile, lock)
    guard stop.rawValue > Stop.written.rawValue else { return }
    if stop == .halfNames {
      var half = prepared.generation
      half.plugins = [half.plugins[half.plugins.count - 1]]
      try HostView(instance: lock.instance).addMissing(half)
      try host.folder.write("plugins/\(half.plugins[0].viewNames[0]).plugctl-new", [1])
      return
    }
    try HostViewSteps.addNames(prepared, lock)
    guard stop.rawValue > Stop.named.rawValue else { return }
    try FileSystem.link("\(host.instance.folder)/current.new", to: "gens/\(next)")
    if stop == .switched {
      try FileSystem.rename("\(host.instance.folder)/current.new", to: host.instance.current)
    }
  }

  @Test(
    "finds exactly the old or exactly the new state", arguments: Stop.allCases, CommitTests.ways)
  func everyStep(stop: Stop, way: CommitTests.Way) throws {
    let host = try TestHost(view: way.view, path: way.path)
    try host.install([host.plugin("a"), host.plugin("b")])
    try Self.interrupt(
      host, [host.plugin("a", "2.0.0"), host.plugin("c"), host.plugin("d")], after: stop)
    let isNew = stop == .switched
    for _ in 0..<2 {
      let lock = try host.lock()
      #expect(lock.current?.number == (isNew ? 2 : 1))
      #expect(
        try host.sight()
          == (isNew
            ? ["a.so": "a 2.0.0", "c.so": "c 1.0.0", "d.so": "d 1.0.0"]
            : ["a.so": "a 1.0.0", "b.so": "b 1.0.0"]))
      #expect(try host.instance.generationNumbers() == (isNew ? [1, 2] : [1]))
      #expect(!FileSystem.exists("\(host.instance.folder)/current.new"))
    }
  }

  @Test(
    "a first change that was interrupted leaves nothing in the host's sight",
    arguments: [Stop.written, .halfNames, .named, .linked], CommitTests.ways)
  func first(stop: Stop, way: CommitTests.Way) throws {
    let host = try TestHost(view: way.view, path: way.path)
    try Self.interrupt(host, [host.plugin("a"), host.plugin("b")], after: stop)
    let lock = try host.lock()
    #expect(lock.current == nil)
    #expect(lock.nextNumber == 1)
    #expect(try host.sight() == [:])
    #expect(try host.instance.generationNumbers() == [])
  }

  @Test("puts back names that somebody took away")
  func missingNames() throws {
    let host = try TestHost()
    try host.install([host.plugin("a")])
    try FileSystem.remove("\(host.viewFolder)/a.so")
    _ = try host.lock()
    #expect(try host.sight() == ["a.so": "a 1.0.0"])
  }

  @Test("sweeps its own transaction folders and no others'")
  func sweep() throws {
    let host = try TestHost()
    let temporary = host.instance.places.temporary
    for name in ["tx-host-1/a", "tx-host-22/b", "tx-host-edge-1/c", "tx-other-1/d"] {
      try FileSystem.makeFolders("\(temporary)/\(name)")
    }
    _ = try host.lock()
    #expect(try FileSystem.names(in: temporary) == ["tx-host-edge-1", "tx-other-1"])
  }

  @Test("a transaction folder goes with its owner")
  func transactionFolder() throws {
    let host = try TestHost()
    _ = try host.lock()
    let path: String
    do {
      let transaction = try TransactionFolder(host.instance)
      path = transaction.path
      #expect(FileSystem.exists(path))
    }
    #expect(!FileSystem.exists(path))
  }

  @Test("a damaged `current` or manifest is an error, never an empty store")
  func damaged() throws {
    let host = try TestHost()
    try host.install([host.plugin("a")])
    try host.folder.write("data/hosts/host/gens/1/manifest.json", Array("{".utf8))
    #expect(throws: StoreError.self) { _ = try host.lock() }
    try FileSystem.remove(host.instance.current)
    try FileSystem.link(host.instance.current, to: "/etc")
    #expect(throws: StoreError.currentDamaged(path: host.instance.current)) {
      try host.instance.currentGeneration()
    }
    #expect(throws: StoreError.self) { _ = try host.lock() }
    #expect(try host.sight().keys.sorted() == ["a.so"])
  }

  enum Damage: CaseIterable, Sendable { case gone, file, folder, nonsense, missing, manifest }

  @Test(
    "goes back to the newest whole generation where `current` is damaged and that is asked for",
    arguments: Damage.allCases)
  func damaged(_ damage: Damage) throws {
    let host = try TestHost()
    try host.install([host.plugin("a")])
    try host.install([host.plugin("a"), host.plugin("b")])
    try host.install([host.plugin("c")])
    try FileSystem.replace(
      "\(host.instance.folder(of: 3))/manifest.json", with: Array("{".utf8))
    let current = host.instance.current
    if damage != .manifest { try FileSystem.remove(current) }
    switch damage {
    case .gone, .manifest: break
    case .file: try FileSystem.replace(current, with: Array("gens/3".utf8))
    case .folder: try FileSystem.makeFolders("\(current)/plugins")
    case .nonsense: try FileSystem.link(current, to: "/etc")
    case .missing: try FileSystem.link(current, to: "gens/9")
    }
    let mended = try InstanceLock.acquire(host.instance, mends: true, waitSeconds: 0)
    #expect(mended.isMended && mended.current?.number == 2)
    #expect(try host.sight() == ["a.so": "a 1.0.0", "b.so": "b 1.0.0"])
    #expect(try host.instance.generationNumbers() == [1, 2])
  }

  @Test("does not go back to a generation whose bytes never reached the disk")
  func neverLive() throws {
    let host = try TestHost()
    try host.install([host.plugin("a")])
    let lost = try host.plugin("b")
    try host.install([lost])
    try FileSystem.replace(
      "\(host.instance.places.tree(lost.tree))/lib/v.so", with: [], isDurable: false)
    try FileSystem.remove(host.instance.current)
    let mended = try InstanceLock.acquire(host.instance, mends: true, waitSeconds: 0)
    #expect(mended.current?.number == 1)
  }

  @Test("goes back to nothing that is not whole, and then touches nothing")
  func nothingWhole() throws {
    let host = try TestHost()
    try host.install([host.plugin("a")])
    try host.install([host.plugin("b")])
    try FileSystem.removeTree(host.instance.places.trees)
    try FileSystem.remove(host.instance.current)
    let before = try host.folder.paths(below: "data/hosts")
    #expect(
      throws: StoreError.nothingWhole(host: "host", folder: host.instance.folder)
    ) { _ = try InstanceLock.acquire(host.instance, mends: true, waitSeconds: 0) }
    #expect(throws: StoreError.currentDamaged(path: host.instance.current)) {
      _ = try host.lock()
    }
    #expect(try host.folder.paths(below: "data/hosts") == before)
  }

  @Test("goes back behind nothing that a newer program wrote", arguments: [2, 1])
  func newer(live: Int64) throws {
    let host = try TestHost()
    try host.install([host.plugin("a")])
    try host.install([host.plugin("b")])
    let path = "\(host.instance.folder(of: 2))/manifest.json"
    try FileSystem.replace(path, with: Array("{\"schema\":2}".utf8))
    // Live, or above what is damaged.
    if live == 1 {
      try FileSystem.remove(host.instance.current)
      try FileSystem.link(host.instance.current, to: "gens/9")
    }
    let before = try host.folder.paths(below: "data/hosts")
    #expect(throws: StoreError.generationNewer(path: path)) {
      _ = try InstanceLock.acquire(host.instance, mends: true, waitSeconds: 0)
    }
    #expect(try host.folder.paths(below: "data/hosts") == before)
  }

  @Test("leaves a sound instance as it is, also where mending is asked for")
  func sound() throws {
    let host = try TestHost()
    try host.install([host.plugin("a")])
    let lock = try InstanceLock.acquire(host.instance, mends: true, waitSeconds: 0)
    #expect(!lock.isMended && lock.current?.number == 1)
  }
}

@Suite("Instance lock")
struct InstanceLockTests {
  @Test("keeps others out, and readers in")
  func contention() throws {
    let host = try TestHost()
    try host.install([host.plugin("a")])
    let lock = try host.lock()
    #expect(lock.nextNumber == 2)
    var waits = 0
    #expect(throws: StoreError.locked(host: "host")) {
      _ = try InstanceLock.acquire(host.instance, waitSeconds: 0, onWait: { waits += 1 })
    }
    #expect(waits == 0)
    #expect(try host.instance.currentGeneration()?.number == 1)
    _ = consume lock
    _ = try host.lock()
  }

  @Test("lists the instances of a scope")
  func instances() throws {
    let host = try TestHost()
    #expect(try HostInstance.all(in: host.instance.places).map(\.id) == [])
    _ = try host.lock()
    try FileSystem.replace("\(host.instance.places.hosts)/notes.txt", with: [1])
    #expect(try HostInstance.all(in: host.instance.places).map(\.id) == ["host"])
  }
}

@Suite("Tree store")
struct TreeStoreTests {
  @Test("what lies under a tree's name without being that tree is replaced")
  func adopt() throws {
    let host = try TestHost()
    let trees = TreeStore(host.instance.places)
    let plugin = try host.plugin("a")
    #expect(trees.isWhole(plugin.tree))
    try FileSystem.replace(
      "\(host.instance.places.tree(plugin.tree))/lib/v.so", with: [1], isDurable: false)
    #expect(trees.contains(plugin.tree) && !trees.isWhole(plugin.tree))
    try host.folder.write("new/plugin.json", Array("other".utf8))
    try trees.adopt([(host.folder.file("new"), plugin.tree)])
    #expect(!FileSystem.exists(host.folder.file("new")))
    #expect(
      try FileSystem.read("\(host.instance.places.tree(plugin.tree))/plugin.json")
        == Array("other".utf8))
  }
}
