import Files
import PkgCore
import TestSupport
import Testing

@Suite("a plugin that is begun")
struct BeginningTests {
  let user: Sandbox
  init() throws { user = try Sandbox() }

  @Test("is named after its folder, and its identifiers are safe")
  func names() throws {
    try user.plugctl("init", "9-lives", "--template", "c", "--host", "sqlite").succeeded()
    #expect(try user.folder.text("work/9-lives/plugin.yaml").contains("name: \"9-lives\""))
    #expect(try user.folder.text("work/9-lives/plugin.c").contains("\"words_p_9_lives\""))
  }

  @Test(
    "has a name that YAML would take for something else",
    arguments: ["null", "true", "123", "1e3", "no"])
  func words(name: String) throws {
    try user.plugctl("init", name, "--template", "c", "--publisher", name).succeeded()
    let lint = try user.plugctl("lint", name)
    #expect(!lint.output.contains("plugin.yaml:3") && !lint.output.contains("plugin.yaml:2"))
  }

  @Test("has nothing left of the template's marks, and plug.h as the program has it")
  func filled() throws {
    for template in ["c", "cpp", "go", "rust", "swift"] {
      for host in ["plug", "stormdb", "distributed-transformer"] {
        try user.plugctl("init", "\(template)-\(host)", "--template", template, "--host", host)
          .succeeded()
      }
    }
    for host in ["stormdb", "benana", "databridge"] {
      try user.plugctl("init", "g-\(host)", "--template", "go-plugin", "--host", host).succeeded()
    }
    let paths = try user.folder.paths(below: "work").filter {
      try FileSystem.status("\(user.work)/\($0)").kind == .file
    }
    #expect(paths.count > 50)
    for path in paths {
      let text = try user.folder.text("work/\(path)")
      #expect(text.firstMatch(of: /\{\{[a-z]+\}\}/) == nil, "\(path)")
    }
    #expect(
      try user.folder.read("work/rust-plug/plug.h")
        == FileSystem.read("\(Programs.repository)/Sources/CPlug/plug.h"))
  }

  @Test("never takes the place of a file that is there, and then leaves nothing")
  func overwriting() throws {
    try user.folder.write("work/mine/Makefile", "all:\n")
    let outcome = try user.plugctl("init", "mine", "--template", "cpp")
    #expect(outcome.exit == 13 && outcome.code == "manifest.exists", "\(outcome)")
    #expect(try user.folder.paths(below: "work") == ["mine", "mine/Makefile"])
    #expect(try user.folder.text("work/mine/Makefile") == "all:\n")
  }

  @Test("leaves nothing half made where a file can't be written")
  func failing() throws {
    // The template has files in `src`.
    try user.folder.write("work/half/src", "a file")
    let outcome = try user.plugctl("init", "half", "--template", "rust")
    #expect(!outcome.succeeds)
    #expect(try user.folder.paths(below: "work") == ["half", "half/src"])
  }

  @Test(
    "is refused with 2 where no template fits, and told which do",
    arguments: [
      ["--template", "c", "--host", "nginx"], ["--template", "go-plugin"],
      ["--template", "go-plugin", "--host", "phantomdb"],
      ["--template", "rust", "--host", "sqlite"], ["--template", "cobol"],
    ])
  func combinations(options: [String]) throws {
    let outcome = try user.plugctl(["init", "x"] + options)
    #expect(outcome.exit == 2, "\(outcome)")
    #expect(outcome.errors.contains("swift"), "\(outcome)")
    #expect(try user.folder.paths(below: "work").isEmpty)
  }

  @Test("without a template has a manifest alone")
  func manifest() throws {
    let outcome = try user.plugctl("init", "plain", "--json").succeeded()
    #expect(try outcome.data()["files"]?.arrayValue?.count == 1)
    #expect(try user.folder.paths(below: "work") == ["plain", "plain/plugin.yaml"])
  }
}
