internal import Files
internal import Glibc
internal import TestSupport

/// Plugins that Debian ships, packed, signed and published: what `scripts/test-plugins` fetched.
struct RealPlugins: Sendable {
  static let shared = Result { try RealPlugins() }
  static var areThere: Bool { Programs.realPlugins != nil }

  let workshop: Workshop
  let index: ExampleIndex
  /// The folder of the libraries as Debian ships them.
  let modules: String

  private init() throws {
    let folder = Programs.realPlugins ?? ""
    modules = "\(folder)/usr/lib/nginx/modules"
    workshop = try Workshop()
    index = try workshop.makeIndex()
    let legacy = "/usr/lib/x86_64-linux-gnu/ossl-modules/legacy.so"
    let archives = [
      try pack("pcre", "1.0.0", "sqlite", "extension", "\(folder)/usr/lib/sqlite3/pcre.so"),
      try pack("ndk", "0.3.2", "nginx", "module", "\(modules)/ndk_http_module.so"),
      try pack(
        "set_misc", "0.33.0", "nginx", "module", "\(modules)/ngx_http_set_misc_module.so",
        "dependencies: { ndk: ^0.3 }"),
      try pack("echo", "0.63.0", "nginx", "module", "\(modules)/ngx_http_echo_module.so"),
      try pack("other_echo", "1.0.0", "nginx", "module", foreignModule()),
      try pack("legacy", "3.0.0", "openssl", "provider", legacy),
    ]
    try workshop.author.plugctl(["publish", "--to", index.path] + archives).succeeded()
  }

  func pack(
    _ name: String, _ version: String, _ host: String, _ type: String, _ library: String,
    _ more: String = ""
  ) throws -> String {
    try workshop.pack(
      Workshop.Facts(
        name: name, version: version, host: host, type: type, publisher: "debian", more: more,
        files: [("VERSION", Array(version.utf8))]),
      library: library)
  }

  /// A module for another build of nginx: one of the 34 features of its signature differs.
  private func foreignModule() throws -> String {
    var bytes = try FileSystem.read("\(modules)/ngx_http_echo_module.so")
    let start = Array("8,4,8,".utf8)
    let isDigit: (UInt8) -> Bool = { $0 == 0x30 || $0 == 0x31 }
    let place = bytes.indices.dropLast(40).first { place in
      bytes[place] == start[0] && bytes[place..<place + 6].elementsEqual(start)
        && bytes[place + 6..<place + 40].allSatisfy(isDigit)
    }
    guard let place else { throw SystemError(call: "signature", object: modules, errno: ENOENT) }
    bytes[place + 10] ^= 1
    return try workshop.author.folder.write("foreign/ngx_http_other_echo_module.so", bytes)
  }
}

/// A real nginx in the foreground, in a folder of its own; ended with its owner.
final class NginxSite: Sendable {
  let folder: TestFolder
  let url: String
  let process: RunningProcess

  /// - Parameters:
  ///   - top: lines above `events`.
  ///   - server: lines of the one server.
  init(top: String, server: String) throws {
    folder = try TestFolder("nginx")
    let (descriptor, url) = try WebServer.listening()
    self.url = url
    close(descriptor)
    let port = url.split(separator: ":").last ?? ""
    let path = folder.path
    let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map {
      "\($0)_temp_path \(path)/\($0);"
    }
    try folder.write(
      "nginx.conf",
      """
      \(top)
      error_log \(folder.path)/error.log;
      pid \(folder.path)/nginx.pid;
      events { }
      http {
        access_log off;
        \(temporary.joined(separator: "\n  "))
        server { listen 127.0.0.1:\(port); \(server) }
      }

      """)
    let binary = Programs.path(of: "nginx") ?? "nginx"
    process = try RunningProcess(
      [binary, "-p", folder.path, "-c", folder.file("nginx.conf"), "-g", "daemon off;"],
      environment: ["PATH=\(Machine.environment("PATH") ?? "")"], folder: folder.path)
    _ = try eventually { try !self.get("/").isEmpty }
  }

  /// What the server answers, status line first; nothing where it does not.
  func get(_ path: String) throws -> String {
    try ChildCommand(["curl", "-s", "-i", "--max-time", "5", url + path]).run().outputText
  }

  /// The last line of an answer.
  func body(_ path: String) throws -> String {
    try get(path).split { $0.isNewline }.last.map(String.init) ?? ""
  }

  /// Files that the master and its workers map.
  func mappedFiles() throws -> String {
    let children = try ChildCommand(["pgrep", "-P", "\(process.id)"]).run().outputText.split(
      separator: "\n")
    return try (["\(process.id)"] + children.map(String.init)).map { id in
      String(decoding: try FileSystem.readIfPresent("/proc/\(id)/maps") ?? [], as: UTF8.self)
    }.joined()
  }
}
