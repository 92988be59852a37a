internal import CommandLineKit

/// Commands of those who write plugins, and of those who run an index.
extension CommandTable {
  static let authorCommands: [CommandSpec] = [
    CommandSpec(
      "init", group: "author", "begin a plugin: write a manifest",
      options: [
        OptionSpec("publisher", value: "NAME", "the publisher"),
        OptionSpec("name", value: "NAME", "the plugin; the folder's name by default"),
      ],
      arguments: [
        ArgumentSpec("DIR", "the plugin's folder", arity: .optional, completion: .folders)
      ]),
    CommandSpec(
      "lint", group: "author", "check a manifest and the files that it names",
      arguments: [
        ArgumentSpec("PATH", "a manifest or its folder", arity: .optional, completion: .files)
      ]),
    CommandSpec(
      "pack", group: "author", "make archives of a plugin",
      discussion: ["Packing twice gives the same bytes."],
      options: [
        OptionSpec(
          "output", short: "o", value: "DIR", "where archives are written", completion: .folders),
        OptionSpec("platform", value: "PLATFORM", "only this platform"),
        OptionSpec("sign", value: "KEY", "sign with this key at once", completion: .dynamic("key")),
      ] + keyOptions,
      arguments: [
        ArgumentSpec("PATH", "a manifest or its folder", arity: .optional, completion: .files)
      ]),
    CommandSpec(
      "import", group: "author", "make a package of a tarball without a manifest",
      options: [
        OptionSpec("publisher", value: "NAME", "the publisher"),
        OptionSpec("as", value: "NAME@VERSION", "what the plugin is called, and its version"),
        OptionSpec("library", value: "PATH", "the library, where there are several"),
        OptionSpec(
          "output", short: "o", value: "DIR", "where the archive is written", completion: .folders),
      ],
      arguments: [ArgumentSpec("FILE", "a .tar.gz, .tar.xz or .tar.zst", completion: .files)]),
    CommandSpec(
      "sign", group: "author", "sign archives",
      options: [
        OptionSpec(
          "key", value: "NAME", "the key; not needed where there is but one",
          completion: .dynamic("key"))
      ]
        + keyOptions,
      arguments: [ArgumentSpec("FILE", "archives", arity: .oneOrMore, completion: .files)]),
    CommandSpec(
      "publish", group: "author", "put signed archives into an index",
      options: indexFolderOptions,
      arguments: [ArgumentSpec("FILE", "signed archives", arity: .oneOrMore, completion: .files)],
      examples: [
        ("publish --to ./index dist/*.tar.zst", "into an index whose folder you may write")
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

  private static let indexFolderOptions: [OptionSpec] = [
    OptionSpec("to", value: "DIR", "the index's folder", completion: .folders),
    OptionSpec(
      "keys", value: "DIR", "the folder of the index's keys; DIR-keys by default",
      completion: .folders),
  ]

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
          "init", "make an index of your own", options: [indexFolderOptions[1]],
          arguments: [
            ArgumentSpec("DIR", "a folder that a web server may serve", completion: .folders)
          ]),
        CommandSpec(
          "build", "make catalog and metadata of an index anew", options: [indexFolderOptions[1]],
          arguments: [ArgumentSpec("DIR", "the index's folder", completion: .folders)]),
        CommandSpec(
          "sign", "sign an index's metadata anew, before it expires",
          options: [indexFolderOptions[1]],
          arguments: [ArgumentSpec("DIR", "the index's folder", completion: .folders)]),
        CommandSpec(
          "check", "check everything in an index as a client would",
          options: [indexFolderOptions[1]],
          arguments: [ArgumentSpec("DIR", "the index's folder", completion: .folders)]),
      ]),
  ]
}
