import Files
import PkgCore
import TestSupport
import Testing

@Suite("completion")
struct CompletionTests {
  let examples: Examples
  let user: Sandbox

  init() throws {
    examples = try Examples.shared.get()
    user = try Sandbox([
      "PATH": "\(Programs.folder):\(Machine.environment("PATH") ?? "/usr/bin:/bin")"
    ])
    try user.add(examples.index)
    try user.plugctl("install", "delta", "taken").succeeded()
    for shell in ["bash", "zsh", "fish"] {
      let script = try user.plugctl("completion", shell).succeeded().output
      try user.folder.write(shell == "zsh" ? "work/zsh/_plugctl" : "work/plugctl.\(shell)", script)
    }
  }

  static let cases: [(line: [String], offers: [String], not: [String])] = [
    (["ins"], ["install"], ["remove"]), (["remove", ""], ["delta", "taken"], ["alpha"]),
    (["install", "al"], ["alpha"], ["delta"]), (["list", "--sc"], ["--scope"], ["--json"]),
    (["key", ""], ["generate", "trust"], ["install"]),
    (["list", "--scope", ""], ["project", "user", "system"], []),
    (["index", "remove", ""], ["main"], []),
    (["host", "show", "s"], ["sqlite", "stormdb"], ["nginx"]),
    (["completion", ""], ["bash", "zsh", "fish"], []),
  ]

  @Test("in bash offers commands, options, words and names", arguments: cases.indices)
  func bash(number: Int) throws {
    let (line, offers, not) = Self.cases[number]
    let words = (["plugctl"] + line).map { "'\($0)'" }.joined(separator: " ")
    let script = """
      source /usr/share/bash-completion/bash_completion 2>/dev/null
      source plugctl.bash
      COMP_WORDS=(\(words)); COMP_CWORD=\(line.count); COMP_LINE="${COMP_WORDS[*]}"; COMP_POINT=${#COMP_LINE}
      function=$(complete -p plugctl | sed 's/.*-F \\([^ ]*\\).*/\\1/')
      $function plugctl "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD-1]}"
      printf '%s\\n' "${COMPREPLY[@]}"
      """
    try check(user.run(["bash", "-c", script]), offers, not)
  }

  @Test("in fish offers commands, options, words and names", arguments: cases.indices)
  func fish(number: Int) throws {
    let (line, offers, not) = Self.cases[number]
    let text = (["plugctl"] + line).joined(separator: " ")
    try check(
      user.run(["fish", "--no-config", "-c", "source plugctl.fish; complete -C '\(text)'"]), offers,
      not)
  }

  @Test("in zsh offers commands, options, words and names", arguments: cases.indices)
  func zsh(number: Int) throws {
    let (line, offers, not) = Self.cases[number]
    let text = (["plugctl"] + line).joined(separator: " ")
    // A shell in a pseudo-terminal, as a person has it: TAB lists what is offered.
    let script = """
      zmodload zsh/zpty zsh/zselect; typeset -F SECONDS
      zpty shell 'zsh -f -i'
      zpty -w shell "fpath=($PWD/zsh \\$fpath); autoload -Uz compinit; compinit -u; PS1='' ; LISTMAX=0; stty cols 200 rows 100; zstyle ':completion:*' list-packed false"
      zpty -w shell "print READY-\\$((1+1))"
      zpty -r shell seen '*READY-2*'
      zpty -n -w shell "\(text)"$'\\t'
      deadline=$((SECONDS + 1.2)); all=''
      while (( SECONDS < deadline )); do if zpty -r -t shell part; then all+=$part; else zselect -t 5; fi; done
      print -r -- "$all"
      """
    try check(user.run(["zsh", "-f", "-c", script]), offers, not)
  }

  private func check(_ outcome: Outcome, _ offers: [String], _ not: [String]) throws {
    for word in offers { #expect(outcome.output.contains(word), "\(outcome)") }
    for word in not { #expect(!outcome.output.contains(word), "\(outcome)") }
  }
}

@Suite("man pages")
struct ManPageTests {
  @Test("are all without a fault by mandoc, one for each command")
  func lint() throws {
    let user = try Sandbox()
    try user.plugctl("man", "pages").succeeded()
    let pages = try FileSystem.names(in: "\(user.work)/pages")
    #expect(pages.contains("plugctl.1") && pages.count > 20, "\(pages)")
    let outcome = try user.run(
      ["mandoc", "-T", "lint", "-W", "warning"] + pages.map { "pages/\($0)" })
    #expect(outcome.exit == 0 && outcome.output == "", "\(outcome)")
    let text = try user.run(["sh", "-c", "mandoc -T ascii pages/plugctl-install.1 | col -b"]).output
    #expect(text.contains("--with") && text.contains("REF"), "\(text)")
  }
}
