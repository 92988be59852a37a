internal import CommandLineKit

/// Commands that carry plugins from one machine to another, and that look after what was fetched.
extension CommandTable {
  private static let references = ArgumentSpec(
    "REF", "plugins, each perhaps with a version or range", arity: .any,
    completion: .dynamic("available"))

  private static let trustOption = OptionSpec(
    "trust", value: "FILE|sha256:HEX",
    "the root of an index that is not known here, or its fingerprint", isRepeatable: true,
    completion: .files)

  private static let bundleFile = ArgumentSpec(
    "FILE", "a bundle of `plugctl bundle create`", completion: .files)

  static let movingCommands: [CommandSpec] = [
    CommandSpec(
      "mirror", group: "index", "make a copy of an index, or bring it up to date",
      discussion: [
        "The folder is an index itself: serve it, or name it to `index add` and its `--mirror`. It is as valid as what it was copied from, at every moment, and each run fetches only what is new.",
        "With names it has those plugins and all that they may need, in every version and for every platform; names of further runs are added. Without names a new mirror has everything.",
      ],
      options: [
        OptionSpec(
          "index", value: "NAME", "the index; not needed where there is but one",
          completion: .dynamic("index")),
        OptionSpec("all", "have everything from now on"),
        OptionSpec("check", "look at the bytes of all archives that are there already"),
      ],
      arguments: [
        ArgumentSpec("DIR", "the mirror's folder", completion: .folders),
        ArgumentSpec(
          "NAME", "plugins to add", arity: .any, completion: .dynamic("available")),
      ],
      examples: [
        ("mirror /srv/plugins", "everything; repeat it from a timer"),
        ("mirror /srv/plugins vector_plugin", "one plugin with what it needs"),
      ]),
    CommandSpec(
      "bundle", group: "index", "carry plugins to machines without a network, in one file",
      subcommands: [
        CommandSpec(
          "create", "write plugins and all that they need into one file",
          discussion: [
            "What an install on a machine like this one would bring, with what proves it. The same request gives the same bytes while the index stays as it is."
          ],
          options: [
            OptionSpec("output", short: "o", value: "FILE", "the file", completion: .files),
            OptionSpec(
              "platform", value: "PLATFORM",
              "for machines of this platform, whatever this one has; may stand several times",
              isRepeatable: true),
            OptionSpec("all-versions", "every version, so that the other machine can choose"),
            OptionSpec(
              "with", value: "NAME", "an optional dependency to have as well", isRepeatable: true),
          ],
          arguments: [
            ArgumentSpec(
              "REF", "plugins, each perhaps with a version or range", arity: .oneOrMore,
              completion: .dynamic("available"))
          ],
          examples: [
            ("bundle create -o vector.tar vector_plugin", "one plugin with what it needs")
          ]),
        CommandSpec(
          "verify", "check all that a bundle has, by what this machine trusts",
          discussion: ["Needs no network, and changes nothing."],
          options: [trustOption], arguments: [bundleFile]),
        CommandSpec(
          "install", "install from a bundle, without a network",
          discussion: [
            "Without names, what the bundle was made for. An index that is not known here is asked about once, with its fingerprint, as by `index add`."
          ],
          options: changeOptions + [
            trustOption, intoOption,
            OptionSpec("allow-downgrade", "allow a version below the installed one"),
            noSaveOption,
          ],
          arguments: [bundleFile, references]),
      ]),
    CommandSpec(
      "cache", group: "trust and health", "look after what was fetched",
      discussion: ["Nothing that is installed lies there: all of it can be fetched again."],
      subcommands: [
        CommandSpec("list", "list what the cache has, and how large it is"),
        CommandSpec(
          "clean", "remove what was not used for long",
          options: [
            changeOptions[0],
            OptionSpec(
              "unused", value: "TIME", "archives that were not used for so long; 30d by default"),
            OptionSpec("all", "remove everything"),
          ]),
        CommandSpec(
          "verify", "look at all bytes again, and remove what is damaged or out of date",
          options: [OptionSpec("exit-code", "exit with 20 where anything was removed")]),
      ]),
  ]
}
