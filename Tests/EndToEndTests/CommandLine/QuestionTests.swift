import Files
import PkgCore
import TestSupport
import Testing

@Suite("a question in a terminal")
struct QuestionTests {
  let user: Sandbox

  init() throws { user = try Sandbox() }

  @Test("for a new passphrase is asked twice, and the answer is never shown")
  func passphrase() throws {
    let outcome = try PseudoTerminal.converse(
      [Programs.plugctl, "key", "generate", "mine"],
      answers: [("passphrase", "correct horse"), ("again", "correct horse")], in: user)
    #expect(outcome.exit == 0 && outcome.output.contains("made the key"), "\(outcome)")
    #expect(!outcome.output.contains("correct horse"))
    let slip = try PseudoTerminal.converse(
      [Programs.plugctl, "key", "generate", "other"],
      answers: [("passphrase", "correct horse"), ("again", "correct hose")], in: user)
    #expect(slip.exit != 0 && slip.output.contains("not the same"), "\(slip)")
    #expect(try !user.plugctl("key", "list").output.contains("other"))
  }

  @Test("for a passphrase leaves the terminal as it was when Ctrl-C ends it", arguments: [1, 2])
  func interrupted(times: Int) throws {
    let (outcome, echoes) = try PseudoTerminal.interrupt(
      [Programs.plugctl, "key", "generate", "mine"], at: "passphrase", times: times, in: user)
    #expect(outcome.exit == 130, "\(outcome)")
    #expect(echoes == "False True", "\(outcome)")
    #expect(try user.plugctl("key", "list").output == "")
  }

  @Test("about an index is ended by one Ctrl-C")
  func interruptedQuestion() throws {
    let examples = try Examples.shared.get()
    let (outcome, echoes) = try PseudoTerminal.interrupt(
      [Programs.plugctl, "index", "add", examples.index.path], at: "[y/N]", in: user)
    #expect(outcome.exit == 130 && echoes == "True True", "\(outcome)")
    #expect(try user.plugctl("index", "list").output == "")
  }

  @Test("for a new passphrase takes no empty one, nor does a file")
  func emptyPassphrase() throws {
    let asked = try PseudoTerminal.converse(
      [Programs.plugctl, "key", "generate", "mine"], answers: [("passphrase", ""), ("again", "")],
      in: user)
    #expect(asked.exit == 13 && asked.output.contains("error[key.passphrase]"), "\(asked)")
    let path = try user.folder.write("work/empty", "\n")
    let read = try user.plugctl("key", "generate", "mine", "--passphrase-file", path)
    #expect(read.exit == 13 && read.code == "key.passphrase", "\(read)")
    #expect(read.hint?.contains("--unencrypted") == true)
    #expect(try user.plugctl("key", "list").output == "")
  }

  @Test(
    "about an index shows its fingerprint; only yes adds it",
    arguments: [("y", true), ("n", false), ("", false)])
  func index(answer: String, isAdded: Bool) throws {
    let examples = try Examples.shared.get()
    let outcome = try PseudoTerminal.converse(
      [Programs.plugctl, "index", "add", examples.index.path, "--name", "main"],
      answers: [("[y/N]", answer)], in: user)
    #expect(outcome.output.contains(examples.index.fingerprint), "\(outcome)")
    #expect((outcome.exit == 0) == isAdded, "\(outcome)")
    #expect(try user.plugctl("index", "list").output.contains("main") == isAdded)
  }
}
