internal import CommandLineKit

/// Commands by which plugins come into an index, and of those who run one.
extension CommandTable {
  static let authorCommands = writingCommands + publishingCommands

  private static let publishingCommands: [CommandSpec] = [
    CommandSpec(
      "publish", group: "author", "put plugins into an index",
      discussion: [
        "A plugin's folder is packed and signed first; archives must be signed already.",
        "Who can't write the index makes a submission instead, with --output, and sends it to its operator.",
      ],
      options: indexFolderOptions + [
        OptionSpec(
          "sign", value: "KEY", "the key for what is packed; not needed where there is but one",
          completion: .dynamic("key")),
        OptionSpec(
          "output", short: "o", value: "DIR", "make a submission in a new folder",
          completion: .folders),
        OptionSpec(
          "index", value: "NAME", "the index that the submission is for",
          completion: .dynamic("index")),
        OptionSpec(
          "rotation", value: "FILE",
          "a statement by which the publisher's key hands on; those of `key rotate` are found",
          isRepeatable: true, completion: .files),
      ],
      arguments: [
        ArgumentSpec(
          "FILE|FOLDER", "signed archives, or plugins' folders", arity: .oneOrMore,
          completion: .files)
      ],
      examples: [
        ("publish hello --to ./index", "what was built in the folder hello, packed and signed"),
        ("publish --to ./index dist/*.tar.zst", "into an index whose folder you may write"),
      ]),
    CommandSpec(
      "yank", group: "author", "mark a version as not to be chosen any more",
      options: indexFolderOptions + [OptionSpec("reason", value: "TEXT", "why")],
      arguments: [ArgumentSpec("NAME@VERSION", "a published version")]),
    CommandSpec(
      "unyank", group: "author", "take the mark of a yanked version away",
      options: indexFolderOptions,
      arguments: [ArgumentSpec("NAME@VERSION", "a published version")]),
    CommandSpec(
      "withdraw", group: "author", "have nobody install a version any more: the emergency list",
      discussion: ["The list is valid for a week, by when the publisher's record must say it."],
      options: indexFolderOptions + [OptionSpec("reason", value: "TEXT", "why")],
      arguments: [ArgumentSpec("NAME[@VERSION]", "a published plugin, or one version of it")]),
    CommandSpec(
      "deprecate", group: "author", "say that a plugin, or a version, should not be used any more",
      discussion: ["It stays installable; whoever installs or has it is told."],
      options: indexFolderOptions + [
        OptionSpec("message", value: "TEXT", "what users should do instead"),
        OptionSpec("undo", "take the mark away"),
      ],
      arguments: [ArgumentSpec("NAME[@VERSION]", "a published plugin, or one version of it")],
      examples: [
        ("deprecate acme/old --message 'use acme/new' --to www", "all versions of acme/old")
      ]),
  ]

  private static let keysOption = OptionSpec(
    "keys", value: "DIR", "the folder of the index's keys; DIR-keys by default",
    completion: .folders)

  /// Secret keys of people, besides those of the key folder.
  private static let signerOptions: [OptionSpec] =
    [
      keysOption,
      OptionSpec(
        "key", value: "NAME", "sign also with this key of yours", isRepeatable: true,
        completion: .dynamic("key")),
    ] + keyOptions

  private static let indexFolderOptions: [OptionSpec] =
    [OptionSpec("to", value: "DIR", "the index's folder", completion: .folders)] + signerOptions

  private static let publicKeyOption = OptionSpec(
    "public-key", value: "FILE", "a public key that signs from now on", isRepeatable: true,
    completion: .files)

  private static let thresholdOption = OptionSpec(
    "threshold", value: "N", "how many of the keys must sign; 1 by default")

  private static let indexFolder = ArgumentSpec(
    "DIR", "the index's folder", completion: .folders)

  static let indexCommands: [CommandSpec] = [
    CommandSpec(
      "update", group: "index", "fetch what is new in the indexes",
      discussion: ["Plugins are changed by `upgrade`, not by this."]),
    CommandSpec(
      "index", group: "index", "use indexes, and run your own",
      subcommands: [
        CommandSpec(
          "add", "use an index",
          discussion: [
            "The fingerprint of its root is asked for once; with --trust it is given. --yes never accepts it."
          ],
          options: [
            OptionSpec("name", value: "NAME", "a name for it"),
            OptionSpec(
              "trust", value: "FILE|sha256:HEX", "the root that you trust, or its fingerprint",
              completion: .files),
            OptionSpec(
              "mirror", value: "URL", "another server of the same index; may stand several times",
              isRepeatable: true, completion: .folders),
            OptionSpec(
              "netrc", value: "FILE", "logins by host; ~/.netrc by default", completion: .files),
            OptionSpec(
              "token-file", value: "FILE", "a file whose first line is a bearer token",
              completion: .files),
            OptionSpec(
              "client-cert", value: "FILE", "a client certificate (PEM)", completion: .files),
            OptionSpec(
              "client-key", value: "FILE", "its unencrypted key (PEM)", completion: .files),
            OptionSpec(
              "ca-file", value: "FILE", "certificates to trust in place of the system's (PEM)",
              completion: .files),
            OptionSpec("proxy", value: "URL", "the proxy to go through"),
          ],
          arguments: [ArgumentSpec("URL", "where it is served, or a folder", completion: .folders)],
          examples: [
            (
              "index add https://plugins.example.org --token-file ~/.config/plugctl/token",
              "a private index"
            )
          ]),
        CommandSpec(
          "remove", "use an index no more",
          arguments: [ArgumentSpec("NAME", "an index", completion: .dynamic("index"))]),
        CommandSpec("list", "list the indexes in use"),
        CommandSpec("update", "fetch what is new in the indexes"),
        CommandSpec(
          "init", "make an index of your own",
          discussion: [
            "Alone, all keys are made and lie in the key folder. With --threshold several people sign, each with a key of their own: name their public keys."
          ],
          options: signerOptions + [
            publicKeyOption,
            OptionSpec("threshold", value: "M-of-N", "how many of how many people must sign"),
            OptionSpec("add", value: "NAME", "use it yourself from now on, under this name"),
          ],
          arguments: [
            ArgumentSpec("DIR", "a folder that a web server may serve", completion: .folders)
          ],
          examples: [
            (
              "index init www --threshold 2-of-3 --public-key a.pub --public-key b.pub --public-key c.pub",
              "an index that no single person can change"
            )
          ]),
        CommandSpec(
          "build", "make catalog and metadata of an index anew",
          options: signerOptions + [
            OptionSpec(
              "bins", value: "BITS",
              "spread the community's plugins over 2^BITS bins; by their number where it isn't said"
            )
          ],
          arguments: [indexFolder]),
        CommandSpec(
          "sign", "sign what waits for signatures",
          discussion: [
            "With a file of metadata, it is signed in place: for who has the key but not the index."
          ],
          options: signerOptions + [
            OptionSpec("abandon", value: "N", "give the waiting change N up")
          ],
          arguments: [
            ArgumentSpec("DIR|FILE", "the index's folder, or a metadata file", completion: .files)
          ]),
        CommandSpec(
          "accept", "take in what a publisher sent",
          discussion: ["Everything is checked as if it came from a stranger."],
          options: indexFolderOptions,
          arguments: [
            ArgumentSpec("SUBMISSION", "what `publish --output` made", completion: .folders)
          ]),
        CommandSpec(
          "renew", "sign what expires soon anew; for a timer",
          options: signerOptions, arguments: [indexFolder]),
        CommandSpec(
          "rotate", "give a role other keys",
          discussion: ["All roles that the same keys sign change with it."],
          options: signerOptions + [publicKeyOption, thresholdOption],
          arguments: [
            ArgumentSpec(
              "ROLE", "root, targets, online, or a delegated role",
              completion: .words([
                "root", "targets", "online", "trusted", "withdrawn", "catalog", "community",
              ])), indexFolder,
          ]),
        CommandSpec(
          "publisher", "publishers with a role of their own",
          subcommands: [
            CommandSpec(
              "add", "give a publisher a role of its own",
              discussion: [
                "With its public keys, only the publisher can sign its plugins; without, the index vouches for it."
              ],
              options: signerOptions + [publicKeyOption, thresholdOption],
              arguments: [ArgumentSpec("NAME", "a publisher"), indexFolder]),
            CommandSpec(
              "rotate", "give a publisher's role other keys",
              options: signerOptions + [publicKeyOption, thresholdOption],
              arguments: [ArgumentSpec("NAME", "a publisher"), indexFolder]),
            CommandSpec(
              "remove", "have a publisher's role list nothing", options: signerOptions,
              arguments: [ArgumentSpec("NAME", "a publisher"), indexFolder]),
            CommandSpec(
              "list", "list publishers with a role of their own", options: [keysOption],
              arguments: [indexFolder]),
          ]),
        CommandSpec(
          "advisory", "tell users of faults in plugins: what `audit` finds",
          subcommands: [
            CommandSpec(
              "add", "publish advisories in OSV's form",
              discussion: ["One takes the place of another with its id."],
              options: indexFolderOptions,
              arguments: [
                ArgumentSpec("FILE", "OSV files", arity: .oneOrMore, completion: .files)
              ]),
            CommandSpec(
              "list", "list the advisories of an index", options: [keysOption],
              arguments: [indexFolder]),
            CommandSpec(
              "remove", "take an advisory away", options: indexFolderOptions,
              arguments: [ArgumentSpec("ID", "an advisory's id")]),
          ]),
        CommandSpec(
          "host", "describe hosts to users of the index: what `host add --from` takes",
          subcommands: [
            CommandSpec(
              "add", "publish host profiles",
              discussion: ["One takes the place of another with its id."],
              options: indexFolderOptions,
              arguments: [
                ArgumentSpec("FILE", "host profiles", arity: .oneOrMore, completion: .files)
              ]),
            CommandSpec(
              "list", "list the hosts that an index describes", options: [keysOption],
              arguments: [indexFolder]),
            CommandSpec(
              "remove", "take a host profile away", options: indexFolderOptions,
              arguments: [ArgumentSpec("NAME", "a host")]),
          ]),
        CommandSpec(
          "check", "check everything in an index as a client would",
          options: [keysOption], arguments: [indexFolder]),
      ]),
  ]
}
