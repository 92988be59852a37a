internal import CommandLineKit

/// Commands of those who write plugins.
extension CommandTable {
  static let writingCommands: [CommandSpec] = [
    CommandSpec(
      "init", group: "author", "begin a plugin: write a manifest, or a whole project",
      discussion: [
        "With --template the project builds, packs and passes `plugctl test` as it is. Nothing that is there is overwritten."
      ],
      options: [
        OptionSpec(
          "template", value: "NAME",
          "the language: c, cpp, go, rust, swift; go-plugin for Go's own plugins",
          completion: .words(["c", "cpp", "go", "go-plugin", "rust", "swift"])),
        OptionSpec("publisher", value: "NAME", "the publisher"),
        OptionSpec("name", value: "NAME", "the plugin; the folder's name by default"),
      ],
      arguments: [
        ArgumentSpec("DIR", "the plugin's folder", arity: .optional, completion: .folders)
      ],
      examples: [
        ("init hello --template c --host plug --publisher me", "a plugin in C, in the folder hello")
      ]),
    CommandSpec(
      "build", group: "author", "build plugins by the command that their manifests name",
      discussion: [
        "The command runs in the manifest's folder, confined: it writes only there, reaches no network and reads no keys. Names are looked for in manifests here and below."
      ],
      options: [
        OptionSpec("all", "every manifest here and below, in the order of dependencies"),
        OptionSpec("no-sandbox", "let the command do all that you may do"),
        OptionSpec("timeout", value: "SECS", "the longest that one command may take; 3600"),
        OptionSpec(
          "discover", value: "DIR",
          "sources in a folder and right below it: list them, or build what changed where that is allowed",
          completion: .folders),
        OptionSpec("allow", "with --discover: build from this folder, now and later"),
        OptionSpec("forget", "with --discover: allow that no more"),
        OptionSpec(
          "output", short: "o", value: "DIR",
          "with --discover: where libraries are put; bin/plugins by default", completion: .folders),
        OptionSpec(
          "publisher", value: "NAME",
          "with --discover: whose plugins they are where nothing says it; local by default"),
        OptionSpec("force", "with --discover: build also what did not change"),
        OptionSpec("dry-run", short: "n", "with --discover: only list"),
      ],
      arguments: [
        ArgumentSpec(
          "FOLDER|NAME", "plugins; the one here by default", arity: .any, completion: .folders)
      ],
      examples: [
        ("build --all", "all plugins of a checkout"), ("build vector", "one of them, by its name"),
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
  ]
}
