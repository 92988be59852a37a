import Files
import PkgCore
import TestSupport
import Testing

@Suite(
  "minisign and plugctl",
  .enabled(if: Programs.path(of: "minisign") != nil, "minisign is not installed"))
struct MinisignTests {
  let user: Sandbox

  init() throws {
    user = try Sandbox()
    try user.folder.write("work/file.txt", "signed text\n")
    try user.folder.write("work/pass", "correct horse\n")
    try user.folder.write("work/wrong", "battery staple\n")
  }

  @Test("minisign accepts what plugctl signed, with its trusted comment")
  func ours() throws {
    let examples = try Examples.shared.get()
    let archive = try #require(examples.archives["delta 1.1.0"])
    let key = try examples.workshop.author.plugctl("key", "export", "maker").succeeded().output
    try user.folder.write("work/maker.pub", key)
    let outcome = try user.run(["minisign", "-V", "-m", archive, "-p", "maker.pub"]).succeeded()
    #expect(
      outcome.output.contains("plugctl:1 acme/delta 1.1.0 \(Platform.current.text) sha256="),
      "\(outcome)")
  }

  @Test("plugctl accepts what minisign signed, and refuses it once it is altered")
  func theirs() throws {
    try user.run(["minisign", "-G", "-W", "-p", "m.pub", "-s", "m.key"]).succeeded()
    try user.run(["minisign", "-S", "-m", "file.txt", "-s", "m.key", "-t", "a comment"]).succeeded()
    let verified = try user.plugctl("verify", "file.txt", "--key", "m.pub").succeeded()
    #expect(verified.output.contains("a comment"))
    let unknown = try user.plugctl("verify", "file.txt")
    #expect([5, 12].contains(unknown.exit) && unknown.code == "key.untrusted", "\(unknown)")
    try user.plugctl("key", "trust", "m.pub", "--name", "theirs").succeeded()
    try user.plugctl("verify", "file.txt").succeeded()
    try user.folder.write("work/file.txt", "signed Text\n")
    let altered = try user.plugctl("verify", "file.txt")
    #expect(altered.exit == 5 && altered.code == "signature.invalid", "\(altered)")
    try FileSystem.remove("\(user.work)/file.txt.minisig")
    #expect(try user.plugctl("verify", "file.txt").code == "signature.missing")
  }

  @Test(
    "an encrypted key of minisign's signs for plugctl with its passphrase, and not with another")
  func encrypted() throws {
    let made = try user.run(
      ["minisign", "-G", "-p", "m.pub", "-s", "m.key"], input: "correct horse\ncorrect horse\n")
    try #require(made.exit == 0, "\(made)")
    let wrong = try user.plugctl("key", "import", "m.key", "theirs", "--passphrase-file", "wrong")
    #expect(wrong.code == "key.passphrase", "\(wrong)")
    try user.plugctl("key", "import", "m.key", "theirs", "--passphrase-file", "pass").succeeded()
    let archive = try unsigned()
    let refused = try user.plugctl("sign", archive, "--key", "theirs", "--passphrase-file", "wrong")
    #expect(refused.code == "key.passphrase", "\(refused)")
    let asked = try user.plugctl("sign", archive, "--key", "theirs")
    #expect(asked.exit == 14, "\(asked)")
    try user.plugctl("sign", archive, "--key", "theirs", "--passphrase-file", "pass").succeeded()
    try user.run(["minisign", "-V", "-m", archive, "-p", "m.pub"]).succeeded()
  }

  @Test("an encrypted key of plugctl's signs for minisign")
  func oursEncrypted() throws {
    try user.plugctl("key", "generate", "mine", "--passphrase-file", "pass").succeeded()
    let secret = try user.plugctl("key", "export", "mine", "--secret").succeeded().output
    try user.folder.write("work/mine.key", secret)
    let signed = try user.run(
      ["minisign", "-S", "-m", "file.txt", "-s", "mine.key"], input: "correct horse\n")
    try #require(signed.exit == 0, "\(signed)")
    try user.plugctl("verify", "file.txt").succeeded()
  }

  @Test("a secret key is the user's alone, also under a generous umask")
  func modes() throws {
    try user.run([
      "sh", "-c", "umask 000; exec \"$0\" key generate open --unencrypted", Programs.plugctl,
    ]).succeeded()
    let entries = try FileListing([user.configuration]).entries
    let secrets = try entries.keys.filter { FileSystem.target($0)?.kind == .file }.filter { path in
      String(decoding: try FileSystem.read(path), as: UTF8.self).contains("secret key")
    }
    #expect(!secrets.isEmpty)
    for path in secrets { #expect(try FileSystem.status(path).mode & 0o777 == 0o600, "\(path)") }
  }

  @Test("a key is never overwritten, and needs a good name")
  func names() throws {
    try user.plugctl("key", "generate", "k", "--unencrypted").succeeded()
    let again = try user.plugctl("key", "generate", "k", "--unencrypted")
    #expect(again.code == "key.exists", "\(again)")
    try user.plugctl("key", "generate", "other", "--unencrypted").succeeded()
    let publicKeys = try ["k", "other"].map { name in
      try user.folder.write(
        "work/\(name).pub", user.plugctl("key", "export", name).succeeded().output)
    }
    try user.plugctl("key", "trust", publicKeys[0], "--name", "friend").succeeded()
    try user.plugctl("key", "trust", publicKeys[0], "--name", "friend").succeeded()
    #expect(
      try user.plugctl("key", "trust", publicKeys[1], "--name", "friend").code == "key.exists")
    let before = try FileListing([user.configuration])
    let bad = try user.plugctl("key", "generate", "../k", "--unencrypted")
    #expect(bad.exit != 0 && bad.exit != 70, "\(bad)")
    #expect(try FileListing([user.configuration]).difference(from: before) == [])
  }

  @Test("a revoked key's archives are refused from then on, from the index too")
  func revoked() throws {
    let examples = try Examples.shared.get()
    try user.add(examples.index)
    try user.plugctl("install", "alpha@1.0.0").succeeded()
    let key = try examples.workshop.author.plugctl("key", "export", "maker").succeeded().output
    try user.folder.write("work/maker.pub", key)
    try user.plugctl("key", "trust", "maker.pub", "--name", "maker").succeeded()
    let archive = try #require(examples.archives["delta 1.1.0"])
    try user.plugctl("verify", archive).succeeded()
    try user.plugctl("key", "revoke", "maker", "--reason", "stolen").succeeded()
    for command in [
      ["verify", archive], ["install", archive], ["install", "delta"], ["upgrade"],
    ] {
      let outcome = try user.plugctl(command)
      #expect([5, 12].contains(outcome.exit) && outcome.code == "key.revoked", "\(outcome)")
    }
    #expect(try user.list() == ["alpha 1.0.0"])
    let trusting = try user.plugctl("key", "trust", "maker.pub")
    #expect(trusting.code == "key.revoked", "\(trusting)")
  }

  private func unsigned() throws -> String {
    let examples = try Examples.shared.get()
    let archive = try #require(examples.archives["delta 1.1.0"])
    return try user.folder.write(
      "work/\(FileSystem.baseName(of: archive))", try FileSystem.read(archive))
  }
}

@Suite("an archive on disk")
struct ArchiveFormTests {
  @Test("packs to the same bytes twice, and tar and zstd can list it")
  func reproducible() throws {
    let workshop = try Workshop()
    let library = try workshop.extensionLibrary("same", "1.0.0")
    let folder = try workshop.source(
      Workshop.Facts(name: "same", version: "1.0.0"), library: library)
    let first = try workshop.author.plugctl("pack", folder, "-o", "one").succeeded().lines[0]
    try workshop.author.run(["touch", "-d", "2001-01-01", "\(folder)/same.so"]).succeeded()
    let second = try workshop.author.run(
      ["sh", "-c", "umask 077; exec \"$0\" pack '\(folder)' -o two", Programs.plugctl],
      with: ["TZ": "Asia/Tokyo", "LANG": "tr_TR.UTF-8"]
    ).succeeded().lines[0]
    let work = workshop.author.work
    #expect(try FileSystem.read("\(work)/\(first)") == FileSystem.read("\(work)/\(second)"))
    let list = try workshop.author.run(["tar", "tf", first]).succeeded().lines
    #expect(
      list == ["same-1.0.0/", "same-1.0.0/plugin.json", "same-1.0.0/same.so"]
        || list == ["same-1.0.0/plugin.json", "same-1.0.0/same.so"], "\(list)")
  }
}
