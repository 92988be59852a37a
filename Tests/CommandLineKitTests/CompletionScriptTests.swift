import CommandLineKit
import Files
import TestSupport
import Testing

/// The scripts in a folder, with a `prog` that answers `__complete` and otherwise prints its arguments.
private struct ShellFolder {
  let folder: TestFolder

  init() throws {
    folder = try TestFolder()
    for shell in CompletionScript.Shell.allCases {
      try folder.write(
        "complete.\(shell.rawValue)", Array(CompletionScript(table).text(for: shell).utf8))
    }
    let program =
      "#!/bin/sh\nif [ \"$1\" = __complete ]; then echo \"$2-one $2-two\"; else echo \"GOT:$*\"; fi\n"
    try folder.write("bin/prog", Array(program.utf8))
    try FileSystem.setMode(folder.file("bin/prog"), 0o755)
    try folder.write("work/file.txt", [])
    try folder.write("work/dir/x", [])
  }

  func run(_ arguments: [String]) throws -> ChildResult {
    var command = ChildCommand(arguments)
    command.environment = [
      "HOME=\(folder.path)", "PATH=\(folder.file("bin")):/usr/bin:/bin", "TERM=xterm",
      "LC_ALL=C.UTF-8",
    ]
    command.folder = folder.file("work")
    command.timeoutMilliseconds = 30_000
    return try command.run()
  }
}

@Suite("Completion scripts")
struct CompletionScriptTests {
  /// The words typed, the last of them to be completed, and what must be offered.
  static let cases: [(words: [String], offered: [String])] = [
    (["in"], ["install"]), ([""], ["install", "key", "list", "show"]),
    (["key", ""], ["generate", "list"]), (["key", "g"], ["generate"]),
    (["install", "--m"], ["--mode"]), (["install", "--mode", ""], ["fast", "slow"]),
    (["install", "-m", "s"], ["slow"]), (["--color", "a"], ["always", "auto"]),
    (["install", "--color", "n"], ["never"]), (["install", "p"], ["plugins-one", "plugins-two"]),
    (["install", "--with", "plugins-t"], ["plugins-two"]),
    (["--host", "list", "ke"], ["key"]), (["key", "generate", "--b"], ["--bits"]),
    (["list", "f"], ["file.txt"]), (["install", "--into", "d"], ["dir"]),
    (["list", "--e"], ["--exact"]), (["-v", "sh"], ["show"]), (["add", "--m"], ["--mode"]),
    (["key", "new", "--b"], ["--bits"]),
  ]

  @Test("work in bash", arguments: cases)
  func bash(words: [String], offered: [String]) throws {
    let shell = try ShellFolder()
    let typed = (["prog"] + words).map { "'\($0)'" }.joined(separator: " ")
    let script =
      "source ../complete.bash; COMP_WORDS=(\(typed)); COMP_CWORD=\(words.count); _prog; printf '%s\\n' \"${COMPREPLY[@]}\""
    let result = try shell.run(["bash", "--norc", "--noprofile", "-c", script])
    #expect(
      result.outputText.split(separator: "\n").sorted() == offered.map { $0[...] },
      "\(result.errorText)")
  }

  @Test(
    "complete a value after `=` in bash, which takes it for a word of its own",
    arguments: [
      (["install", "--mode", "=", "f"], ["fast"]), (["install", "--mode", "="], ["fast", "slow"]),
      (["--host", "=", "list", "ke"], ["key"]),
    ])
  func bashEquals(words: [String], offered: [String]) throws {
    try bash(words: words, offered: offered)
  }

  @Test("work in fish", arguments: cases)
  func fish(words: [String], offered: [String]) throws {
    let shell = try ShellFolder()
    let line = (["prog"] + words).joined(separator: " ")
    let result = try shell.run([
      "fish", "--no-config", "-c", "source ../complete.fish; complete -C '\(line)'",
    ])
    let found = result.outputText.split(separator: "\n").map { $0.split(separator: "\t")[0] }.map {
      $0.hasSuffix("/") ? $0.dropLast() : $0
    }
    #expect(found.sorted() == offered.map { $0[...] }, "\(result.errorText)")
  }

  @Test("are valid zsh")
  func zshSyntax() throws {
    let shell = try ShellFolder()
    let result = try shell.run(["zsh", "-n", "../complete.zsh"])
    #expect(result.isSuccess, "\(result.errorText)")
  }

  @Test(
    "work in zsh, at a terminal",
    arguments: [
      ("inst\tx", "install x"), ("install --mo\tfa\tx", "install --mode fast x"),
      ("key gen\t--bi\t3 x", "key generate --bits 3 x"),
      ("install plugins-o\t", "install plugins-one"),
      ("--color alw\tlist", "--color always list"), ("list fil\t", "list file.txt"),
    ])
  func zsh(typed: String, line: String) throws {
    let shell = try ShellFolder()
    let keys = typed.split(separator: "\t", omittingEmptySubsequences: false).joined(
      separator: "\\t")
    let script = """
      zmodload zsh/zpty
      zpty z zsh -f -i
      zpty -w z "PS1='READ''Y> '; autoload -Uz compinit; compinit -u -d ../dump; source ../complete.zsh"
      zpty -r -m z out '*READY> *'
      zpty -w -n z $'prog \(keys)\\n'
      zpty -r -m z out '*GOT:*READY>*'
      print -r -- "$out"
      """
    let result = try shell.run(["zsh", "-f", "-c", script])
    #expect(result.outputText.contains("GOT:\(line)"), "\(result)")
  }
}
