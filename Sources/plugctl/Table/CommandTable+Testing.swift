internal import CommandLineKit

extension CommandTable {
  /// What finds out about shared objects.
  static let testingCommands: [CommandSpec] = [
    CommandSpec(
      "test", group: "trust and health", "load-test plugins in processes of their own",
      discussion: [
        "Level 1 reads the file, 2 loads it, 3 lets it live once, 4 is unkind to it, 5 feeds it made-up configurations and data. What can be called is what `plug.h` describes; of others it is said what they do when they are opened.",
        "A check that could not be run because another failed is `blocked` by that one. Every failure names the command that repeats it under a debugger.",
      ],
      options: testOptions,
      arguments: [
        ArgumentSpec(
          "NAME|FILE|DIR", "installed plugins, shared objects, or folders with a plugin.yaml",
          arity: .any, completion: .files)
      ],
      examples: [
        (
          "test ./build/my_plugin.so --host sqlite",
          "a library that you just built, as SQLite would load it"
        ),
        ("test my_plugin.so --level 4 --format junit", "for a CI server"),
        (
          "test movies --workload --dsn sqlite:///tmp/m.db --duration 30s --format json",
          "what a workload does to a database, as one document for programs"
        ),
        (
          "test s3 --level 4 --settings s3.yaml --network",
          "against a server of yours; `${VAR}` is filled in"
        ),
        ("test --together", "all that is installed, in one process, in several orders"),
      ]),
    CommandSpec(
      "inspect", group: "trust and health",
      "tell what shared objects need and export, and what a program would not satisfy",
      discussion: ["Nothing of the files runs. `--verbose` lists all libraries and symbols."],
      options: [
        OptionSpec(
          "against", value: "PROGRAM",
          "compare with this program: symbols, versions, libraries, marks of its build",
          completion: .files)
      ],
      arguments: [
        ArgumentSpec("FILE", "shared objects", arity: .oneOrMore, completion: .files)
      ],
      examples: [
        (
          "inspect my_module.so --against /usr/sbin/nginx",
          "what a module needs, and whether this nginx has it"
        )
      ]),
  ]

  private static let testOptions = [
    OptionSpec(
      "level", value: "N", "how far to go: 1 to 5 (3)",
      completion: .words(["1", "2", "3", "4", "5"])),
    OptionSpec(
      "include", value: "ID,...", "only these checks", isRepeatable: true,
      completion: .dynamic("check")),
    OptionSpec(
      "exclude", value: "ID,...", "not these checks", isRepeatable: true,
      completion: .dynamic("check")),
    OptionSpec(
      "ignore", value: "ID=REASON", "a finding that does not count, and why", isRepeatable: true),
    OptionSpec("together", "load all into one process, in several orders"),
    OptionSpec("repeat", value: "N", "test so often, and say what differs"),
    OptionSpec("seed", value: "N", "what made-up input is made from (1)"),
    OptionSpec(
      "duration", value: "TIME", "how long: each check of level 5 (5s), a workload (10s)"),
    OptionSpec("workload", "drive the plugin's operations, and tell rates and latencies"),
    OptionSpec("sessions", value: "N", "sessions of a workload at once (4)"),
    OptionSpec("dsn", value: "DSN", "a database that the plugin may write to"),
    OptionSpec(
      "settings", value: "FILE",
      "configure the plugin with this, YAML or JSON, not with its example",
      completion: .files),
    OptionSpec(
      "host-config", value: "FILE",
      "configure the plugin as this configuration of its host does", completion: .files),
    OptionSpec("network", "let the plugin open sockets, for settings that name a server"),
    OptionSpec(
      "format", value: "FORM", "text, json, junit or sarif",
      completion: .words(["text", "json", "junit", "sarif"])),
    OptionSpec(
      "previous", value: "FILE", "the version before, for what it exported (plg-s034)",
      completion: .files),
    OptionSpec("debug", "repeat the first run that failed, else the last one, under gdb"),
    OptionSpec("list", "list all checks and test nothing"),
    OptionSpec("self-test", "test the checks, by plugins of which each has one fault"),
  ]
}
