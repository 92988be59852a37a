import Files
import TestSupport
import Testing

@Suite("the real hosts", .enabled(if: RealPlugins.areThere, "scripts/test-plugins was not run"))
struct RealHostTests {
  let real: RealPlugins
  let user: Sandbox

  init() throws {
    real = try RealPlugins.shared.get()
    user = try Sandbox()
    try user.add(real.index)
  }

  // The shell's own REGEXP knows no look-ahead: only pcre can answer this.
  @Test("sqlite3 answers REGEXP once pcre is installed, and not before or after")
  func sqlite() throws {
    let query = "SELECT 'plugin' REGEXP '^pl(?=ug)';"
    try user.plugctl("install", "pcre").succeeded()
    #expect(try user.run(["sqlite3", ":memory:", query]).output != "1\n")
    #expect(try user.sqlite(query).output == "1\n")
    try user.plugctl("remove", "pcre").succeeded()
    #expect(try user.sqlite(query).output != "1\n")
  }

  @Test("nginx serves what echo and set_misc do, with ndk loaded first")
  func nginx() throws {
    try user.plugctl("install", "set_misc", "echo").succeeded()
    #expect(try user.list() == ["echo 0.63.0", "ndk 0.3.2", "set_misc 0.33.0"])
    let text = String(
      decoding: try FileSystem.read("\(user.live("nginx"))/activate/modules.conf"), as: UTF8.self)
    let order = text.split(separator: "\n").compactMap {
      $0.split(separator: "/").last.map(String.init)
    }
    let ndk = try #require(order.firstIndex(of: "ndk_http_module.so\";"))
    let misc = try #require(order.firstIndex(of: "ngx_http_set_misc_module.so\";"))
    #expect(ndk < misc)
    let site = try site(of: user)
    #expect(try site.body("/echo?word=hello") == "echo says hello")
    #expect(try site.body("/misc") == "5d41402abc4b2a76b9719d911017c592")
  }

  @Test("openssl has the legacy provider active once it is installed")
  func openssl() throws {
    try user.plugctl("install", "legacy").succeeded()
    let configuration = "\(user.live("openssl"))/activate/openssl.cnf"
    let list = try user.run(
      ["openssl", "list", "-providers"], with: ["OPENSSL_CONF": configuration]
    ).output
    #expect(list.contains("legacy") && list.contains("status: active"))
    let digest = try user.run(
      ["openssl", "md4"], with: ["OPENSSL_CONF": configuration], input: "abc")
    #expect(digest.output.contains("a448017aaf21d8525fc10ae87aa6729d"))
  }

  @Test("a running nginx maps the new version after an upgrade, and the report says so")
  func upgrade() throws {
    let (index, owner) = try real.index.copy()
    defer { withExtendedLifetime(owner) {} }
    let user = try Sandbox()
    try user.add(index)
    try user.plugctl("install", "echo", "set_misc").succeeded()
    let site = try site(of: user)
    try user.folder.write(
      "home/.config/plugctl/hosts.d/nginx.yaml",
      """
      schema: 1
      id: nginx
      extends: nginx
      reload: { mode: command, argv: [nginx, -s, reload, -p, \(site.folder.path), -c, \(site.folder.path)/nginx.conf] }

      """)
    try index.publish(
      real.pack("echo", "0.64.0", "nginx", "module", "\(real.modules)/ngx_http_echo_module.so")
    ).succeeded()
    let old = try #require(
      FileSystem.realPath("\(user.live("nginx"))/plugins/ngx_http_echo_module.so"))
    #expect(try site.mappedFiles().contains(old))
    #expect(try user.plugctl("update").succeeded().exit == 0)
    #expect(
      try user.plugctl("outdated").succeeded().output
        == "nginx\tdebian/echo\t0.63.0\t0.64.0\t0.64.0\t\n")
    let report = try user.plugctl("upgrade").succeeded()
    #expect(report.output.contains("upgraded debian/echo 0.63.0 -> 0.64.0"))
    let new = try #require(
      FileSystem.realPath("\(user.live("nginx"))/plugins/ngx_http_echo_module.so"))
    #expect(new != old)
    #expect(try eventually { try site.mappedFiles().contains(new) }, "\(report)")
    #expect(try site.body("/echo?word=again") == "echo says again")
  }

  @Test("a running nginx that refuses to reload keeps what it has, and so does the store")
  func refusedReload() throws {
    let (index, owner) = try real.index.copy()
    defer { withExtendedLifetime(owner) {} }
    let user = try Sandbox()
    try user.add(index)
    try user.plugctl("install", "echo").succeeded()
    let site = try site(of: user, "location /echo { echo \"echo says $arg_word\"; }")
    try user.folder.write(
      "home/.config/plugctl/hosts.d/nginx.yaml",
      """
      schema: 1
      id: nginx
      extends: nginx
      reload: { mode: command, argv: [nginx, -s, reload, -p, \(site.folder.path), -c, \(site.folder.path)/nginx.conf] }

      """)
    try index.publish(
      real.pack("echo", "0.64.0", "nginx", "module", "\(real.modules)/ngx_http_echo_module.so")
    ).succeeded()
    let file = "\(site.folder.path)/nginx.conf"
    let configuration = try FileSystem.read(file)
    try FileSystem.replace(file, with: configuration + Array("no_such_directive on;\n".utf8))
    try user.plugctl("update").succeeded()
    let outcome = try user.plugctl("upgrade")
    #expect(outcome.exit == 1 && outcome.code == "host.reload", "\(outcome)")
    #expect(outcome.errors.contains("no_such_directive"), "\(outcome)")
    #expect(
      outcome.errors.contains("what was installed before is live again, as generation 3"),
      "\(outcome)")
    #expect(try user.list() == ["echo 0.63.0"])
    #expect(try site.body("/echo?word=still") == "echo says still")
    try FileSystem.replace(file, with: configuration)
    let again = try user.plugctl("upgrade").succeeded()
    #expect(again.output.contains("upgraded debian/echo 0.63.0 -> 0.64.0"), "\(again)")
    #expect(
      try eventually {
        try site.mappedFiles().contains(
          FileSystem.realPath("\(user.live("nginx"))/plugins/ngx_http_echo_module.so") ?? "")
      })
  }

  @Test("a module of another nginx build is refused with 7, and nothing changes")
  func otherSignature() throws {
    try user.plugctl("install", "echo").succeeded()
    let before = try user.installed()
    let outcome = try user.plugctl("install", "other_echo")
    #expect(outcome.exit == 7 && outcome.code == "incompatible.abi", "\(outcome)")
    #expect(try user.installed().difference(from: before) == [])
  }

  @Test("a dependency comes along, and goes only with what needs it")
  func dependency() throws {
    try user.plugctl("install", "set_misc").succeeded()
    let outcome = try user.plugctl("remove", "ndk")
    #expect(outcome.exit == 4 && outcome.code == "solve.required", "\(outcome)")
    #expect(try user.list() == ["ndk 0.3.2", "set_misc 0.33.0"])
    try user.plugctl("remove", "ndk", "--cascade").succeeded()
    #expect(try user.list() == [])
  }

  private func site(of user: Sandbox, _ server: String? = nil) throws -> NginxSite {
    try NginxSite(
      top: "include \(user.live("nginx"))/activate/*.conf;",
      server: server ?? """
        location /echo { echo "echo says $arg_word"; }
        location /misc { set_md5 $digest hello; echo "$digest"; }
        """)
  }
}
