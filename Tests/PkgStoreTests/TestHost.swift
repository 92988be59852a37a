import Files
import PkgCore
import PkgStore
import Signing
import TestSupport

/// A host with a folder that it searches and a store beside it.
struct TestHost: ~Copyable {
  let folder: TestFolder
  let instance: HostInstance
  var profile: HostProfile
  let viewFolder: String

  init(view: HostProfile.View = .links, path: HostProfile.PathStyle = .stable) throws {
    folder = try TestFolder()
    let places = StorePlaces(
      scope: .user, data: folder.file("data"), trust: folder.file("trust"),
      cache: folder.file("cache"), configuration: [])
    instance = HostInstance(id: "host", places: places)
    let text: JSON = ["schema": 1, "id": "host", "activate": ["text": "load {path} as {name}"]]
    profile =
      HostProfile.read(Node(text), findings: Findings()) ?? HostProfile(id: "host", title: "Host")
    profile.layout.view = view
    profile.layout.pathStyle = path
    viewFolder = folder.file("plugins")
  }

  /// A plugin whose tree lies in the store; its library holds its name and version.
  func plugin(
    _ name: String, _ version: String = "1.0.0", bundled: Bool = false, isEnabled: Bool = true
  ) throws -> InstalledPlugin {
    var contents: [(path: String, bytes: [UInt8])] = [
      ("lib/v.so", Array("\(name) \(version)".utf8))
    ]
    if bundled { contents.insert(("lib/libhelp.so.1", [1]), at: 0) }
    let files = contents.map { path, bytes in
      PackageFile(
        path: path,
        content: .file(size: Int64(bytes.count), isExecutable: false, digest: sha256(bytes))
      ).json
    }
    let tree = sha256(JSON.array(files).canonicalBytes ?? [])
    let platform = JSON.string(Platform.current.text)
    let description: JSON = [
      "schema": 1, "publisher": "acme", "name": .string(name), "version": .string(version),
      "host": "host", "variants": [["platform": platform, "library": "lib/v.so"]],
      "platform": platform, "library": "lib/v.so", "tree": .string(tree.hex),
      "contents": .array(files),
    ]
    let path = instance.places.tree(tree)
    try FileSystem.makeFolders("\(path)/lib")
    for (file, bytes) in contents + [("plugin.json", description.prettyBytes)] {
      try FileSystem.replace("\(path)/\(file)", with: bytes, isDurable: false)
    }
    var plugin = InstalledPlugin(
      name: try PluginName("acme/\(name)"), version: try Version(version), platform: .current,
      tree: tree, archive: tree, origin: .index("main"),
      library: "lib/v.so", type: nil, summary: nil, isRequested: true, keyID: nil,
      constraints: Constraints())
    plugin.isEnabled = isEnabled
    return plugin
  }

  func generation(_ number: Int64, _ plugins: [InstalledPlugin], in other: String? = nil)
    -> Generation
  {
    Generation(
      number: number, created: Timestamp(secondsSinceEpoch: 0), host: "host", command: "test",
      viewFolder: profile.layout.view == .include ? nil : other ?? viewFolder,
      view: profile.layout.view, pathStyle: profile.layout.pathStyle,
      plugins: plugins)
  }

  func lock() throws -> InstanceLock { try InstanceLock.acquire(instance, waitSeconds: 0) }

  /// Makes these plugins live by the whole way.
  func install(_ plugins: [InstalledPlugin]) throws {
    let lock = try lock()
    let prepared = try GenerationWriter.write(
      generation(lock.nextNumber, plugins), by: profile, lock)
    try Commit.check(prepared, lock)
    try Commit.perform(prepared, lock)
  }

  /// What the host finds: each name with the content to which it leads, "" where to nothing.
  func sight(_ other: String? = nil) throws -> [String: String] {
    let view = other ?? viewFolder
    var found: [String: String] = [:]
    for name in try FileSystem.namesIfPresent(in: view) {
      found[name] = String(
        decoding: (try FileSystem.readIfPresent("\(view)/\(name)")) ?? [], as: UTF8.self)
    }
    return found
  }
}
