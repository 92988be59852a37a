import Files
import PkgCore
import Testing

@Suite("a damaged store")
struct DamagedStoreTests {
  let user: Sandbox

  init() throws {
    user = try Sandbox()
    try user.add(Examples.shared.get().index)
    try user.add(StormPlugins.shared.get().index, name: "storm")
    try user.plugctl("install", "delta@1.0.0", "geo").succeeded()
    try user.plugctl("upgrade").succeeded()
  }

  private var hosts: String { "\(user.data)/hosts" }

  @Test("goes back to the newest whole generation by `recover`, and says so")
  func mended() throws {
    try FileSystem.remove(user.live())
    try FileSystem.replace(user.live(), with: Array("gens/2".utf8))
    let outcome = try user.plugctl("list")
    #expect(outcome.exit == 5 && outcome.hint?.contains("plugctl recover") == true, "\(outcome)")
    let recovered = try user.plugctl("recover").succeeded()
    #expect(recovered.errors.contains("now leads to generation 2"), "\(recovered)")
    #expect(try user.sqlite("SELECT delta_version();").output == "1.1.0\n")
    try user.plugctl("recover").succeeded()
  }

  @Test("of one host does not keep `recover` from the others, and is an error all the same")
  func others() throws {
    try FileSystem.remove("\(user.home)/.stormdb/plugins/geo.so")
    try FileSystem.removeTree("\(hosts)/sqlite/gens")
    let outcome = try user.plugctl("recover")
    #expect(outcome.exit == 5 && outcome.code == "store.damaged", "\(outcome)")
    #expect(FileSystem.exists("\(user.home)/.stormdb/plugins/geo.so"))
    let document = try user.plugctl("recover", "--json").document()
    #expect(
      document["data"]?.arrayValue?.map(\.stringValue) == ["stormdb"]
        && document["ok"]?.boolValue == false)
  }

  @Test("with a stray file among the hosts works as before")
  func stray() throws {
    try FileSystem.replace("\(hosts)/notes.txt", with: Array("mine".utf8))
    try user.plugctl("recover").succeeded()
    #expect(try user.list() == ["delta 1.1.0", "geo 1.0.0"])
    #expect(FileSystem.exists("\(hosts)/notes.txt"))
  }
}
