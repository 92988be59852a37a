internal import CommandLineKit

extension CommandTable {
  static let noSaveOption = OptionSpec(
    "no-save", "in a project: leave plugctl.yaml and plugctl.lock as they are")

  /// What commands that follow a lock file may be told about it.
  static let lockOptions: [OptionSpec] = [
    OptionSpec("locked", "refuse where plugctl.lock does not fit plugctl.yaml"),
    OptionSpec("frozen", "take plugctl.lock as it is and ask no index for news"),
  ]

  private static let group = "work on a project"

  static let projectCommands: [CommandSpec] = [
    CommandSpec(
      "sync", group: group, "make the host what the project's files say",
      discussion: [
        "What plugctl.lock names is installed in exactly those versions; what the project neither wants nor needs is removed. Where the lock is missing or does not fit plugctl.yaml, it is made first.",
        "Folders that were chosen with `--into` are left alone.",
      ],
      options: changeOptions + choiceOptions + lockOptions,
      examples: [
        ("sync", "after a checkout, or once plugctl.yaml was edited"),
        ("sync --dry-run", "what would change"),
        ("sync --frozen", "in continuous integration: exactly the lock"),
      ]),
    CommandSpec(
      "lock", group: group, "write the project's exact versions into plugctl.lock",
      discussion: [
        "Versions that are locked stay where they fit; so do installed ones. The same versions must work on this machine and on every target of plugctl.yaml."
      ],
      options: [
        changeOptions[0],
        OptionSpec("check", "write nothing; exit with 20 where the lock does not fit plugctl.yaml"),
        OptionSpec("upgrade", "take the newest versions: of the named plugins, else of all"),
      ] + choiceOptions,
      arguments: [
        ArgumentSpec("NAME", "plugins to upgrade", arity: .any, completion: .dynamic("installed"))
      ]),
    CommandSpec(
      "diff", group: group, "show how what is installed differs from the project's files",
      options: [OptionSpec("exit-code", "exit with 20 where anything differs")]),
  ]
}
