import Glibc
import Loader
import PkgCore
import TestSupport
import Testing

/// Releases of Go that are here: Debian's, and one that `PLUGCTL_GO` names.
private let releases: [String] = {
  let named = getenv("PLUGCTL_GO").map { [String(cString: $0)] } ?? []
  return (["/usr/bin/go"] + named).filter { access($0, X_OK) == 0 }
}()

@Suite("a static check of Go plugins", .serialized, .enabled(if: !releases.isEmpty))
struct StaticGoTests {
  let folder: TestFolder

  /// Go's own packages, compiled once for all runs.
  private static let cache =
    "/" + #filePath.split(separator: "/").dropLast(4).joined(separator: "/") + "/.build/go-cache"

  init() throws { folder = try TestFolder() }

  private func build(_ go: String, _ package: String, _ flags: [String] = []) throws -> String {
    let output = folder.file(package + ".out")
    let code = try run(
      [
        "env", "-C", folder.path, "HOME=\(folder.path)", "GOPATH=\(folder.path)", "GO111MODULE=off",
        "GOFLAGS=", "GOCACHE=\(Self.cache)", go, "build",
      ] + flags + ["-o", output, package])
    guard code == 0 else { throw TestFailure("go build \(package) ended with \(code)") }
    return output
  }

  private func write(_ package: String, _ source: String) throws {
    for part in ["src", "src/" + package] { mkdir(folder.file(part), 0o755) }
    try folder.write("src/\(package)/x.go", source.utf8)
  }

  private let main = "package main\nimport \"shared\"\n"

  @Test("names the packages that plugin.Open will refuse", arguments: releases)
  func hashes(go: String) throws {
    try write("shared", "package shared\nfunc F() int { return 1 }\n")
    try write("guest", main + "func Run() int { return shared.F() }\nfunc main() {}\n")
    try write(
      "host",
      """
      package main
      import ("os"; "plugin"; "shared")
      func main() { _, err := plugin.Open(os.Args[1]); if err != nil { os.Exit(shared.F() + 9) } }
      """)
    let guest = try build(go, "guest", ["-buildmode=plugin"])
    let host = try build(go, "host")
    func report() throws -> LoadReport {
      try LoaderTests.report(guest, level: 1) {
        $0.symbolProviders = [host]
        $0.kind = "go-plugin"
      }
    }
    #expect(try report().result(.goPkghash)?.status == .pass)
    #expect(try run([host, guest]) == 0)

    try write("shared", "package shared\nfunc F() int { return 2 }\nfunc G() {}\n")
    _ = try build(go, "host")
    let refused = try #require(try report().result(.goPkghash))
    #expect(refused.status == .fail)
    #expect(refused.notes == ["package `shared`"])
    #expect(try run([host, guest]) == 11)
  }

  @Test("tells a host that can't open plugins", arguments: releases)
  func withoutSupport(go: String) throws {
    try write("guest", "package main\nfunc Run() {}\nfunc main() {}\n")
    try write("host", "package main\nfunc main() {}\n")
    let guest = try build(go, "guest", ["-buildmode=plugin"])
    let host = try build(go, "host")
    let report = try report(guest, level: 1) {
      $0.symbolProviders = [host]
      $0.kind = "go-plugin"
    }
    #expect(report.result(.buildmode)?.status == .fail)
  }
}
