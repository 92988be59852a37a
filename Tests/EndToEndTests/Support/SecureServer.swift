internal import Files
internal import Glibc
internal import TestSupport

/// A real nginx over TLS that serves a folder below conditions, and logs who asked.
final class SecureServer: Sendable {
  static let isPossible = Programs.path(of: "nginx") != nil && Programs.path(of: "openssl") != nil

  let url: String
  let folder: TestFolder
  private let process: RunningProcess
  /// Processes begin in a folder of its.
  private let helper: Sandbox

  /// The certificate of the server, which is its own authority.
  var authority: String { folder.file("cert.pem") }
  var clientCertificate: String { folder.file("client.pem") }
  var clientKey: String { folder.file("client-key.pem") }

  /// - Parameter more: lines of the `server` block.
  init(_ root: String, _ more: String = "") throws {
    folder = try TestFolder("nginx")
    let (socket, plain) = try WebServer.listening()
    close(socket)
    let port = plain.split(separator: ":").last.map(String.init) ?? ""
    url = "https://localhost:\(port)"
    helper = try Sandbox()
    for (name, subject) in [("cert", "localhost"), ("client", "ada")] {
      let key = name == "cert" ? "key" : "client-key"
      try helper.run([
        "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
        "-keyout", folder.file("\(key).pem"), "-out", folder.file("\(name).pem"), "-subj",
        "/CN=\(subject)", "-addext", "subjectAltName=DNS:\(subject)",
      ]).succeeded()
    }
    try FileSystem.makeFolders(folder.file("temp"))
    try FileSystem.replace(
      folder.file("nginx.conf"), with: Array(Self.configuration(root, port, more).utf8))
    process = try helper.start([
      Programs.path(of: "nginx") ?? "nginx", "-p", folder.path, "-c", folder.file("nginx.conf"),
    ])
    try Self.wait(for: port, process)
  }

  /// `path|Authorization|subject of the client certificate` of every request.
  var requests: [String] {
    get throws {
      String(decoding: try FileSystem.readIfPresent(folder.file("asked.log")) ?? [], as: UTF8.self)
        .split(separator: "\n").map(String.init)
    }
  }

  static func wait(for port: String, _ process: RunningProcess) throws {
    let isUp = eventually {
      guard let socket = try? WebServer.connected(to: UInt16(port) ?? 0) else { return false }
      close(socket)
      return true
    }
    guard isUp else {
      throw SystemError(call: "connect", object: process.errors, errno: ECONNREFUSED)
    }
  }

  private static func configuration(_ root: String, _ port: String, _ more: String) -> String {
    let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map {
      "\($0)_temp_path temp;"
    }
    return """
      daemon off; master_process off; error_log stderr; pid nginx.pid;
      events { worker_connections 256; }
      http {
        \(temporary.joined(separator: " "))
        log_format asked '$request_uri|$http_authorization|$ssl_client_s_dn';
        access_log asked.log asked;
        server {
          listen 127.0.0.1:\(port) ssl;
          ssl_certificate cert.pem; ssl_certificate_key key.pem;
          ssl_client_certificate client.pem;
          root \(root);
          \(more)
        }
      }
      """
  }
}

/// A real tinyproxy that asks for a login.
final class Proxy: Sendable {
  static let isPossible = Programs.path(of: "tinyproxy") != nil

  let url: String
  let folder: TestFolder
  private let process: RunningProcess
  private let helper: Sandbox

  /// - Parameter more: lines of its configuration.
  init(_ more: String = "") throws {
    folder = try TestFolder("proxy")
    let (socket, address) = try WebServer.listening()
    close(socket)
    url = address
    let port = address.split(separator: ":").last.map(String.init) ?? ""
    let text = """
      Port \(port)
      Listen 127.0.0.1
      Timeout 60
      LogFile "\(folder.file("proxy.log"))"
      LogLevel Connect
      MaxClients 50
      \(more)

      """
    try FileSystem.replace(folder.file("tinyproxy.conf"), with: Array(text.utf8))
    helper = try Sandbox()
    process = try helper.start([
      Programs.path(of: "tinyproxy") ?? "tinyproxy", "-d", "-c", folder.file("tinyproxy.conf"),
    ])
    try SecureServer.wait(for: port, process)
  }

  /// What it was asked for.
  var log: String {
    get throws { String(decoding: try FileSystem.read(folder.file("proxy.log")), as: UTF8.self) }
  }
}
