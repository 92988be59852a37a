/// What kind of failure a code belongs to; the program maps each kind to one exit code.
public enum FailureCategory: String, Sendable, CaseIterable {
  /// Anything without a kind of its own.
  case failed
  /// The command line itself is wrong.
  case usage
  /// What was asked for is not known.
  case notFound
  /// Known, but no set of versions fits together.
  case noSolution
  /// Bytes, signatures or hashes are not what they must be.
  case integrity
  /// A server, the network, or a cache that lacks what offline work needs.
  case network
  /// Architecture, C library or host do not fit.
  case incompatible
  /// A load test found an error.
  case loadTestFailed
  /// A load test crashed or did not end.
  case loadTestCrashed
  /// Another process holds the lock.
  case locked
  /// The system refuses: permission, read-only.
  case permission
  /// Our own rules refuse: yanked, unsigned, pinned.
  case policy
  /// A file that a person wrote, or a package, is not valid.
  case invalidInput
  /// A question must be answered and nobody can be asked.
  case needsConfirmation
  /// Findings, where the caller asked to fail on them.
  case findings
  /// A defect in plugctl.
  case bug
  /// Ended by SIGINT.
  case interrupted
}

/// Every code that a diagnostic can bear. Codes are never renamed and never reused;
/// `docs/errors.md` explains each, and a test keeps the two equal.
public enum DiagnosticCode: String, Sendable, CaseIterable {
  // command line
  case usageUnknownCommand = "usage.unknown-command"
  case usageUnknownOption = "usage.unknown-option"
  case usageMissingValue = "usage.missing-value"
  case usageInvalidValue = "usage.invalid-value"
  case usageMissingArgument = "usage.missing-argument"
  case usageUnexpectedArgument = "usage.unexpected-argument"
  case usageConflict = "usage.conflict"
  // system
  case systemCall = "system.call"
  case systemPermission = "system.permission"
  case systemReadOnly = "system.read-only"
  case systemNoSpace = "system.no-space"
  case systemNotFound = "system.not-found"
  case systemTooLarge = "system.too-large"
  case systemLocked = "system.locked"
  case systemInterrupted = "system.interrupted"
  case systemChildFailed = "system.child-failed"
  // names, versions, text
  case nameInvalid = "name.invalid"
  case nameAmbiguous = "name.ambiguous"
  case versionInvalid = "version.invalid"
  case rangeInvalid = "range.invalid"
  case jsonInvalid = "json.invalid"
  case yamlInvalid = "yaml.invalid"
  case schemaUnknown = "schema.unknown"
  // authored files
  case manifestInvalid = "manifest.invalid"
  case manifestExists = "manifest.exists"
  case profileInvalid = "profile.invalid"
  case profileUnapproved = "profile.unapproved"
  case configInvalid = "config.invalid"
  case packageInvalid = "package.invalid"
  case packageTooLarge = "package.too-large"
  case elfInvalid = "elf.invalid"
  // building
  case buildNone = "build.none"
  case buildFailed = "build.failed"
  case buildTimeout = "build.timeout"
  case buildLibrary = "build.library"
  case buildSandbox = "build.sandbox"
  case buildDiscovery = "build.discovery"
  // projects
  case projectInvalid = "project.invalid"
  case projectForm = "project.form"
  case projectUnsaved = "project.unsaved"
  case projectBehind = "project.behind"
  case lockInvalid = "lock.invalid"
  case lockConflict = "lock.conflict"
  case lockStale = "lock.stale"
  case lockMismatch = "lock.mismatch"
  // keys and signatures
  case keyInvalid = "key.invalid"
  case keyWeak = "key.weak"
  case keyNotFound = "key.not-found"
  case keyPassphrase = "key.passphrase"
  case keyRevoked = "key.revoked"
  case keyUntrusted = "key.untrusted"
  case keyExists = "key.exists"
  case signatureInvalid = "signature.invalid"
  case signatureMissing = "signature.missing"
  // trusted metadata
  case trustSignature = "trust.signature"
  case trustExpired = "trust.expired"
  case trustStale = "trust.stale"
  case trustRollback = "trust.rollback"
  case trustMismatch = "trust.mismatch"
  case trustMalformed = "trust.malformed"
  case trustMissing = "trust.missing"
  case trustClock = "trust.clock"
  case trustConfirmation = "trust.confirmation"
  // index
  case indexUnknown = "index.unknown"
  case indexNone = "index.none"
  case indexExists = "index.exists"
  case indexInvalid = "index.invalid"
  case indexImmutable = "index.immutable"
  case indexSubmission = "index.submission"
  case bundleInvalid = "bundle.invalid"
  case advisoryUnknown = "advisory.unknown"
  case archiveMismatch = "archive.mismatch"
  case archiveUnsafe = "archive.unsafe"
  case archiveTruncated = "archive.truncated"
  // network
  case networkUnreachable = "network.unreachable"
  case networkStatus = "network.status"
  case networkTimeout = "network.timeout"
  case networkTooLarge = "network.too-large"
  case networkRefused = "network.refused"
  case networkOffline = "network.offline"
  case networkLibrary = "network.library"
  case networkCredentials = "network.credentials"
  case networkMirror = "network.mirror"
  // resolution
  case pluginUnknown = "plugin.unknown"
  case pluginNotInstalled = "plugin.not-installed"
  case pluginElsewhere = "plugin.elsewhere"
  case pluginFileNotOwned = "plugin.file-not-owned"
  case versionUnknown = "version.unknown"
  case versionYanked = "version.yanked"
  case versionDeprecated = "version.deprecated"
  case versionWithdrawn = "version.withdrawn"
  case solveConflict = "solve.conflict"
  case solveLimit = "solve.limit"
  case solveRequired = "solve.required"
  case solveDowngrade = "solve.downgrade"
  case solvePinned = "solve.pinned"
  case planInvalid = "plan.invalid"
  case planStale = "plan.stale"
  case incompatiblePlatform = "incompatible.platform"
  case incompatibleGlibc = "incompatible.glibc"
  case incompatibleLibstdcxx = "incompatible.libstdcxx"
  case incompatibleProcessor = "incompatible.processor"
  case incompatibleHost = "incompatible.host"
  case incompatibleAbi = "incompatible.abi"
  // hosts and store
  case hostUnknown = "host.unknown"
  case hostExists = "host.exists"
  case hostRunning = "host.running"
  case hostAmbiguous = "host.ambiguous"
  case hostNotFound = "host.not-found"
  case instanceAmbiguous = "instance.ambiguous"
  case instanceUnknown = "instance.unknown"
  case hostReload = "host.reload"
  case hostUnseen = "host.unseen"
  case hostInUse = "host.in-use"
  case storeDamaged = "store.damaged"
  case storeUnverified = "store.unverified"
  case generationUnknown = "generation.unknown"
  case storeConflict = "store.conflict"
  case changeUnfinished = "change.unfinished"
  // load tests
  case loadFailed = "load.failed"
  case loadCrashed = "load.crashed"
  case loadTimeout = "load.timeout"
  case loadHarness = "load.harness"
  // policy
  case policyUnsigned = "policy.unsigned"
  case policyKey = "policy.key"
  case policyPublisher = "policy.publisher"
  case policyScanner = "policy.scanner"
  case projectUntrusted = "project.untrusted"
  case confirmationNeeded = "confirmation.needed"
  case findings = "findings"
  case internalBug = "internal.bug"

  /// The kind of failure, from which the exit code follows.
  public var category: FailureCategory {
    switch self {
    case .usageUnknownCommand, .usageUnknownOption, .usageMissingValue, .usageInvalidValue,
      .usageMissingArgument, .usageUnexpectedArgument, .usageConflict, .nameInvalid, .rangeInvalid,
      .versionInvalid:
      .usage
    case .systemPermission, .systemReadOnly: .permission
    case .systemLocked, .hostRunning: .locked
    case .systemInterrupted: .interrupted
    case .systemCall, .systemNoSpace, .systemChildFailed, .networkLibrary, .hostReload, .hostUnseen,
      .hostInUse, .hostExists, .storeConflict, .changeUnfinished, .loadHarness, .keyExists,
      .indexExists, .buildFailed, .buildTimeout, .buildLibrary, .buildSandbox,
      .projectUnsaved,
      .projectBehind:
      .failed
    case .systemNotFound, .generationUnknown, .pluginUnknown, .pluginNotInstalled, .pluginElsewhere,
      .pluginFileNotOwned, .versionUnknown,
      .hostUnknown, .hostNotFound, .hostAmbiguous, .instanceAmbiguous, .instanceUnknown,
      .indexUnknown, .indexNone,
      .keyNotFound, .advisoryUnknown,
      .nameAmbiguous:
      .notFound
    case .systemTooLarge, .jsonInvalid, .yamlInvalid, .schemaUnknown, .planInvalid,
      .manifestInvalid, .manifestExists, .buildNone,
      .profileInvalid,
      .configInvalid, .packageInvalid, .packageTooLarge, .elfInvalid, .indexInvalid, .keyInvalid,
      .keyPassphrase, .indexImmutable, .indexSubmission, .bundleInvalid, .projectInvalid,
      .projectForm,
      .lockInvalid, .lockConflict:
      .invalidInput
    case .keyWeak, .keyRevoked, .signatureInvalid, .signatureMissing, .trustSignature,
      .trustExpired, .trustStale, .trustRollback, .trustMismatch, .trustMalformed, .trustMissing,
      .trustClock,
      .archiveMismatch, .archiveUnsafe, .archiveTruncated, .storeDamaged, .storeUnverified,
      .lockMismatch:
      .integrity
    case .networkUnreachable, .networkStatus, .networkTimeout, .networkTooLarge, .networkRefused,
      .networkOffline, .networkCredentials, .networkMirror:
      .network
    case .solveConflict, .solveRequired, .solveLimit: .noSolution
    case .incompatiblePlatform, .incompatibleGlibc, .incompatibleLibstdcxx, .incompatibleProcessor,
      .incompatibleHost, .incompatibleAbi:
      .incompatible
    case .loadFailed: .loadTestFailed
    case .loadCrashed, .loadTimeout: .loadTestCrashed
    case .buildDiscovery, .versionYanked, .versionDeprecated, .versionWithdrawn, .solvePinned,
      .planStale,
      .policyUnsigned, .policyKey, .policyPublisher, .policyScanner,
      .projectUntrusted, .profileUnapproved,
      .keyUntrusted,
      .solveDowngrade, .lockStale:
      .policy
    case .trustConfirmation, .confirmationNeeded: .needsConfirmation
    case .findings: .findings
    case .internalBug: .bug
    }
  }
}
