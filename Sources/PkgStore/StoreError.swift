internal import Files
public import PkgCore

/// What the store finds wrong with itself or with the host's folders.
public enum StoreError: Error, Sendable, Equatable {
  /// Another process holds the instance's lock.
  case locked(host: String)
  /// Other processes are changing the store, whichever instance of it.
  case storeLocked
  /// A generation's manifest is missing or can't be read.
  case generationDamaged(path: String)
  /// A generation's manifest is of a schema that this program does not know.
  case generationNewer(path: String)
  /// No generation of an instance is whole, so there is none to go back to.
  case nothingWhole(host: String, folder: String)
  /// `current` names no generation.
  case currentDamaged(path: String)
  /// A tree that a generation names is missing.
  case treeMissing(plugin: String, path: String)
  /// Something that is not ours stands where a plugin's name must be; perhaps that of another instance,
  /// whose folder is given.
  case nameTaken(path: String, by: String?)
  /// The trust memory is gone by which the live generation was made.
  case trustLost(path: String)
  /// A generation is live, but may not be on the disk, or the host's folder not follow it yet.
  case unfinished(host: String, generation: Int64, cause: Diagnostic)
  /// Two plugins would put the same name into the host's view.
  case sameName(String, first: String, second: String)
  /// A plugin's name would lead out of the host's folder.
  case unsafeName(String, plugin: String)
}

extension StoreError: Diagnosable {
  /// `system.locked`, `schema.unknown`, `store.damaged`, `store.conflict`, `trust.missing` or
  /// `change.unfinished`.
  public var diagnostic: Diagnostic {
    switch self {
    case .locked(let host):
      Diagnostic(
        .systemLocked, "another process is changing the plugins of `\(host)`",
        hint: "wait for it, or say how long with `--wait SECONDS`")
    case .storeLocked:
      Diagnostic(
        .systemLocked, "another process is changing what is installed",
        hint: "wait for it, or say how long with `--wait SECONDS`")
    case .generationDamaged(let path):
      Diagnostic(
        .storeDamaged, "`\(path)` can't be read as a generation",
        hint: "run `plugctl recover`, which goes back to the newest generation that is whole")
    case .generationNewer(let path):
      Diagnostic(
        .schemaUnknown, "`\(path)` was written by a newer plugctl", hint: "install that one again")
    case .nothingWhole(let host, let folder):
      Diagnostic(
        .storeDamaged, "no generation of `\(host)` in `\(folder)` is whole",
        hint: "restore the folder from a backup, or remove it and install again")
    case .currentDamaged(let path):
      Diagnostic(.storeDamaged, "`\(path)` names no generation", hint: "run `plugctl recover`")
    case .treeMissing(let plugin, let path):
      Diagnostic(
        .storeDamaged, "the files of `\(plugin)` are missing at `\(path)`",
        hint: "run `plugctl install \(plugin)` again")
    case .nameTaken(let path, let other?):
      Diagnostic(
        .storeConflict, "`\(path)` was put there for the host `\(hostName(other))`",
        notes: ["what it has is in `\(printable(other))`"],
        hint:
          "remove the plugin from `\(hostName(other))` first, or install with `--into` another folder"
      )
    case .nameTaken(let path, nil):
      Diagnostic(
        .storeConflict, "`\(path)` is there already and was not put there by plugctl",
        hint:
          "move it away, or install with `--into` another folder; where it took the place of a plugin that is installed, `plugctl repair` moves it"
      )
    case .trustLost(let path):
      Diagnostic(
        .trustMissing, "what was known of publishers and indexes is gone from `\(path)`",
        hint:
          "restore that folder from a backup, or begin it anew from what is installed: `plugctl recover --trust`"
      )
    case .unfinished(let host, let generation, let cause):
      Diagnostic(
        .changeUnfinished,
        "generation \(generation) of `\(host)` is live, but a power cut may still take it back",
        notes: [cause.message] + cause.notes,
        hint: "mend what the notes say, then run `plugctl recover`", details: cause.details)
    case .sameName(let name, let first, let second):
      Diagnostic(
        .storeConflict, "`\(first)` and `\(second)` would both be `\(name)` for the host",
        hint: first == second ? "tell its publisher" : "remove one of them first")
    case .unsafeName(let name, let plugin):
      Diagnostic(
        .packageInvalid,
        "`\(plugin)` would be `\(printable(name))` for the host, which is no plain name",
        hint: "look at the host's profile and at the plugin's type")
    }
  }
}

/// The id of another instance, from a link that anybody may have made.
private func hostName(_ folder: String) -> String { printable(FileSystem.baseName(of: folder)) }
