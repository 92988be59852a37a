import Files
import TestSupport
import Testing

@Suite("a copy of an index whose plugins are spread over bins", .takes(lessThan: .seconds(120)))
struct CommunityCopyTests {
  let workshop: Workshop
  let index: ExampleIndex
  let keeper: Sandbox
  let user: Sandbox
  private static let names = ["alpha", "beta", "gamma", "delta"]

  init() throws {
    workshop = try Workshop()
    index = try workshop.makeIndex()
    keeper = try Sandbox()
    user = try Sandbox()
    // Without the admin's key what is published is the community's.
    let key = "\(index.path)-keys/targets.key"
    let bytes = try FileSystem.read(key)
    try FileSystem.remove(key)
    for name in Self.names {
      let needs = name == "beta" ? "dependencies: { alpha: ^1 }" : ""
      try index.publish(workshop.packExtension(name, "1.0.0", more: needs)).succeeded()
    }
    try FileSystem.replace(key, with: bytes, mode: 0o600)
    try workshop.author.plugctl("index", "build", index.path, "--bins", "3").succeeded()
    for sandbox in [keeper, user] { try Self.setPolicy("any", sandbox) }
    try keeper.add(index)
  }

  private static func setPolicy(_ publishers: String, _ user: Sandbox) throws {
    try user.folder.write(
      "home/.config/plugctl/policy.yaml", "schema: 1\npublishers: \(publishers)\n")
  }

  @Test("has all bins, or those of its plugins")
  func mirrors() throws {
    try keeper.plugctl("mirror", "whole").succeeded()
    try keeper.plugctl("mirror", "part", "acme/beta").succeeded()
    let bins = try ["whole", "part"].map { folder in
      try FileSystem.names(in: "\(keeper.work)/\(folder)/metadata").count {
        $0.contains(".bin3-") && !$0.hasSuffix(".gz")
      }
    }
    #expect(bins[0] == 8 && (1...2).contains(bins[1]), "\(bins)")
    for folder in ["whole", "part"] {
      let stranger = try Sandbox()
      try Self.setPolicy("any", stranger)
      try stranger.add(index, at: "\(keeper.work)/\(folder)")
      try stranger.plugctl("install", "acme/beta").succeeded()
      #expect(try stranger.list() == ["alpha 1.0.0", "beta 1.0.0"])
    }
  }

  @Test("in a bundle needs what a policy wants of publishers for whom nobody vouches")
  func bundle() throws {
    try keeper.plugctl("bundle", "create", "-o", "\(user.work)/b.tar", "acme/beta").succeeded()
    let command = ["b.tar", "--trust", index.fingerprint]
    try Self.setPolicy("trusted-only", user)
    for name in ["verify", "install"] {
      let refused = try user.plugctl(["bundle", name] + command)
      #expect(refused.exit == 12 && refused.code == "policy.publisher", "\(refused)")
    }
    try Self.setPolicy("ask", user)
    let asked = try user.plugctl(["bundle", "install", "--yes"] + command)
    #expect(asked.exit == 14 && asked.code == "trust.confirmation", "\(asked)")
    #expect(try user.list() == [])
    try Self.setPolicy("any", user)
    // Of another index nothing but its root is known.
    let other = try Workshop()
    try user.add(other.makeIndex(), name: "other")
    try user.plugctl(["bundle", "verify"] + command).succeeded()
    try user.plugctl(["bundle", "install"] + command).succeeded()
    #expect(try user.list() == ["alpha 1.0.0", "beta 1.0.0"])
  }
}
