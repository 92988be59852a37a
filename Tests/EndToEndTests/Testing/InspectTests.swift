import Files
import PkgCore
import TestSupport
import Testing

@Suite("plugctl inspect") struct InspectTests {
  let user: Sandbox
  let workshop: Workshop

  init() throws {
    user = try Sandbox()
    workshop = try Workshop()
  }

  private func library() throws -> String {
    try workshop.compile(
      "char *getenv(const char *); int plug_entry(void) { return getenv(\"A\") != 0; }", "plain")
  }

  @Test("tells a person what a file needs and exports")
  func text() throws {
    let outcome = try user.plugctl("inspect", library()).succeeded()
    #expect(outcome.output.contains("shared object"))
    #expect(outcome.output.contains("libc.so.6 => /"))
    #expect(outcome.output.contains("1 exported"))
    #expect(!outcome.output.contains("plug_entry"))
    let more = try user.plugctl("inspect", library(), "--verbose").succeeded()
    #expect(more.output.contains("plug_entry"))
    #expect(more.output.contains("getenv@GLIBC_"))
  }

  @Test("tells programs the same facts as a manifest has, and where libraries lie")
  func json() throws {
    let outcome = try user.plugctl("inspect", library(), "--json").succeeded()
    let file = try #require(try outcome.data().arrayValue?.first)
    #expect(try ElfFacts(json: #require(file["facts"])).export("plug_entry") != nil)
    let libc = file["libraries"]?.arrayValue?.first { $0["name"]?.stringValue == "libc.so.6" }
    #expect(libc?["path"]?.stringValue?.hasPrefix("/") == true)
    #expect(file["against"] == nil)
  }

  @Test("marks what is missing")
  func missing() throws {
    let gone = try workshop.compile("int gone;", "libgone")
    let file = try workshop.compile("int a;", "needy", flags: ["-Wl,--no-as-needed", gone])
    try FileSystem.remove(gone)
    let outcome = try user.plugctl("inspect", file).succeeded()
    #expect(outcome.output.contains("=> MISSING, needed by needy.so"), "\(outcome)")
  }

  @Test("says what a program would not satisfy, with the exit code of the load test")
  func against() throws {
    let file = try workshop.compile("int host_call(void); int f(void) { return host_call(); }", "a")
    let host = try workshop.compile("int host_call(void) { return 1; }", "host")
    let fits = try user.plugctl("inspect", file, "--against", host).succeeded()
    #expect(fits.output.contains("satisfies all"))
    let other = try user.plugctl("inspect", file, "--against", "/bin/true")
    #expect(other.exit == 8, "\(other)")
    #expect(other.output.contains("plg-s008 fail: undefined symbol: host_call"))
  }

  @Test(
    "compares marks of nginx's modules with nginx, and asks them of no other file",
    .enabled(if: RealPlugins.areThere))
  func marks() throws {
    let file = try user.plugctl("inspect", library(), "--against", "/usr/sbin/nginx").succeeded()
    #expect(file.output.contains("/usr/sbin/nginx satisfies all"))
    let kit = try #require(Programs.realPlugins) + "/usr/lib/nginx/modules/ndk_http_module.so"
    try user.plugctl("inspect", kit, "--against", "/usr/sbin/nginx").succeeded()
    var bytes = try FileSystem.read(kit, limit: 1 << 20)
    let mark = Array("8,4,8,".utf8)
    let found = bytes.indices.first { bytes[$0...].prefix(mark.count).elementsEqual(mark) }
    let place = try #require(found)
    bytes[place + mark.count + 7] = UInt8(ascii: "0")
    let other = try user.folder.write("other.so", bytes)
    let outcome = try user.plugctl("inspect", other, "--against", "/usr/sbin/nginx")
    #expect(outcome.exit == 7, "\(outcome)")
    #expect(outcome.output.contains("NGX_HAVE_INET6: module 0, host 1"), "\(outcome)")
  }

  @Test("looks into LD_LIBRARY_PATH as programs do that start from here")
  func environment() throws {
    let near = try workshop.compile("int near;", "libnear", flags: ["-Wl,-soname,libnear.so"])
    let file = try workshop.compile("int a;", "needy", flags: ["-Wl,--no-as-needed", near])
    #expect(try user.plugctl("inspect", file).succeeded().output.contains("MISSING"))
    let found = try user.plugctl(
      "inspect", file, with: ["LD_LIBRARY_PATH": FileSystem.folder(of: near)]
    ).succeeded()
    #expect(found.output.contains("libnear.so => \(near)"), "\(found)")
  }

  @Test("answers for each file, whatever it is")
  func badFiles() throws {
    let folder = user.folder
    let pipe = folder.file("pipe")
    try user.run(["mkfifo", pipe]).succeeded()
    let text = try folder.write("text", "no ELF".utf8)
    let empty = try folder.write("empty", [UInt8]())
    let big = folder.file("big")
    try user.run(["truncate", "-s", "300M", big]).succeeded()
    let whole = try FileSystem.read(library(), limit: 1 << 20)
    let cut = try folder.write("cut.so", whole.prefix(whole.count / 2))
    for file in [pipe, text, empty, big, cut, folder.path, folder.file("none")] {
      let outcome = try user.plugctl("inspect", file, library())
      #expect(outcome.exit != 0 && outcome.exit != 70 && outcome.exit > 0, "\(outcome)")
      #expect(outcome.output.contains("shared object"), "\(outcome)")
    }
    #expect(try user.plugctl("inspect").exit == 2)
    #expect(try user.plugctl("inspect", library(), "--against", text).exit == 13)
  }

  @Test("reads a file of 300 MB")
  func large() throws {
    let file = try library()
    try user.run(["truncate", "-s", "300M", file]).succeeded()
    let outcome = try user.plugctl("inspect", file).succeeded()
    #expect(outcome.output.contains("1 exported"))
  }
}
