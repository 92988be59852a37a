internal import CommandLineKit

extension CommandTable {
  /// Commands about hosts.
  static let hostCommands: [CommandSpec] = [
    CommandSpec(
      "host", group: "hosts and this program", "hosts: what is known of them, and your own",
      subcommands: [
        CommandSpec("list", "list all hosts"),
        CommandSpec("show", "show a host's profile", arguments: [aHost]),
        CommandSpec("path", "say where a host gets its plugins from", arguments: [aHost]),
        CommandSpec(
          "detect", "find the hosts that are installed on this machine",
          discussion: ["Each program that no host uses is shown with the command that adds it."]),
        addHost,
        CommandSpec(
          "remove", "take a host away that was added",
          arguments: [aHost]),
        CommandSpec(
          "approve", "let the profile of a project run its commands",
          discussion: [
            "A profile in a project's `.plugctl/hosts.d` may have come with the project: none of its commands is run until you approve of the file as it is now."
          ],
          arguments: [aHost]),
        CommandSpec(
          "lint", "check a host profile before it is used",
          arguments: [
            ArgumentSpec("FILE", "a profile, as `hosts.d/nginx.yaml`", completion: .files)
          ]),
        CommandSpec(
          "snapshot", "write down what a host's program is, or compare with that",
          options: [
            OptionSpec(
              "output", short: "o", value: "FILE", "where to write it", completion: .files),
            OptionSpec(
              "compare", value: "FILE", "an earlier snapshot: say what differs", completion: .files),
          ],
          arguments: [ArgumentSpec("HOST|BINARY", "a host, or the path of its program")],
          examples: [
            ("host snapshot postgresql -o before.json", "before the host is upgraded"),
            ("host snapshot postgresql --compare before.json", "and after"),
          ]),
        CommandSpec(
          "check", "say which plugins break if a host is upgraded, and what mends it",
          options: [
            OptionSpec(
              "binary", value: "PATH", "the host's program as it will be", completion: .files),
            OptionSpec(
              "level", value: "N",
              "1 reads files only, from 2 on the new program is run (default 2)",
              completion: .words(["1", "2", "3", "4"])),
            OptionSpec("exit-code", "exit with 20 where a plugin breaks"),
          ],
          arguments: [aHost],
          examples: [
            (
              "host check postgresql --binary /usr/lib/postgresql/16/bin/postgres",
              "before the upgrade from 15"
            )
          ]),
      ]),
    CommandSpec(
      "config", group: "hosts and this program",
      "a host's own configuration, as far as it is about plugins",
      subcommands: [
        CommandSpec(
          "check", "check a host's configuration against the plugins that are installed",
          discussion: [
            "The host's own settings are checked by its profile, those of plugins by the schemas that they ship; `${VAR}` is filled in from the environment first. Every fault is told with line and column."
          ],
          options: [CommandTable.intoOption],
          arguments: [aConfiguration],
          examples: [("config check config.yaml --host stormdb", "before StormDB is started")]),
        CommandSpec(
          "show", "show a host's configuration as its plugins will see it",
          options: [
            OptionSpec("resolved", "with variables and defaults filled in"),
            OptionSpec("origin", "each value, and where it is from"),
            OptionSpec("show-secrets", "also passwords and the like"), CommandTable.intoOption,
          ],
          arguments: [aConfiguration]),
        CommandSpec(
          "example", "show what to add to a host's configuration for a plugin",
          arguments: [
            ArgumentSpec("NAME", "an installed plugin", completion: .dynamic("installed"))
          ]),
      ]),
  ]

  private static let aConfiguration = ArgumentSpec(
    "FILE", "the host's configuration, YAML or JSON", completion: .files)

  private static let aHost = ArgumentSpec("NAME", "a host", completion: .dynamic("host"))

  private static let addHost = CommandSpec(
    "add", "add a host: a second installation, your own profile, or an index's",
    options: [
      OptionSpec(
        "profile", value: "NAME", "the kind of host that it is", completion: .dynamic("host")),
      OptionSpec("binary", value: "PATH", "its program", completion: .files),
      OptionSpec("dir", value: "DIR", "the folder that it searches", completion: .folders),
      OptionSpec("from", value: "INDEX", "take the profile that an index has of it"),
    ],
    arguments: [
      ArgumentSpec("NAME|FILE", "what to call it, or a profile in a file", completion: .files)
    ],
    examples: [
      (
        "host add pg16 --profile postgresql --binary /usr/lib/postgresql/16/bin/postgres",
        "a second PostgreSQL; `--host pg16` then means it"
      ),
      ("host add ./acmedb.yaml", "a host of your own, by its profile"),
      ("host add acmedb --from main", "a host that the index `main` describes"),
    ])
}
