import CommandLineKit

/// A small table with every feature.
let table = CommandTable(
  program: "prog", summary: "tries everything", version: "1.2.3",
  globals: [
    OptionSpec("help", short: "h", "show help"),
    OptionSpec("version", short: "V", "show the version"),
    OptionSpec("verbose", short: "v", "say more, each time", isRepeatable: true),
    OptionSpec("host", short: "H", value: "NAME", "the host to work for; `it's` its [id]"),
    OptionSpec(
      "color", value: "WHEN", "when to use colour", completion: .words(["auto", "always", "never"])),
  ],
  groups: ["change", "find", "empty"],
  commands: [
    CommandSpec(
      "install", aliases: ["add"], group: "change",
      "install plugins and what they need, in the order in which they need each other",
      discussion: [
        "The first paragraph. It has two sentences, e.g. this one.",
        ".Starts with a dot and has a back\\slash.",
      ],
      options: [
        OptionSpec(
          "with", short: "w", value: "NAME", "also take an optional dependency", isRepeatable: true,
          completion: .dynamic("plugins")),
        OptionSpec(
          "mode", short: "m", value: "MODE", "how to do it", completion: .words(["fast", "slow"])),
        OptionSpec("into", short: "o", value: "DIR", "a folder", completion: .folders),
        OptionSpec("no-save", short: "n", "leave the project file as it is"),
      ],
      arguments: [
        ArgumentSpec(
          "REF", "a plugin, with a range or without", arity: .oneOrMore,
          completion: .dynamic("plugins"))
      ],
      examples: [
        ("install acme/v@^1", "Installs the newest 1.x."), ("install ./x.tar.zst", "From a file"),
      ]),
    CommandSpec(
      "show", group: "find", "show one",
      arguments: [
        ArgumentSpec("NAME", "which"), ArgumentSpec("FIELD", "what of it", arity: .optional),
      ]),
    CommandSpec(
      "list", group: "find", "list all", options: [OptionSpec("exact", "nothing else")],
      arguments: [ArgumentSpec("WORD", "to look for", arity: .any, completion: .files)]),
    CommandSpec(
      "key", group: "change", "look after keys",
      subcommands: [
        CommandSpec(
          "generate", aliases: ["new"], "make one",
          options: [OptionSpec("bits", value: "N", "how many")],
          arguments: [ArgumentSpec("NAME", "of the key")]),
        CommandSpec("list", "list them"), CommandSpec("secret", "not shown", isHidden: true),
      ]),
    CommandSpec(
      "__hidden", group: "find", "not shown",
      arguments: [ArgumentSpec("ARGS", "anything", arity: .any)], isHidden: true),
  ],
  exitCodes: [(0, "done"), (1, "failed")], environment: [("PROG_HOST", "the host")])
