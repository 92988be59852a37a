import Glibc
import TestSupport

/// A real nginx on a port of its own, with a folder of its own; ended with its owner.
final class Nginx: Sendable {
  let folder: TestFolder
  let url: String
  let secureURL: String
  private let process: pid_t

  var certificate: String { folder.file("cert.pem") }

  init() throws {
    folder = try TestFolder()
    for name in ["www", "temp"] { mkdir(folder.file(name), 0o755) }
    let (first, port) = try LoopbackSocket.listening()
    let (second, securePort) = try LoopbackSocket.listening()
    close(first)
    close(second)
    url = "http://127.0.0.1:\(port)"
    secureURL = "https://localhost:\(securePort)"
    try Self.makeCertificate(folder)
    let text = Self.configuration(port: port, securePort: securePort)
    try folder.write("nginx.conf", Array(text.utf8))
    process = try spawn(["nginx", "-p", folder.path, "-c", folder.file("nginx.conf")])
    for _ in 0..<1000 where !LoopbackSocket.canConnect(to: securePort) { usleep(5000) }
  }

  deinit {
    kill(process, SIGTERM)
    waitpid(process, nil, 0)
  }

  func serve(_ name: String, _ bytes: [UInt8]) throws { try folder.write("www/" + name, bytes) }

  private static func makeCertificate(_ folder: TestFolder) throws {
    let process = try spawn([
      "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
      "-keyout", folder.file("key.pem"), "-out", folder.file("cert.pem"), "-subj", "/CN=localhost",
      "-addext", "subjectAltName=DNS:localhost",
    ])
    waitpid(process, nil, 0)
  }

  private static func configuration(port: UInt16, securePort: UInt16) -> String {
    let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map {
      "\($0)_temp_path temp;"
    }
    return """
      daemon off; master_process off; error_log stderr; pid nginx.pid;
      events { worker_connections 256; }
      http {
        \(temporary.joined(separator: " "))
        log_format connection '$connection';
        access_log connections.log connection;
        server {
          listen 127.0.0.1:\(port);
          listen 127.0.0.1:\(securePort) ssl;
          ssl_certificate cert.pem; ssl_certificate_key key.pem;
          root www;
          location /zipped { alias www; gzip on; gzip_types *; gzip_min_length 1; }
          location = /forbidden { return 403; }
          location = /busy { return 503; }
          location = /once { return 302 /small; }
          location = /loop { return 302 /loop; }
          location = /to-plain { return 302 http://127.0.0.1:\(port)/small; }
          location = /to-elsewhere { return 302 http://example.org/; }
          location = /to-file { return 302 file:///etc/passwd; }
        }
      }
      """
  }
}
