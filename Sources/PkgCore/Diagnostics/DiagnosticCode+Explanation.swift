extension DiagnosticCode {
  /// What the code means and what to do, for `plugctl explain` and `docs/errors.md`.
  public var explanation: String {
    switch self {
    case .usageUnknownCommand: "There is no command of this name. `plugctl --help` lists all."
    case .usageUnknownOption:
      "The command has no such option. Its `--help` lists those that it has."
    case .usageMissingValue: "The option needs a value after it, or after `=`."
    case .usageInvalidValue: "The value is none that the option or argument takes."
    case .usageMissingArgument: "The command needs an argument that was not given."
    case .usageUnexpectedArgument: "The command takes fewer arguments than were given."
    case .usageConflict: "Options were given that exclude each other, or one of them twice."
    case .systemCall: "The operating system refused a call. The note has its name and reason."
    case .systemPermission:
      "This user may not read or write the path. Another scope (`--scope user`) may do."
    case .systemReadOnly: "The path lies on a file system that can't be written."
    case .systemNoSpace:
      "The disk or the quota is full. Nothing was changed; free some space and run the command again."
    case .systemNotFound: "A file or folder that was named does not exist."
    case .systemTooLarge:
      "The file is larger than any file of its kind may be. It is probably another file than was meant."
    case .systemLocked:
      "Another plugctl is changing the same host or project. Wait for it, or say how long with `--wait`."
    case .systemInterrupted:
      "The command was interrupted. What it had begun is undone or was done to its end."
    case .systemChildFailed: "A helper process, such as the unpacking one, broke off."
    case .nameInvalid:
      "Names are `publisher/name`, each of a-z, 0-9, `_` and `-`, at most 64 letters; `-` and `_` count as one letter."
    case .nameAmbiguous:
      "The name means more than one plugin, or two indexes have it. Write the full name, or remove an index."
    case .versionInvalid:
      "Versions are three numbers, with an optional pre-release, as SemVer 2.0 has them."
    case .rangeInvalid:
      "Ranges are written `^1.2`, `~1.2`, `>=1 <3`, `=1.2.3`, `1.x`, `*` or `a || b`."
    case .jsonInvalid: "The bytes are not JSON as RFC 8259 has it. Line and column say where."
    case .yamlInvalid:
      "The text is not YAML that we read: no aliases, no duplicate keys, one document. Line and column say where."
    case .schemaUnknown:
      "The file is of a newer schema than this plugctl knows. Install a newer plugctl."
    case .manifestInvalid: "The plugin's manifest has faults; each is listed with line and column."
    case .manifestExists:
      "A file that would be written is there already. Nothing is overwritten, and nothing was written."
    case .buildNone:
      "The manifest has no `build: { command: [...] }`, so plugctl does not know how the plugin is built."
    case .buildFailed:
      "The command of the manifest's `build` failed; what it said stands before the error."
    case .buildTimeout:
      "The command of the manifest's `build` did not end in time, and was ended with all that it had started."
    case .buildLibrary:
      "The command of the manifest's `build` succeeded, and the library that the manifest names is missing or is for another platform."
    case .buildSandbox:
      "This system can't confine a build to its folder. `--no-sandbox` builds without."
    case .buildDiscovery:
      "Nobody allowed that plugins are built from this folder's sources. Commands of a folder run only once you said so, with `--allow`."
    case .profileInvalid: "A host profile has faults, or lacks what the command needs."
    case .profileUnapproved:
      "A profile that came with a project runs no command until you have looked at it: `plugctl host approve`. A changed file must be approved anew."
    case .configInvalid: "A configuration file has faults; each is listed with line and column."
    case .packageInvalid:
      "The package, or what shall become one, is not as `docs/formats.md` has it."
    case .packageTooLarge:
      "The archive is beyond the limits of `docs/formats.md`, packed or unpacked."
    case .elfInvalid: "The file is no ELF object that the dynamic loader could read."
    case .keyInvalid: "The file or text is no key in minisign's format."
    case .keyWeak: "The key is one with which signatures can be forged. It is never accepted."
    case .keyNotFound: "There is no key of this name, or none to sign with."
    case .keyPassphrase:
      "The secret key is encrypted, and the passphrase is missing or wrong; or a new one is empty."
    case .keyRevoked: "The key was revoked here; nothing that it signed is accepted."
    case .keyUntrusted:
      "The file is signed by a key that you don't trust. If you know whose it is, `plugctl key trust` it."
    case .keyExists: "There is a key of this name. Keys are never overwritten."
    case .signatureInvalid:
      "The signature does not fit the file, or is by another key than it must be."
    case .signatureMissing: "The file has no signature beside it."
    case .trustSignature:
      "The index's metadata is not signed by enough of the keys that its root names. Somebody may have altered it."
    case .trustStale:
      "The index's timestamp is past its term and is used all the same, because of `--offline` or `--max-age`. Root, targets and publishers are never used past theirs."
    case .trustExpired:
      "The index's metadata is past its end. Its operator must sign it anew; what you got may be held back by somebody."
    case .trustRollback:
      "The index offers older metadata than it did before. Somebody may be holding back news."
    case .trustMismatch: "A file of the index is not the one that its metadata lists."
    case .trustMalformed: "The index's metadata is not as The Update Framework has it."
    case .trustMissing:
      "What was trusted of the index is gone from the trust memory. It is never trusted anew by itself: restore it, or add the index again."
    case .trustClock: "This machine's clock is behind the time at which the metadata was signed."
    case .trustConfirmation:
      "A key or an index must be confirmed by a person, or by its fingerprint with `--trust`. `--yes` does not do."
    case .indexUnknown: "There is no index of this name, or no index in this folder."
    case .indexNone: "No index is known here. Add one with `plugctl index add URL`."
    case .indexExists: "There is an index of this name, URL or folder already."
    case .indexInvalid: "A file of the index can't be read, or `index check` found faults."
    case .indexImmutable:
      "The version is published already with other content. Versions never change; publish a higher one."
    case .bundleInvalid:
      "The file is not what `plugctl bundle create` writes, or was damaged on its way. Nothing was changed."
    case .advisoryUnknown: "The index has no advisory of this id."
    case .indexSubmission:
      "What a publisher sent does not follow from the index and its archives, or is not signed by its role. Nothing was taken in."
    case .archiveMismatch:
      "The archive is not the one that the index lists or that its signature names."
    case .archiveUnsafe:
      "The archive holds an entry that no package may have, or that is not as signed. Don't use it."
    case .archiveTruncated: "The archive is cut off, damaged, or no tar archive."
    case .networkUnreachable: "The server can't be reached. The note has the reason."
    case .networkStatus: "The server answered with an error."
    case .networkTimeout: "The server was too slow, or silent."
    case .networkTooLarge: "The server sent more than it may."
    case .networkRefused:
      "The URL, or a redirect, uses a protocol that is not allowed there. http is allowed on this machine only."
    case .networkOffline:
      "Without a network the answer is not on disk. Run the command once without `--offline`."
    case .networkLibrary: "libcurl is not installed; the Debian package is `libcurl4`."
    case .networkCredentials:
      "The server or the proxy wants a login, another one, or it would go over the network unencrypted."
    case .networkMirror:
      "A server of the index did not answer, or not with what the index's metadata lists. Another one was used; who runs the index should know."
    case .pluginUnknown: "No index has a plugin of this name."
    case .pluginNotInstalled: "The plugin is not installed in this scope."
    case .pluginElsewhere:
      "Another scope has the plugin already, and the host sees it there. It is changed in that scope only."
    case .pluginFileNotOwned: "The file belongs to no plugin that was installed in this scope."
    case .versionUnknown: "The plugin has no such version."
    case .versionYanked:
      "The version was taken back by its publisher. It is chosen only where it is asked for by its number."
    case .versionDeprecated:
      "Its publisher says that the version should not be used any more, and what to use instead."
    case .versionWithdrawn: "The version was withdrawn as harmful. It is refused on every way."
    case .solveLimit:
      "The dependencies are so entangled that it was not found out whether any versions fit together. Narrow the request."
    case .solveConflict:
      "No set of versions fits everything that is asked for. The notes say what stands against it."
    case .solveRequired: "Other installed plugins need what would be removed."
    case .solveDowngrade:
      "A version below the installed one is never taken by itself; `--allow-downgrade` asks for it."
    case .solvePinned:
      "A pin holds the plugin at other versions. `plugctl unpin` lets it move."
    case .planInvalid: "The file is not a plan that this plugctl can carry out."
    case .planStale:
      "What is installed, or what the indexes offer, is not what it was when the plan was made. Make it anew."
    case .incompatiblePlatform:
      "The plugin was not built for this machine's platform or architecture."
    case .incompatibleGlibc: "The plugin needs a newer C library than this system has."
    case .incompatibleLibstdcxx: "The plugin needs a newer C++ library than this system has."
    case .incompatibleProcessor:
      "The plugin uses instructions that this machine's processor does not have, such as AVX."
    case .incompatibleHost: "The plugin does not fit the host, or its version."
    case .incompatibleAbi:
      "The plugin was built for another ABI number or build of the host; the note names the difference."
    case .hostUnknown: "There is no profile of this host. `plugctl host list` names all."
    case .hostExists: "There is a host of this name already."
    case .hostRunning:
      "The host's profile says that its plugins change only while it does not run. Stop it, or let `--wait` wait for that."
    case .hostAmbiguous: "Several hosts are possible; name one with `--host`."
    case .instanceAmbiguous:
      "The plugin is installed in several folders. Name one with `--into`; `plugctl list` shows them."
    case .instanceUnknown:
      "`--host NAME@DIGEST` names a folder that was chosen with `--into`, and there is none of that name in this scope. `plugctl list` shows the names."
    case .hostNotFound: "The host is not installed on this machine."
    case .hostInUse:
      "Processes still use the former version of a plugin after the time that `--wait-unmapped` gave them. The change itself is done; what runs goes on with the old code until it ends or reloads."
    case .hostUnseen:
      "Which files a process of another user has mapped is for that user and root to see. What such processes use is not listed, and the collection of garbage can't spare it."
    case .hostReload:
      "The running host refused to reload, or ended, when it was told of a change. What was installed before is live again, as a new generation; the host's own log says why it refused."
    case .generationUnknown:
      "There is no generation of this number on disk. `plugctl history` lists all."
    case .storeUnverified:
      "The store of a project was filled by somebody else, or on another machine: it came with a checkout or a copy. Nothing in it is believed; `plugctl sync` installs what the project's files say, from indexes that you trust, and uses again what proves to be the same."
    case .storeDamaged:
      "A file of plugctl's own store is missing or damaged. The hint says how to mend it."
    case .storeConflict:
      "Two plugins, two hosts with one folder, or a plugin and a file that plugctl did not put there, would have the same name for the host."
    case .changeUnfinished:
      "The new set is live, but a step after the switch failed. The notes say which; what it means for the set, the message says."
    case .loadFailed:
      "The load test found that the host could not load the plugin. Nothing was changed."
    case .loadCrashed:
      "The plugin crashed while it was loaded, in a process of its own. Nothing was changed."
    case .loadTimeout:
      "The plugin did not load in time, in a process of its own. Nothing was changed."
    case .loadHarness: "The load test itself could not be carried out."
    case .policyUnsigned:
      "Plugins must be signed by their publisher, but for exceptions that `policy.yaml` names with a reason and an end."
    case .policyKey:
      "A policy names the keys by which the publisher's plugins may be signed, and this is none of them."
    case .policyPublisher:
      "Neither the index nor you vouch for the publisher, and the policy takes trusted publishers only."
    case .policyScanner:
      "A scanner that the policy names found something, or could not look. Nothing was changed."
    case .projectUntrusted:
      "The project's folder, its plugctl.yaml or its store belongs to somebody else, or others can write it. It counts only where it is yours, and as root where it is root's."
    case .projectInvalid:
      "plugctl.yaml can't be read; the notes give line, column and fault."
    case .projectForm:
      "plugctl.yaml is written in a form that plugctl can't change without touching more than it should. Nothing was changed. Edit it by hand, or add `--no-save`."
    case .projectUnsaved:
      "A plugin came from a file or URL. No index has it for others, so the project's files don't name it, and `plugctl sync` would remove it."
    case .projectBehind:
      "`plugctl rollback` changed what is live here and leaves the project's files, which others share. `plugctl sync` follows them again."
    case .lockInvalid: "plugctl.lock is not what plugctl writes."
    case .lockConflict:
      "plugctl.lock or plugctl.yaml holds the marks of a merge that was not finished."
    case .lockStale:
      "plugctl.lock does not fit plugctl.yaml, and the command was told not to change it."
    case .lockMismatch:
      "What the index offers, or what is installed, is not what plugctl.lock says: other bytes or another publisher's key."
    case .confirmationNeeded: "A question must be answered and nobody can be asked."
    case .findings: "The command found something, and was asked to fail then."
    case .internalBug: "A defect in plugctl. Please report it with the command that you ran."
    }
  }
}
