internal import CommandLineKit
internal import PkgCore

extension CommandTable {
  /// The whole command line: the authority for parsing, help, completions and man pages.
  static let plugctl = CommandTable(
    program: "plugctl", summary: "the package manager for native plugins",
    version: PlugctlVersion.text,
    globals: globalOptions,
    groups: [
      "find plugins", "change what is installed", "work on a project", "trust and health", "author",
      "index",
      "hosts and this program",
    ],
    commands: findCommands + changeCommands + projectCommands + healthCommands + testingCommands
      + authorCommands + indexCommands + movingCommands
      + hostCommands + selfCommands,
    exitCodes: ExitCode.table, environment: Environment.table)

  private static let globalOptions: [OptionSpec] = [
    OptionSpec("help", short: "h", "show help and do nothing else"),
    OptionSpec("version", short: "V", "show the version and do nothing else"),
    OptionSpec("verbose", short: "v", "say more", isRepeatable: true),
    OptionSpec("quiet", short: "q", "say nothing but answers and errors"),
    OptionSpec("json", "answer with one JSON document"),
    OptionSpec(
      "color", value: "WHEN", "use colour", completion: .words(["auto", "always", "never"])),
    OptionSpec(
      "progress", value: "FORM", "how progress is shown on stderr",
      completion: .words(["auto", "bar", "plain", "json", "none"])),
    OptionSpec("yes", short: "y", "answer yes to questions; never accepts a key or an index"),
    OptionSpec("no-input", "never ask; exit with 14 where a question must be answered"),
    OptionSpec("offline", "never ask the network"),
    OptionSpec(
      "max-age", value: "TIME", "use an index past its term, up to this age: 36h, 30d, 8w"),
    OptionSpec(
      "host", value: "NAME", "the host, or one folder of `--into` as `list` names it: NAME@DIGEST",
      completion: .dynamic("host")),
    OptionSpec(
      "scope", value: "SCOPE", "where plugins are installed",
      completion: .words(["project", "user", "system"])),
    OptionSpec(
      "root", value: "DIR", "a folder that stands for / in system scope", completion: .folders),
    OptionSpec(
      "wait", value: "SECONDS", "how long to wait for another process that changes the same host"),
    OptionSpec("jobs", short: "j", value: "N", "downloads, or load tests, at the same time"),
  ]

  private static let findCommands: [CommandSpec] = [
    CommandSpec(
      "search", group: "find plugins", "look for plugins in the indexes",
      discussion: [
        "Words are looked for in names, titles, summaries and tags, each as the beginning of a word. Without words all plugins are listed."
      ],
      options: [
        OptionSpec("type", value: "TYPE", "only plugins of this type"),
        OptionSpec("tag", value: "TAG", "only plugins with this tag"),
        OptionSpec("publisher", value: "NAME", "only plugins of this publisher"),
        OptionSpec("extension", value: "EXT", "only plugins that handle files with this extension"),
        OptionSpec(
          "status", value: "STATE", "only plugins in this state",
          completion: .words(["available", "yanked", "withdrawn"])),
      ],
      arguments: [ArgumentSpec("TEXT", "words to look for", arity: .any)],
      examples: [
        ("search vector --host stormdb", "plugins for StormDB that have to do with vectors")
      ]),
    CommandSpec(
      "info", aliases: ["show"], group: "find plugins", "show everything about a plugin",
      arguments: [ArgumentSpec("NAME", "a plugin", completion: .dynamic("available"))]),
    CommandSpec(
      "versions", group: "find plugins",
      "list a plugin's versions, and why each can't be installed here",
      arguments: [ArgumentSpec("NAME", "a plugin", completion: .dynamic("available"))]),
    CommandSpec(
      "list", aliases: ["ls"], group: "find plugins", "list installed plugins",
      options: [
        OptionSpec("available", "list what the indexes have instead"),
        OptionSpec("outdated", "list only plugins of which there is a newer version"),
        OptionSpec("builtin", "list what the hosts have without plugins instead"),
        OptionSpec("enabled", "only what the hosts get to see"),
        OptionSpec("disabled", "only what is disabled"),
        OptionSpec("type", value: "TYPE", "only plugins of this type"),
      ]),
    CommandSpec(
      "outdated", group: "find plugins", "list plugins of which there is a newer version",
      options: [OptionSpec("exit-code", "exit with 20 where there are any")]),
    CommandSpec(
      "tree", group: "find plugins", "show what installed plugins need, as a tree",
      options: [
        OptionSpec("reverse", "show who needs them instead"),
        OptionSpec(
          "format", value: "FORM", "text, JSON, or Graphviz's dot",
          completion: .words(["text", "json", "dot"])),
      ],
      arguments: [
        ArgumentSpec(
          "NAME", "an installed plugin; all without one", arity: .optional,
          completion: .dynamic("installed"))
      ]),
    CommandSpec(
      "why", group: "find plugins", "say why a plugin is installed",
      arguments: [ArgumentSpec("NAME", "an installed plugin", completion: .dynamic("installed"))]),
    CommandSpec(
      "why-not", group: "find plugins", "say what stands against installing a plugin",
      arguments: [
        ArgumentSpec(
          "REF", "a plugin, perhaps with a version; else its newest",
          completion: .dynamic("available"))
      ]),
    CommandSpec(
      "files", group: "find plugins", "list the files of an installed plugin",
      arguments: [ArgumentSpec("NAME", "an installed plugin", completion: .dynamic("installed"))]),
    CommandSpec(
      "owns", group: "find plugins", "say which plugin a file belongs to",
      arguments: [ArgumentSpec("PATH", "a file", completion: .files)]),
    CommandSpec(
      "which", group: "find plugins", "say which file a host gets for a plugin",
      options: [OptionSpec("all", "also the files of the same name that it hides")],
      arguments: [ArgumentSpec("NAME", "a plugin", completion: .dynamic("installed"))]),
    CommandSpec("stats", group: "find plugins", "count plugins by host, type, publisher and state"),
  ]

  static let keyOptions: [OptionSpec] = [
    OptionSpec(
      "passphrase-file", value: "FILE", "a file whose first line is the passphrase",
      completion: .files),
    OptionSpec(
      "passphrase-fd", value: "N", "an open descriptor whose first line is the passphrase"),
  ]

  private static let healthCommands: [CommandSpec] = [
    CommandSpec(
      "verify", group: "trust and health", "check what is installed, or the signatures of files",
      discussion: [
        "Of installed plugins every file, link, permission and owner is compared with what was installed. Without any argument all are.",
        "Each FILE has its signature in FILE.minisig. Without --key the keys that you trust count.",
      ],
      options: [
        OptionSpec("key", value: "KEY", "a public key, or its file", completion: .files),
        intoOption,
      ],
      arguments: [
        ArgumentSpec(
          "NAME|FILE", "installed plugins, or signed files", arity: .any, completion: .files)
      ]),
    CommandSpec(
      "repair", group: "trust and health", "bring what `verify` finds in order",
      discussion: [
        "Damaged packages come anew from the cache or their index, verified and load-tested as at first. What stands in a plugin's place in the host's folder is kept under another name."
      ],
      options: changeOptions + [intoOption],
      arguments: [
        ArgumentSpec(
          "NAME", "installed plugins; all without any", arity: .any,
          completion: .dynamic("installed"))
      ]),
    CommandSpec(
      "audit", group: "trust and health", "say what of the installed plugins is known to be bad",
      discussion: [
        "Yanked and withdrawn versions, revoked and untrusted keys, advisories of the indexes, exceptions that ended."
      ],
      options: [OptionSpec("exit-code", "exit with 20 where there is anything")]),
    CommandSpec(
      "doctor", group: "trust and health",
      "look at indexes, policy, keys, permissions, disks, and what keeps hosts from loading",
      options: [OptionSpec("exit-code", "exit with 20 where there is more than notices")]),
    CommandSpec(
      "in-use", group: "trust and health", "list which running processes use which plugins",
      discussion: [
        "`live` is what a process that starts now gets; `old` another version, `deleted` a file that is gone. They stay in use until the process ends or reloads."
      ],
      arguments: [
        ArgumentSpec("NAME", "only these plugins", arity: .any, completion: .dynamic("installed"))
      ]),
    CommandSpec(
      "scan", group: "trust and health", "list the shared objects in the folders that hosts search",
      arguments: [
        ArgumentSpec("DIR", "folders to look in instead", arity: .any, completion: .folders)
      ]),
    CommandSpec(
      "key", group: "trust and health", "make, trust and revoke keys",
      subcommands: [
        CommandSpec(
          "generate", "make a key pair to sign with",
          options: keyOptions + [
            OptionSpec("unencrypted", "keep the secret key without a passphrase, for machines")
          ],
          arguments: [ArgumentSpec("NAME", "a name for it")]),
        CommandSpec("list", "list your keys and those that you trust"),
        CommandSpec(
          "export", "print a public key",
          options: [OptionSpec("secret", "print the secret key file instead")],
          arguments: [ArgumentSpec("NAME", "a key", completion: .dynamic("key"))]),
        CommandSpec(
          "import", "take a key that minisign or another plugctl made", options: keyOptions,
          arguments: [
            ArgumentSpec("FILE", "a key file", completion: .files),
            ArgumentSpec("NAME", "a name for it"),
          ]),
        CommandSpec(
          "trust", "accept what a key signs",
          options: [OptionSpec("name", value: "NAME", "a name for it")],
          arguments: [ArgumentSpec("KEY", "a public key, or its file", completion: .files)]),
        CommandSpec(
          "revoke", "refuse what a key signed and signs",
          options: [OptionSpec("reason", value: "TEXT", "why")],
          arguments: [ArgumentSpec("KEY", "a key's name or id", completion: .dynamic("key"))]),
        CommandSpec(
          "rotate", "hand on from a key of yours to the next, for all who know the old one",
          discussion: [
            "Prints a statement that the old key signs, and keeps it beside your keys. `publish` takes it in with the first archive that the new key signs."
          ],
          options: keyOptions + [
            OptionSpec("publisher", value: "NAME", "the publisher whose keys they are")
          ],
          arguments: [
            ArgumentSpec("OLD", "your key of now", completion: .dynamic("key")),
            ArgumentSpec("NEW", "a key's name, or a public key file", completion: .dynamic("key")),
          ]),
      ]),
    CommandSpec(
      "policy", group: "trust and health", "say what may be installed, and why",
      subcommands: [
        CommandSpec("show", "show every value that counts, and which file says it"),
        CommandSpec(
          "check", "check the policy's files, or whether they admit a plugin",
          discussion: ["Nothing is installed, and nobody is asked."],
          arguments: [
            ArgumentSpec(
              "REF|FILE", "a plugin, or an archive", arity: .optional,
              completion: .dynamic("available"))
          ]),
      ]),
  ]

  private static let selfCommands: [CommandSpec] = [
    CommandSpec(
      "completion", group: "hosts and this program", "print a shell's completion script",
      arguments: [
        ArgumentSpec("SHELL", "bash, zsh or fish", completion: .words(["bash", "zsh", "fish"]))
      ],
      examples: [
        (
          "completion bash > ~/.local/share/bash-completion/completions/plugctl",
          "for bash, from the next shell on"
        )
      ]),
    CommandSpec(
      "man", group: "hosts and this program", "write man pages",
      arguments: [
        ArgumentSpec(
          "DIR", "where to write them; one page to stdout without it", arity: .optional,
          completion: .folders)
      ]),
    CommandSpec(
      "help", group: "hosts and this program", "show help",
      arguments: [ArgumentSpec("COMMAND", "a command", arity: .any)]),
    CommandSpec("version", group: "hosts and this program", "show the version"),
    CommandSpec(
      "explain", group: "hosts and this program", "explain the code of an error",
      arguments: [ArgumentSpec("CODE", "as in error[CODE]")]),
    CommandSpec(
      "__complete", "answer a shell's completion",
      arguments: [ArgumentSpec("KIND", "what to list")], isHidden: true),
  ]
}
