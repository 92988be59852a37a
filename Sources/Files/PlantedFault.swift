#if PLANTED_FAULTS
  internal import Glibc
  internal import PkgCore

  /// Faults that only the builds of `scripts/test faults --planted` have: a run that finds none of them would
  /// find no real one either.
  enum PlantedFault: String {
    /// Files are not synced.
    case noSync = "no-sync"
    /// Folders are not synced.
    case noFolderSync = "no-folder-sync"
    /// Only the folders of payload are not synced: ext4 and xfs have them in the same journal as what is synced
    /// later, btrfs does not.
    case noPayloadFolderSync = "no-payload-folder-sync"
    /// What a rename replaces is taken away or emptied first.
    case inPlace = "in-place"

    static let chosen = Machine.environment("PLUGCTL_PLANTED_FAULT").flatMap(PlantedFault.init)

    static func leavesOutSync(of kind: FileStatus.Kind, at path: String) -> Bool {
      switch chosen {
      case .noSync: kind == .file
      case .noFolderSync: kind == .folder
      case .noPayloadFolderSync:
        kind == .folder && (path.holds("/trees") || path.holds("/gens"))
      case .inPlace, nil: false
      }
    }

    static func spoil(_ path: String) {
      guard chosen == .inPlace, let status = try? FileSystem.status(path) else { return }
      if status.kind == .link { _ = unlink(path) }
      if status.kind == .file { _ = truncate(path, 0) }
    }
  }
#endif
