import Loader
import PkgCore
import TestSupport
import Testing

@Suite("a plugin of Debian's") struct RealPluginTests {
  private func nginx(_ target: inout LoadTarget) {
    target.requiredEntries = [.init(name: "ngx_modules", kind: .object)]
    target.symbolProviders = ["/usr/sbin/nginx"]
    target.staticProbes = [.nginxSignature]
  }

  private func sqlite(_ target: inout LoadTarget) {
    target.requiredEntries = [.init(name: "sqlite3_extension_init", kind: .function)]
    target.entryFromFilename = "sqlite3_{stem}_init"
  }

  /// A folder and the probe of nginx that loads modules by their paths.
  private func probe(_ folder: TestFolder, _ modules: [String]) throws -> HostProbe {
    let lines =
      modules.map { "load_module \($0);" } + ["error_log stderr;", "events {}", "http {}"]
    let configuration = try folder.write(
      "n.conf", ("pid \(folder.path)/pid;\n" + lines.joined(separator: "\n")).utf8)
    var probe = HostProbe(
      argv: ["nginx", "-t", "-p", folder.path, "-e", "stderr", "-c", configuration],
      workingDirectory: folder.path)
    probe.writableFolders = [folder.path]
    probe.failRegex = "\\[emerg\\] [0-9#]+: (.*)"
    return probe
  }

  @Test("passes at level 2 for nginx", arguments: [RealPlugins.kit, RealPlugins.echo])
  func nginxModules(name: String) throws {
    let folder = try TestFolder()
    let path = try RealPlugins.path(name)
    let report = try report(path, level: 2, probe: probe(folder, [path]), nginx)
    #expect(refusals(report) == [])
    #expect(report.result(.abiVersion)?.status == .pass)
    #expect(report.result(.openNow)?.status == .skip)
    #expect(report.result(.hostProbe)?.status == .pass)
  }

  @Test("needs the module that it builds on")
  func setMisc() throws {
    let path = try RealPlugins.path(RealPlugins.setMisc)
    let kit = try RealPlugins.path(RealPlugins.kit)
    let folder = try TestFolder()
    let together = try report(
      path, level: 2, modules: [kit], probe: probe(folder, [kit, path]), nginx)
    #expect(refusals(together) == [])
    let alone = try report(path, level: 1, nginx)
    #expect(alone.refusals.map(\.check) == [.symbolsUnresolved])
    #expect(alone.result(.symbolsUnresolved)?.message.hasPrefix("undefined symbol: ndk_") == true)
  }

  @Test("does not resolve without its host")
  func withoutHost() throws {
    let report = try report(RealPlugins.path(RealPlugins.echo), level: 1)
    #expect(report.refusals.map(\.check) == [.symbolsUnresolved])
  }

  @Test("is refused with the host's own words when the host does")
  func hostSaysNo() throws {
    let folder = try TestFolder()
    let path = try RealPlugins.path(RealPlugins.setMisc)
    let kit = try RealPlugins.path(RealPlugins.kit)
    let report = try report(path, level: 2, modules: [kit], probe: probe(folder, [path]), nginx)
    #expect(report.refusals.map(\.check) == [.hostProbe])
    #expect(report.result(.hostProbe)?.message.contains("undefined symbol") == true)
    #expect(report.diagnostic?.code == .loadFailed)
  }

  @Test("with another signature is refused, and the option named")
  func signature() throws {
    let folder = try TestFolder()
    var bytes = try contents(RealPlugins.path(RealPlugins.echo))
    let place = try #require(find("8,4,8,", in: bytes)) + 6
    // Option 24 is NGX_HTTP_SSL, option 8 NGX_HAVE_INET6.
    bytes[place + 23] = UInt8(ascii: "0")
    bytes[place + 7] = UInt8(ascii: "0")
    let report = try report(folder.write("e.so", bytes), level: 1, nginx)
    #expect(report.diagnostic?.code == .incompatibleAbi)
    #expect(
      report.result(.abiVersion)?.notes == [
        "NGX_HAVE_INET6: module 0, host 1", "NGX_HTTP_SSL: module 0, host 1",
      ])
  }

  @Test("for another release of nginx is refused, and both named")
  func release() throws {
    let folder = try TestFolder()
    var bytes = try contents(RealPlugins.path(RealPlugins.echo))
    // The version of each module: 1022001 in eight bytes.
    let old: [UInt8] = [0x31, 0x98, 0x0F, 0, 0, 0, 0, 0]
    let place = try #require(find(old, in: bytes))
    let new = UInt32(1_024_000)
    for byte in 0..<4 { bytes[place + byte] = UInt8(truncatingIfNeeded: new >> (8 * UInt32(byte))) }
    let report = try report(folder.write("e.so", bytes), level: 1, nginx)
    #expect(
      report.result(.abiVersion)?.message == "module built for nginx 1.24.0, the host is 1.22.1")
  }

  @Test("passes at level 2 for SQLite", arguments: [RealPlugins.csvtable, RealPlugins.pcre])
  func sqliteExtensions(name: String) throws {
    let report = try report(RealPlugins.path(name), level: 2, sqlite)
    #expect(refusals(report) == [])
    #expect(report.result(.openNow)?.status == .pass)
  }

  @Test("passes at level 2 for OpenSSL")
  func opensslProvider() throws {
    let report = try report("/usr/lib/x86_64-linux-gnu/ossl-modules/legacy.so", level: 2) {
      $0.requiredEntries = [.init(name: "OSSL_provider_init", kind: .function)]
    }
    #expect(refusals(report) == [])
  }

  private func find(_ text: String, in bytes: [UInt8]) -> Int? { find(Array(text.utf8), in: bytes) }

  private func find(_ pattern: [UInt8], in bytes: [UInt8]) -> Int? {
    bytes.indices.dropLast(pattern.count).first {
      bytes[$0] == pattern[0] && bytes[$0..<$0 + pattern.count].elementsEqual(pattern)
    }
  }
}
