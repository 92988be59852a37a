import Files
import PkgCore
import TestSupport

/// A PostgreSQL of a user's own: a copy of Debian's below the user's home, which finds its folders from where
/// its program lies, and a cluster with a private socket. PostgreSQL is not run by root, so for root
/// another user runs it.
final class PrivatePostgres {
  static let version = "15"

  let user: Sandbox
  let program: String
  private let prefix: String
  private let cluster: TestFolder

  init(_ user: Sandbox) throws {
    self.user = user
    prefix = "\(user.home)/pg/usr"
    cluster = try TestFolder("pg")
    for folder in ["lib/postgresql", "share/postgresql"] {
      try FileSystem.makeFolders("\(prefix)/\(folder)")
      try user.run(
        ["cp", "-a", "--reflink=auto", "/usr/\(folder)/\(Self.version)", "\(prefix)/\(folder)/"]
      ).succeeded()
    }
    program = "\(prefix)/lib/postgresql/\(Self.version)/bin/postgres"
    // Who runs the server walks through the home.
    for folder in [user.folder.path, user.home, cluster.path] {
      try FileSystem.setMode(folder, 0o755)
    }
    if Machine.isRoot { try user.run(["chown", "nobody:nogroup", cluster.path]).succeeded() }
    try owner([
      tool("initdb"), "-D", data, "-A", "trust", "-U", "tester", "--no-sync", "--locale=C",
    ])
    .succeeded()
  }

  deinit { _ = try? stop(mode: "immediate") }

  var libraries: String { "\(prefix)/lib/postgresql/\(Self.version)/lib" }
  var extensions: String { "\(prefix)/share/postgresql/\(Self.version)/extension" }
  /// Where its socket lies.
  var socketFolder: String { cluster.path }
  private var data: String { "\(cluster.path)/data" }

  /// Starts the server.
  ///
  /// - Parameter options: as the server takes them.
  @discardableResult
  func start(_ options: String = "") throws -> Outcome {
    try owner([
      tool("pg_ctl"), "-D", data, "-w", "-t", "30", "-l", "\(cluster.path)/log", "-o",
      "-k \(cluster.path) -c listen_addresses= -c fsync=off \(options)", "start",
    ]).succeeded()
  }

  @discardableResult
  func stop(mode: String = "fast") throws -> Outcome {
    try owner([tool("pg_ctl"), "-D", data, "-w", "-m", mode, "stop"])
  }

  /// What the server answers to a statement, without decoration.
  func query(_ statement: String) throws -> Outcome {
    try user.run([
      tool("psql"), "-h", cluster.path, "-U", "tester", "-d", "postgres", "-AtqX", "-c", statement,
    ])
  }

  /// Files that the server itself has mapped.
  func mapped() throws -> String {
    let text = String(decoding: try FileSystem.read("\(data)/postmaster.pid"), as: UTF8.self)
    let process = text.split(separator: "\n").first ?? ""
    return String(
      decoding: try FileSystem.read("/proc/\(process)/maps", limit: 16 << 20), as: UTF8.self)
  }

  private func tool(_ name: String) -> String { "\(FileSystem.folder(of: program))/\(name)" }

  private func owner(_ command: [String]) throws -> Outcome {
    let setpriv = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", "--"]
    return try user.run((Machine.isRoot ? setpriv : []) + command, in: cluster.path)
  }
}
