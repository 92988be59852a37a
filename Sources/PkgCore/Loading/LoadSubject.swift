/// What is to be tested: one plugin's file, and what surrounds it in its host.
public struct LoadSubject: Sendable, Equatable {
  /// How a person calls it; used in messages.
  public var name: String
  /// The path that the host will get.
  public var file: String
  /// Libraries that the host loads before and whose symbols the plugin may use, in order: for
  /// nginx's set-misc the development kit.
  public var modules: [String]
  /// Other plugins that are loaded before, in order; nobody sees their symbols.
  public var neighbours: [String]
  /// What the manifest says of the file; nil where there is none.
  public var declared: DeclaredFile?
  /// The file of the version that is installed now, to compare exports with from level 4 on; nil
  /// where none is.
  public var previous: String?
  /// The host's own command; nil where the profile has none.
  public var probe: HostProbe?
  /// What the manifest says of the plugin; nil where there is none.
  public var manifest: DeclaredPlugin?

  /// A file alone.
  public init(
    name: String, file: String, modules: [String] = [], neighbours: [String] = [],
    declared: DeclaredFile? = nil, probe: HostProbe? = nil
  ) {
    self.name = name
    self.file = file
    self.modules = modules
    self.neighbours = neighbours
    self.declared = declared
    self.previous = nil
    self.probe = probe
  }

  /// A plugin as its manifest declares it, as far as it shows when the plugin is called.
  public struct DeclaredPlugin: Sendable, Equatable {
    /// `publisher/name`.
    public var id: String
    /// Its version.
    public var version: String
    /// Its example configuration; nil where it has none, or one that is no JSON.
    public var configExample: JSON?
    /// The words of its permissions: network, spawn, write.
    public var permissions: Set<String>

    /// A declaration of these parts.
    public init(id: String, version: String, configExample: JSON?, permissions: Set<String>) {
      self.id = id
      self.version = version
      self.configExample = configExample
      self.permissions = permissions
    }
  }

  /// A file as its manifest declares it, beside the digest of the bytes that are there.
  public struct DeclaredFile: Sendable, Equatable {
    /// The size in bytes by the manifest.
    public var size: Int
    /// The SHA-256 by the manifest.
    public var digest: SHA256Digest
    /// The SHA-256 of the file, computed by the caller; nil to compare the size only.
    public var found: SHA256Digest?

    /// A declaration of these parts.
    public init(size: Int, digest: SHA256Digest, found: SHA256Digest?) {
      self.size = size
      self.digest = digest
      self.found = found
    }
  }
}

/// A command of the host that loads the plugin and says whether it likes it. All placeholders are
/// replaced; it runs with limits, without a shell and without a network.
public struct HostProbe: Sendable, Equatable {
  /// The program and its arguments; at least one.
  public var argv: [String]
  /// The whole environment, as `NAME=VALUE`.
  public var environment: [String]
  /// Where it runs.
  public var workingDirectory: String
  /// The folders that it may write to; empty for anywhere that its user may.
  public var writableFolders: [String]
  /// Wall time.
  public var timeoutMilliseconds: Int
  /// The exit code of success.
  public var okExitCode: Int32
  /// An extended regular expression; where the output matches, the probe failed, whatever the exit
  /// code. The first group is the message.
  public var failRegex: String?
  /// An extended regular expression that standard output must match.
  public var okRegex: String?

  /// A probe that succeeds with exit code 0.
  public init(
    argv: [String], environment: [String] = ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8"],
    workingDirectory: String = "/", writableFolders: [String] = [],
    timeoutMilliseconds: Int = 10_000, okExitCode: Int32 = 0, failRegex: String? = nil,
    okRegex: String? = nil
  ) {
    self.argv = argv
    self.environment = environment
    self.workingDirectory = workingDirectory
    self.writableFolders = writableFolders
    self.timeoutMilliseconds = timeoutMilliseconds
    self.okExitCode = okExitCode
    self.failRegex = failRegex
    self.okRegex = okRegex
  }
}
