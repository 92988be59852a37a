import Glibc
import TestSupport

extension TestFolder {
  /// Compiles C to a shared object in this folder and gives its path.
  @discardableResult
  func plugin(_ name: String, _ source: String, _ flags: [String] = []) throws -> String {
    let input = try write(name + ".c", source.utf8)
    let output = file(name)
    let code = try run(["cc", "-shared", "-fPIC", "-O1", "-w", "-o", output, input] + flags)
    guard code == 0 else { throw TestFailure("cc \(name) ended with \(code)") }
    return output
  }
}

/// The folder of Debian's plugins; see `scripts/test-plugins`.
enum RealPlugins {
  static let folder: Result<String, any Error> = Result {
    let root = #filePath.split(separator: "/").dropLast(4).joined(separator: "/")
    let cache = getenv("PLUGCTL_TEST_CACHE").map { String(cString: $0) }
    guard try run(["/\(root)/scripts/test-plugins"]) == 0 else {
      throw TestFailure("scripts/test-plugins failed")
    }
    return cache ?? "/\(root)/.build/test-plugins"
  }

  static func path(_ name: String) throws -> String { try folder.get() + "/" + name }

  static let echo = "usr/lib/nginx/modules/ngx_http_echo_module.so"
  static let kit = "usr/lib/nginx/modules/ndk_http_module.so"
  static let setMisc = "usr/lib/nginx/modules/ngx_http_set_misc_module.so"
  static let pcre = "usr/lib/sqlite3/pcre.so"
  static let csvtable = "usr/lib/x86_64-linux-gnu/libsqlite3_mod_csvtable.so"
}
