internal import CommandLineKit

extension CommandTable {
  static let choiceOptions: [OptionSpec] = [
    OptionSpec("minimal", "take the lowest versions that fit, not the highest"),
    OptionSpec(
      "min-age", value: "TIME", "take no version that was published more recently, as 36h, 7d or 2w"
    ),
  ]

  static let changeOptions: [OptionSpec] = [
    OptionSpec("dry-run", short: "n", "show what would be done and do nothing"),
    OptionSpec(
      "test-level", value: "N",
      "how far new plugins are load-tested first: 0 not, up to 4 (2); see `plugctl test`",
      completion: .words(["0", "1", "2", "3", "4"])),
  ]

  static let intoOption = OptionSpec(
    "into", value: "DIR", "a folder of the host's to install into", completion: .folders)

  private static let generationOption = OptionSpec(
    "generation", value: "GEN", "a generation that `gc` shall keep, instead of plugins")

  private static let installedNames = ArgumentSpec(
    "NAME", "installed plugins", arity: .oneOrMore, completion: .dynamic("installed"))

  static let changeCommands = directCommands + [collectCommand, planCommand, applyCommand]

  private static let collectCommand = CommandSpec(
    "gc", group: "change what is installed",
    "remove old generations, and packages that none of the others has",
    discussion: [
      "The live generation stays, the two before it, whatever was live in the last thirty days, what `pin --generation` keeps, and the files that a running process uses, as far as you may see."
    ],
    options: [
      changeOptions[0],
      OptionSpec("keep", value: "N", "so many generations of each host, the live one counted"),
      OptionSpec(
        "older-than", value: "TIME", "what was not live since then may go, as 36h, 7d or 2w"),
    ])

  /// `plan` takes what the changes themselves take.
  private static var planCommand: CommandSpec {
    let names = ["install", "upgrade", "downgrade", "remove", "autoremove", "rollback"]
    let output = OptionSpec(
      "output", short: "o", value: "FILE", "write the plan to a file, for `apply`",
      completion: .files)
    return CommandSpec(
      "plan", group: "change what is installed",
      "show what a change would do, and keep it in a file",
      subcommands: directCommands.filter { names.contains($0.name) }.map { command in
        CommandSpec(
          command.name, group: command.group, "plan to \(command.summary)",
          options: command.options.filter { $0.long != "dry-run" } + [output],
          arguments: command.arguments)
      })
  }

  private static var applyCommand: CommandSpec {
    CommandSpec(
      "apply", group: "change what is installed", "carry out a plan",
      discussion: [
        "The plan is made anew and compared; where anything differs, nothing is done."
      ],
      arguments: [ArgumentSpec("FILE", "a plan of `plugctl plan -o`", completion: .files)])
  }

  private static let directCommands: [CommandSpec] = [
    CommandSpec(
      "install", aliases: ["add"], group: "change what is installed",
      "install plugins and what they need",
      discussion: [
        "A plugin is named `NAME`, `PUBLISHER/NAME`, `NAME@VERSION` or `NAME@RANGE`, or by the path or URL of a signed archive.",
        "Every new plugin is load-tested in a process of its own, in the folder from which the host will get it, before anything goes live.",
      ],
      options: changeOptions + [
        intoOption,
        OptionSpec(
          "with", value: "NAME", "an optional dependency to install as well", isRepeatable: true),
        OptionSpec("allow-downgrade", "allow a version below the installed one"),
        noSaveOption,
      ] + choiceOptions + lockOptions,
      arguments: [
        ArgumentSpec(
          "REF", "a plugin, an archive or a URL", arity: .oneOrMore,
          completion: .dynamic("available"))
      ],
      examples: [
        ("install vector_plugin", "the newest version that fits"),
        ("install 'vector_plugin@^1.2'", "the newest 1.x from 1.2 on"),
        (
          "install ./my_plugin-1.0.0-linux-x86_64-gnu.tar.zst",
          "an archive, with its .minisig beside it"
        ),
      ]),
    CommandSpec(
      "upgrade", group: "change what is installed",
      "bring installed plugins to their newest versions",
      options: changeOptions + choiceOptions + [
        intoOption,
        OptionSpec(
          "wait-unmapped", value: "SECS",
          "afterwards wait so long for processes that use what was there before"),
      ],
      arguments: [
        ArgumentSpec(
          "NAME", "plugins; all without any", arity: .any, completion: .dynamic("installed"))
      ]),
    CommandSpec(
      "downgrade", group: "change what is installed", "bring plugins to lower versions",
      options: changeOptions + [intoOption],
      arguments: [
        ArgumentSpec(
          "REF", "installed plugins, each perhaps with a version; else the one below",
          arity: .oneOrMore, completion: .dynamic("installed"))
      ]),
    CommandSpec(
      "remove", aliases: ["rm", "uninstall"], group: "change what is installed", "remove plugins",
      options: [
        changeOptions[0], intoOption, OptionSpec("cascade", "remove also what depends on them"),
        noSaveOption,
      ],
      arguments: [installedNames]),
    CommandSpec(
      "adopt", group: "change what is installed",
      "take files that somebody put into a host's folder into plugctl's care",
      discussion: [
        "Each file is found in the indexes by its bytes, or by its build-id if it was stripped or signed over, and the plugin that has it takes its place. `scan` lists such files as foreign."
      ],
      options: changeOptions + [
        intoOption,
        OptionSpec(
          "as", value: "NAME", "the plugin that it is of, where its file is named otherwise"),
      ],
      arguments: [ArgumentSpec("PATH", "shared objects", arity: .oneOrMore, completion: .files)]),
    CommandSpec(
      "autoremove", group: "change what is installed",
      "remove what nobody asked for and nobody needs any more",
      options: [changeOptions[0], intoOption]),
    CommandSpec(
      "enable", group: "change what is installed", "show plugins to their host again",
      options: changeOptions + [intoOption], arguments: [installedNames]),
    CommandSpec(
      "disable", group: "change what is installed", "keep plugins and hide them from their host",
      options: [
        changeOptions[0], intoOption, OptionSpec("cascade", "hide also what depends on them"),
      ], arguments: [installedNames]),
    CommandSpec(
      "pin", aliases: ["hold"], group: "change what is installed",
      "hold plugins at their versions",
      discussion: [
        "A pinned plugin is neither upgraded nor downgraded, except within the range that was named."
      ],
      options: [
        changeOptions[0], intoOption,
        OptionSpec("reason", value: "TEXT", "why, for those who wonder later"),
        OptionSpec("until", value: "DAY", "when the pin ends by itself, as 2027-01-31"),
        generationOption,
      ],
      arguments: [
        ArgumentSpec(
          "REF", "installed plugins, each perhaps with a range", arity: .any,
          completion: .dynamic("installed"))
      ],
      examples: [
        ("pin vector_core --reason 'regression in 1.2.4'", "stay at the installed version"),
        ("pin 'vector_core@~1.2'", "take corrections only"),
        ("pin --generation 7 --reason 'last one before the move'", "keep what was installed then"),
      ]),
    CommandSpec(
      "unpin", aliases: ["unhold"], group: "change what is installed", "let plugins move again",
      options: [changeOptions[0], intoOption, generationOption],
      arguments: [
        ArgumentSpec("NAME", "installed plugins", arity: .any, completion: .dynamic("installed"))
      ]),
    CommandSpec(
      "rollback", group: "change what is installed", "go back to what was installed before",
      discussion: [
        "What an earlier generation held becomes live again, as a new generation. Needs no network."
      ],
      options: changeOptions + [intoOption],
      arguments: [ArgumentSpec("GEN", "a generation; without it the one before", arity: .optional)]),
    CommandSpec(
      "reload", group: "change what is installed", "tell running hosts to load plugins again",
      discussion: [
        "Each change does this by itself. The host's profile says how; where it can't be told, the answer says what to do."
      ],
      arguments: [
        ArgumentSpec(
          "NAME", "installed plugins; all without any", arity: .any,
          completion: .dynamic("installed"))
      ]),
    CommandSpec(
      "history", group: "change what is installed", "list what was installed when",
      options: [intoOption, OptionSpec("diff", "show what each change changed")],
      arguments: [ArgumentSpec("GEN", "only this generation", arity: .optional)]),
    CommandSpec(
      "recover", group: "change what is installed", "bring interrupted changes to their end",
      discussion: [
        "Every change does this first; the command is for boot, or before a host starts.",
        "It also goes back to the newest generation that is whole, where the live one is damaged.",
      ],
      options: [
        OptionSpec(
          "trust", "begin a lost memory of publishers and indexes anew, from what is installed")
      ]),
  ]
}
