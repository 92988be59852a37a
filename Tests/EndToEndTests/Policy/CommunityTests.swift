import Files
import PkgCore
import TestSupport
import Testing

@Suite("a publisher for whom the index does not vouch", .takes(lessThan: .seconds(120)))
struct CommunityTests {
  let user: Sandbox
  let workshop: Workshop
  let index: ExampleIndex
  /// Where the user's index lies; a link, so that it can become another.
  let place: String

  init() throws {
    user = try Sandbox()
    workshop = try Workshop()
    index = try workshop.makeIndex()
    place = "\(user.work)/site"
  }

  /// Takes the admin's key away: what is published then is the community's.
  private func makeCommunity(_ index: ExampleIndex) throws {
    try FileSystem.remove("\(index.path)-keys/targets.key")
  }

  private func policy(_ publishers: String) throws {
    try user.folder.write(
      "home/.config/plugctl/policy.yaml", "schema: 1\npublishers: \(publishers)\n")
  }

  private func serve(_ index: ExampleIndex) throws {
    try FileSystem.removeIfPresent(place)
    try FileSystem.link(place, to: index.path)
  }

  private func add() throws {
    try user.plugctl(
      "index", "add", place, "--name", "main", "--trust", index.fingerprint
    ).succeeded()
  }

  private func install(_ name: String, answering answer: String) throws -> Outcome {
    try PseudoTerminal.converse(
      [Programs.plugctl, "install", name], answers: [("[y/N]", answer)], in: user)
  }

  @Test("is refused with 12, asked about with its fingerprint, or taken, as the policy says")
  func modes() throws {
    try makeCommunity(index)
    try index.publish(workshop.packExtension("vector", "1.0.0")).succeeded()
    try serve(index)
    try add()
    try policy("trusted-only")
    let refused = try user.plugctl("install", "acme/vector")
    #expect(refused.exit == 12 && refused.code == "policy.publisher", "\(refused)")
    #expect(refused.hint?.contains("plugctl key trust RW") == true, "\(refused)")
    try policy("ask")
    for command in [["install", "acme/vector"], ["install", "acme/vector", "--yes"]] {
      let unasked = try user.plugctl(command)
      #expect(unasked.exit == 14 && unasked.code == "trust.confirmation", "\(unasked)")
    }
    let shown = try user.plugctl("install", "acme/vector", "--dry-run").succeeded()
    #expect(shown.errors.contains("warning[trust.confirmation]"), "\(shown)")
    let checked = try user.plugctl("policy", "check", "acme/vector")
    #expect(checked.exit == 14, "\(checked)")
    let no = try install("acme/vector", answering: "n")
    #expect(no.exit == 14 && no.output.contains("sha256:"), "\(no)")
    #expect(try user.list() == [])
    let key = try FileSystem.read("\(workshop.author.configuration)/keys/maker.pub")
    try user.folder.write("work/maker.pub", key)
    let yes = try install("acme/vector", answering: "y")
    #expect(yes.exit == 0, "\(yes)")
    // Once is enough, for every plugin of the publisher.
    try user.plugctl("remove", "vector").succeeded()
    try user.plugctl("install", "acme/vector").succeeded()
    let other = try Sandbox()
    try other.folder.write("home/.config/plugctl/policy.yaml", "schema: 1\npublishers: any\n")
    try other.add(index)
    try other.plugctl("install", "acme/vector").succeeded()
  }

  @Test(
    "is refused with another key than the remembered one, also by who has all online keys (a16)")
  func stolen() throws {
    try makeCommunity(index)
    let (copy, owner) = try index.copy()
    try index.publish(workshop.packExtension("vector", "1.0.0")).succeeded()
    try serve(index)
    try policy("ask")
    try add()
    #expect(try install("acme/vector", answering: "y").exit == 0)
    // The thief signs the same publisher's plugins with a key of their own, in newer metadata.
    let thief = try Workshop()
    let stolen = ExampleIndex(workshop: thief, path: copy.path, fingerprint: index.fingerprint)
    for name in ["other", "third", "vector"] {
      try stolen.publish(thief.packExtension(name, "2.0.0")).succeeded()
    }
    try serve(stolen)
    try user.plugctl("update").succeeded()
    let before = try user.list()
    for name in ["acme/other", "acme/vector@2.0.0"] {
      let outcome = try user.plugctl("install", name)
      #expect(outcome.exit == 12 && outcome.code == "key.untrusted", "\(outcome)")
    }
    #expect(try user.list() == before)
    try user.plugctl(
      "key", "trust", "\(thief.author.configuration)/keys/maker.pub"
    ).succeeded()
    try user.plugctl("install", "acme/other").succeeded()
    _ = owner
  }

  @Test("can't come about by taking away the role by which the index vouched")
  func demoted() throws {
    let (copy, owner) = try index.copy()
    try index.publish(workshop.packExtension("vector", "1.0.0")).succeeded()
    try serve(index)
    try policy("any")
    try add()
    try user.plugctl("install", "acme/vector").succeeded()
    try makeCommunity(copy)
    for name in ["other", "third", "fourth"] {
      try copy.publish(workshop.packExtension(name, "1.0.0")).succeeded()
    }
    try serve(copy)
    let outcome = try user.plugctl("update")
    #expect(outcome.exit == 5 && outcome.code == "trust.rollback", "\(outcome)")
    #expect(!(try user.plugctl("install", "acme/other").succeeds))
    #expect(try user.list() == ["vector 1.0.0"])
    _ = owner
  }
}
