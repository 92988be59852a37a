import Files
import PkgCore
import TestSupport
import Testing

@Suite("adopt")
struct AdoptionTests {
  let user: Sandbox
  let folder: String

  init() throws {
    user = try Sandbox()
    try user.add(StormPlugins.shared.get().index)
    folder = "\(user.home)/.stormdb/plugins"
    try FileSystem.makeFolders(folder)
  }

  /// The library of a version, as somebody copied it by hand.
  private func copied(_ name: String, _ version: String, as file: String) throws -> String {
    let storm = try StormPlugins.shared.get()
    let other = try Sandbox()
    try other.add(storm.index)
    try other.plugctl("install", "\(name)@\(version)").succeeded()
    let path = "\(folder)/\(file)"
    try user.run(["cp", "-L", "\(other.home)/.stormdb/plugins/\(name).so", path]).succeeded()
    try FileSystem.setMode(path, 0o644)
    return path
  }

  private func states() throws -> [String] {
    try user.plugctl("scan", "--host", "stormdb").succeeded().lines.map { line in
      let cells = line.split(separator: "\t", omittingEmptySubsequences: false)
      return "\(cells[0]) \(FileSystem.baseName(of: String(cells[2])))"
    }
  }

  @Test("puts the plugin in a file's place that is the same byte by byte")
  func same() throws {
    let path = try copied("vector", "1.0.0", as: "vector.so")
    let bytes = try FileSystem.read(path)
    #expect(try states() == ["foreign vector.so"])
    let refused = try user.plugctl("install", "vector")
    #expect(refused.code == "store.conflict", "\(refused)")
    try user.plugctl("adopt", path, "-n").succeeded()
    #expect(try states() == ["foreign vector.so"])
    let adopted = try user.plugctl("adopt", path).succeeded()
    #expect(adopted.output.contains("installed storm/vector 1.0.0"), "\(adopted)")
    #expect(try states() == ["managed vector.so"])
    #expect(try FileSystem.read(path) == bytes)
    #expect(try FileSystem.names(in: folder) == ["vector.so"])
    try user.plugctl("verify").succeeded()
    try user.plugctl("upgrade").succeeded()
    #expect(try user.list() == ["vector 1.1.0"])
  }

  @Test("knows a stripped file by its build-id, and keeps it")
  func stripped() throws {
    let path = try copied("geo", "1.0.0", as: "geo.so")
    try user.run(["strip", path]).succeeded()
    let bytes = try FileSystem.read(path)
    let adopted = try user.plugctl("adopt", path).succeeded()
    #expect(adopted.errors.contains("by its build-id"), "\(adopted)")
    #expect(try states().contains("managed geo.so"))
    let saved = try FileSystem.names(in: folder).first { $0.hasPrefix("geo.so.saved-") }
    #expect(try FileSystem.read("\(folder)/\(#require(saved))") == bytes)
  }

  @Test("leaves what no index has, what is named otherwise, and what is no library")
  func unknown() throws {
    let workshop = try StormPlugins.shared.get().workshop
    let mine = try StormPlugins.library("mine", "3.0.0", workshop)
    let path = "\(folder)/mine.so"
    try user.run(["cp", mine, path]).succeeded()
    let unknown = try user.plugctl("adopt", path)
    #expect(unknown.exit == 3 && unknown.code == "plugin.unknown", "\(unknown)")
    #expect(unknown.errors.contains("build-id"))
    let other = try copied("geo", "1.0.0", as: "places.so")
    let renamed = try user.plugctl("adopt", other)
    #expect(renamed.exit == 1 && renamed.code == "store.conflict", "\(renamed)")
    #expect(FileSystem.exists(other))
    #expect(try states() == ["foreign mine.so", "foreign places.so"])
    try user.folder.write("home/.stormdb/plugins/text.so", "no library")
    #expect(try user.plugctl("adopt", "\(folder)/text.so").exit == 13)
    #expect(try user.plugctl("adopt", "\(folder)/none.so").exit == 3)
    #expect(try user.list() == [])
  }

  @Test(
    "asks for the host of a folder that none is known to search, and takes it by `--into`'s way")
  func elsewhere() throws {
    let path = try copied("geo", "1.0.0", as: "geo.so")
    let moved = user.folder.file("home/elsewhere/geo.so")
    try FileSystem.makeFolders(FileSystem.folder(of: moved))
    try FileSystem.rename(path, to: moved)
    let asked = try user.plugctl("adopt", moved)
    #expect(asked.exit == 3 && asked.code == "host.ambiguous", "\(asked)")
    try user.plugctl("adopt", moved, "--host", "stormdb").succeeded()
    #expect(try FileSystem.status(moved).kind == .link)
    #expect(try user.list() == ["geo 1.0.0"])
  }

  @Test("scan tells a plugin's file that somebody changed")
  func modified() throws {
    try user.plugctl("install", "geo").succeeded()
    #expect(try states() == ["managed geo.so"])
    try FileSystem.remove("\(folder)/geo.so")
    try user.run(["cp", "/bin/true", "\(folder)/geo.so"]).succeeded()
    #expect(try states() == ["modified geo.so"])
    try user.plugctl("repair").succeeded()
    #expect(try states() == ["managed geo.so"])
  }
}
