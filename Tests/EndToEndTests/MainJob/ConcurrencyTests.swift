import Files
import Glibc
import PkgCore
import Testing

@Suite("commands at the same time")
struct ConcurrencyTests {
  let examples: Examples
  let user: Sandbox

  init() throws {
    examples = try Examples.shared.get()
    user = try Sandbox()
    try user.add(examples.index)
  }

  @Test("that change the same host wait for each other, and all are done")
  func changes() throws {
    let names = ["alpha", "delta", "taken", "bulk", "gamma"]
    let running = try names.map {
      try user.start([Programs.plugctl, "install", $0, "--wait", "60"])
    }
    for process in running { #expect(process.wait() == 0, "\(process.errors)") }
    #expect(
      try user.list().map { $0.split(separator: " ")[0] } == [
        "alpha", "bulk", "delta", "gamma", "taken",
      ])
    #expect(try FileSystem.names(in: "\(user.data)/tmp") == [])
  }

  @Test("that publish into one index are all in it")
  func publishing() throws {
    let (index, owner) = try examples.index.copy()
    let author = examples.workshop.author
    let archives = try (0..<4).map { try examples.workshop.packExtension("together\($0)", "1.0.0") }
    let running = try archives.map {
      try author.start([Programs.plugctl, "publish", "--to", index.path, $0])
    }
    for process in running { #expect(process.wait() == 0, "\(process.errors)") }
    try author.plugctl("index", "check", index.path).succeeded()
    try user.plugctl("index", "add", index.path, "--name", "other", "--trust", index.fingerprint)
      .succeeded()
    for number in 0..<4 { try user.plugctl("info", "acme/together\(number)").succeeded() }
    withExtendedLifetime(owner) {}
  }

  @Test("that look see a whole generation, whatever is being changed")
  func readers() throws {
    try user.plugctl("install", "delta@1.0.0").succeeded()
    let changer = try user.start([
      "sh", "-c",
      "for i in 1 2 3 4 5 6; do \"$0\" install taken && \"$0\" upgrade delta && \"$0\" remove taken && \"$0\" install --allow-downgrade delta@1.0.0 || exit 1; done",
      Programs.plugctl,
    ])
    var seen: Set<[String]> = []
    while kill(changer.id, 0) == 0, waitpid(changer.id, nil, WNOHANG) == 0 {
      seen.insert(try user.list())
      let answer = try user.sqlite("SELECT delta_version();")
      #expect(["1.0.0\n", "1.1.0\n"].contains(answer.output), "\(answer)")
    }
    let whole: Set<[String]> = [
      ["delta 1.0.0"], ["delta 1.1.0"], ["delta 1.0.0", "taken 1.0.0"],
      ["delta 1.1.0", "taken 1.0.0"],
    ]
    #expect(seen.isSubset(of: whole), "\(seen.subtracting(whole))")
    #expect(seen.count > 1)
    #expect(changer.errors == "")
    #expect(try user.list() == ["delta 1.0.0"])
  }
}

@Suite("the same full name in two indexes")
struct TwoIndexesTests {
  @Test("is refused, never taken from the one with the higher version")
  func confusion() throws {
    let examples = try Examples.shared.get()
    let stranger = try Workshop()
    let index = try stranger.makeIndex()
    try index.publish(
      stranger.packExtension("delta", "9.0.0"), stranger.packExtension("alpha", "9.0.0")
    ).succeeded()
    let user = try Sandbox()
    try user.add(examples.index)
    try user.plugctl("install", "delta@1.0.0").succeeded()
    try user.add(index, name: "stranger")
    for command in [["install", "alpha"], ["install", "acme/alpha"], ["install", "delta@9.0.0"]] {
      let outcome = try user.plugctl(command)
      #expect(outcome.exit != 0 && outcome.code == "name.ambiguous", "\(outcome)")
    }
    let upgraded = try user.plugctl("upgrade")
    #expect(try !user.list().contains("delta 9.0.0"), "\(upgraded)")
    try user.plugctl("index", "remove", "stranger").succeeded()
    try user.plugctl("upgrade").succeeded()
    #expect(try user.list() == ["delta 1.1.0"])
  }
}
