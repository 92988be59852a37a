import Files
import PkgCore
import TestSupport
import Testing

/// Changes that meet a project's files from aside: preferences for a lock, going back, tidying up.
@Suite("a project's files and other commands")
struct ProjectStepTests {
  @Test("a lock takes the lowest versions where it is asked to, and keeps them")
  func lowest() throws {
    let project = try ProjectUser("schema: 1\nplugins: { acme/alpha: \"*\" }\n")
    try project.plugctl("lock", "--minimal").succeeded()
    #expect(try project.locked() == ["alpha 1.0.0"])
    #expect(try project.plugctl("lock").succeeded().output == "nothing to do\n")
    try project.plugctl("lock", "--upgrade").succeeded()
    #expect(try project.locked() == ["alpha 2.0.0"])
  }

  @Test("an install's preferences count for what is wanted and not there as well")
  func lowestBesides() throws {
    let project = try ProjectUser("schema: 1\nplugins:\n  acme/alpha: \"*\"\n")
    try project.plugctl("install", "delta", "--minimal").succeeded()
    #expect(try project.locked() == ["alpha 1.0.0", "delta 1.0.0"])
  }

  @Test("a lock takes nothing younger than it is told, but for what is locked already")
  func age() throws {
    let project = try ProjectUser("schema: 1\nplugins: { acme/delta: ^1 }\n")
    let young = try project.plugctl("lock", "--min-age", "1h")
    #expect(young.exit == 4 && young.errors.contains("was published on"), "\(young)")
    #expect(young.hint?.contains("--min-age") == true, "\(young)")
    #expect(try project.plugctl("sync", "--min-age", "1h").exit == 4)
    #expect(!FileSystem.exists(project.lockPath))
    try project.plugctl("lock").succeeded()
    #expect(
      try project.plugctl("lock", "--min-age", "1h").succeeded().output == "nothing to do\n")
  }

  @Test("going back leaves them, and says what mends it")
  func rollback() throws {
    let project = try ProjectUser("schema: 1\nhost: sqlite\nplugins:\n  acme/alpha: \"*\"\n")
    try project.plugctl("install", "delta@1.0.0").succeeded()
    try project.plugctl("install", "delta@1.1.0").succeeded()
    let files = (try project.file, try project.lock)
    let dry = try project.plugctl("rollback", "--dry-run").succeeded()
    #expect(!dry.errors.contains("project.behind"), "\(dry)")
    let outcome = try project.plugctl("rollback").succeeded()
    #expect(outcome.errors.contains("warning[project.behind]"), "\(outcome)")
    #expect(outcome.errors.contains("`acme/delta` is 1.0.0, they say 1.1.0"), "\(outcome)")
    #expect(outcome.errors.contains("plugctl sync"), "\(outcome)")
    #expect((try project.file, try project.lock) == files)
    try project.plugctl("sync").succeeded()
    #expect(try project.user.list().contains("delta 1.1.0"))
    // Back to what the files say, there is nothing to tell.
    let again = try project.plugctl("rollback", "2").succeeded()
    #expect(again.errors.contains("`acme/alpha` is not there"), "\(again)")
  }

  @Test("tidying up keeps what the project wants")
  func tidying() throws {
    let project = try ProjectUser("schema: 1\nplugins: { acme/beta: ^1 }\n")
    try project.plugctl("sync").succeeded()
    try project.write("schema: 1\nplugins: { acme/alpha: ^1, acme/beta: ^1 }\n")
    try project.plugctl("remove", "beta").succeeded()
    #expect(try project.plugctl("autoremove").succeeded().output == "nothing to do\n")
    #expect(try project.user.list() == ["alpha 1.1.0"])
    #expect(try project.locked() == ["alpha 1.1.0"])
  }

  @Test("tidying up takes out of the lock what only it still had")
  func tidyingTheLock() throws {
    let workshop = try Workshop()
    let index = try workshop.makeIndex()
    try index.publish(
      workshop.packExtension("lower", "1.0.0"),
      workshop.packExtension("upper", "1.0.0", more: "dependencies: { lower: ^1 }"),
      workshop.packExtension("upper", "2.0.0"))
    let project = try ProjectUser("schema: 1\nplugins: { acme/upper: \"*\" }\n")
    try project.plugctl("index", "remove", "main", "--scope", "user").succeeded()
    try project.user.add(index, scope: "user")
    try project.plugctl("lock", "--minimal").succeeded()
    try project.plugctl("sync").succeeded()
    // As after a merge that brought the former lock back.
    let former = try project.lock
    try project.plugctl("upgrade").succeeded()
    try project.writeLock(former)
    #expect(try project.locked() == ["lower 1.0.0", "upper 1.0.0"])
    let before = try project.file
    try project.plugctl("autoremove").succeeded()
    #expect(try project.user.list() == ["upper 2.0.0"])
    #expect(try project.locked() == ["upper 2.0.0"])
    #expect(try project.file == before)
  }
}
