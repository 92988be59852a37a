import Files
import Glibc
import PkgCore
import TestSupport
import Testing

@Suite("a scope")
struct ScopeTests {
  let examples: Examples

  init() throws { examples = try Examples.shared.get() }

  @Test("is the project's where a plugctl.yaml is found upward, and its store lies beside that")
  func project() throws {
    let user = try Sandbox(["PLUGCTL_SCOPE": ""])
    try user.add(examples.index, scope: "user")
    try user.folder.write("work/plugctl.yaml", "schema: 1\nhost: sqlite\n")
    try FileSystem.makeFolders("\(user.work)/deep/below")
    try user.plugctl("install", "delta", in: "\(user.work)/deep/below").succeeded()
    #expect(FileSystem.exists("\(user.work)/.plugctl/hosts/sqlite/current"))
    #expect(try user.list("--scope", "user") == [])
    #expect(try user.list() == ["delta 1.1.0"])
    #expect(!FileSystem.exists("\(user.work)/.plugctl/trust"))
  }

  @Test("of a project is refused where there is none")
  func noProject() throws {
    let outcome = try Sandbox().plugctl("list", "--scope", "project")
    #expect(outcome.exit == 2 && outcome.hint != nil, "\(outcome)")
  }

  @Test("of the system lies below --root, readable by all whatever the umask")
  func system() throws {
    let user = try Sandbox(["PLUGCTL_SCOPE": ""])
    let root = user.folder.file("root")
    let add = [
      "index", "add", examples.index.path, "--name", "main", "--trust", examples.index.fingerprint,
      "--root", root,
    ]
    for command in [add, ["install", "beta", "--root", root]] {
      try user.run(["sh", "-c", "umask 077; exec \"$0\" \"$@\"", Programs.plugctl] + command)
        .succeeded()
    }
    #expect(try user.list("--root", root) == ["alpha 1.1.0", "beta 1.0.0"])
    #expect(try user.list("--scope", "user") == [])
    for (path, _) in try FileListing([
      "\(root)/var/lib/plugctl/hosts", "\(root)/var/lib/plugctl/trees",
    ]).entries {
      let status = try FileSystem.status(path)
      // Nobody but who changes the instance opens its lock.
      guard status.kind != .link, FileSystem.baseName(of: path) != "lock" else { continue }
      let needed: UInt32 = status.kind == .folder ? 0o005 : 0o004
      #expect(status.mode & needed == needed, "\(path) has mode \(String(status.mode, radix: 8))")
      #expect(status.mode & 0o022 == 0, "\(path) has mode \(String(status.mode, radix: 8))")
    }
  }

  @Test(
    "of an image looks at nothing of who makes it: a host's folder there, and not the one at home")
  func imageAndHome() throws {
    let storm = try StormPlugins.shared.get()
    let user = try Sandbox(["PLUGCTL_SCOPE": ""])
    let root = user.folder.file("root")
    try user.folder.write("home/.stormdb/plugins/vector.so", "mine")
    try user.plugctl(
      "index", "add", storm.index.path, "--name", "main", "--trust", storm.index.fingerprint,
      "--root", root
    ).succeeded()
    let outcome = try user.plugctl("install", "vector", "--root", root).succeeded()
    #expect(!(outcome.output + outcome.errors).contains(".stormdb"), "\(outcome)")
    #expect(FileSystem.target("\(root)/usr/local/lib/stormdb/plugins/vector.so")?.kind == .file)
    let scan = try user.plugctl("scan", "--host", "stormdb", "--root", root).succeeded()
    #expect(scan.lines.count == 1 && scan.output.contains("managed\tsystem"), "\(scan)")
  }

  @Test(
    "of an image leads to the same wherever the image is mounted", arguments: ["links", "include"])
  func image(view: String) throws {
    let user = try Sandbox(["PLUGCTL_SCOPE": ""])
    let root = user.folder.file("work/image")
    let profile =
      view == "include"
      ? ""
      : "paths: [{ scope: system, dir: /opt/plugins }]\nlayout: { view: links, path: stable }\n"
    try user.folder.write(
      "work/image/etc/plugctl/hosts.d/sqlite.yaml",
      "schema: 1\nid: sqlite\nextends: sqlite\n\(profile)")
    try user.plugctl(
      "index", "add", examples.index.path, "--name", "main", "--trust", examples.index.fingerprint,
      "--root", "image"
    ).succeeded()
    let report = try user.plugctl("install", "beta", "--root", "image").succeeded()
    #expect(!report.output.contains(root), "\(report)")
    for (path, content) in try FileListing(["\(root)/opt", "\(root)/var/lib/plugctl/hosts"]).entries
    {
      let text = String(decoding: content, as: UTF8.self)
      #expect(!text.contains(root), "\(path) names the image's place: \(text)")
    }
    try user.plugctl("upgrade", "--root", "image").succeeded()
    try user.plugctl("verify", "--root", "image").succeeded()
    // As it is booted, and with the host and this program in it.
    try FileSystem.rename(root, to: user.folder.file("work/moved"))
    let load =
      view == "include"
      ? ".read /var/lib/plugctl/hosts/sqlite/current/activate/load.sql"
      : ".load /opt/plugins/alpha\n.load /opt/plugins/beta"
    let moved = user.folder.file("work/moved")
    var inside = ["bwrap", "--tmpfs", "/", "--dev", "/dev", "--proc", "/proc"]
    for path in [
      "/usr", "/bin", "/lib", "/lib64", "/etc/ld.so.cache", "/opt/swift", Programs.repository,
    ] {
      inside += ["--ro-bind-try", path, path]
    }
    inside += ["--bind", user.folder.path, user.folder.path]
    for path in ["/var/lib/plugctl", "/etc/plugctl", "/opt/plugins"] {
      inside += ["--bind-try", "\(moved)\(path)", path]
    }
    let answer = try user.run(
      inside + ["sqlite3", ":memory:"], input: "\(load)\nSELECT alpha_version(), beta_version();\n")
    #expect(answer.output == "1.1.0|1.0.0\n", "\(answer)")
    let verified = try user.run(inside + [Programs.plugctl, "verify", "--scope", "system"])
    #expect(verified.exit == 0, "\(verified)")
    try user.run(inside + [Programs.plugctl, "remove", "beta", "--scope", "system"]).succeeded()
    #expect(try user.list("--root", moved) == ["alpha 1.1.0"])
    try user.plugctl("verify", "--root", moved).succeeded()
  }

  @Test(
    "is told by the environment as by the option",
    arguments: [
      (["PLUGCTL_SCOPE": "user"], ".local/share/plugctl"),
      (["XDG_DATA_HOME": "{}/other"], "other/plugctl"),
      (["XDG_DATA_HOME": "relative/ignored"], ".local/share/plugctl"),
    ] as [([String: String], String)])
  func environment(variables: [String: String], place: String) throws {
    let user = try Sandbox()
    let filled = variables.mapValues { $0.replacing("{}", with: user.home) }
    try user.plugctl(
      [
        "index", "add", examples.index.path, "--name", "main", "--trust",
        examples.index.fingerprint,
      ], with: filled
    ).succeeded()
    try user.plugctl(["install", "delta"], with: filled).succeeded()
    #expect(FileSystem.exists("\(user.home)/\(place)/hosts/sqlite/current"))
  }
}

@Suite("the paths that a host is told")
struct PathStyleTests {
  @Test(
    "name the generation where they are versioned, and `current` where they are stable",
    arguments: [
      ("versioned", "/gens/1/plugins/delta.so"), ("stable", "/current/plugins/delta.so"),
    ])
  func style(style: String, end: String) throws {
    let examples = try Examples.shared.get()
    let user = try Sandbox()
    try user.add(examples.index)
    try user.folder.write(
      "home/.config/plugctl/hosts.d/sqlite.yaml",
      "schema: 1\nid: sqlite\nextends: sqlite\nlayout: { place: flat, file: \"{file}\", view: include, path: \(style) }\n"
    )
    try user.plugctl("install", "delta").succeeded()
    let text = String(
      decoding: try FileSystem.read("\(user.live())/activate/load.sql"), as: UTF8.self)
    #expect(text == ".load \"\(user.data)/hosts/sqlite\(end)\"\n")
    #expect(try user.sqlite("SELECT delta_version();").output == "1.1.0\n")
  }
}

@Suite("an archive that is brought")
struct BroughtArchiveTests {
  let examples: Examples
  let user: Sandbox

  init() throws {
    examples = try Examples.shared.get()
    user = try Sandbox()
    let key = try examples.workshop.author.plugctl("key", "export", "maker").succeeded().output
    try user.folder.write("work/maker.pub", key)
    try user.plugctl("key", "trust", "maker.pub").succeeded()
  }

  @Test("by a URL is installed as one from a file, and refused where it was altered")
  func url() throws {
    let archive = try #require(examples.archives["delta 1.1.0"])
    let server = try WebServer(FileSystem.folder(of: archive))
    let url = "\(server.url)/\(FileSystem.baseName(of: archive))"
    server.answers { $0.hasSuffix(".zst") ? .altered { $0.dropLast() + [0x55] } : .plain }
    let altered = try user.plugctl("install", url)
    #expect(altered.exit == 5, "\(altered)")
    #expect(altered.errors.contains("`\(url)`"), "\(altered)")
    server.answers { $0.hasSuffix(".minisig") ? .status(404) : .plain }
    let unsigned = try user.plugctl("install", url)
    #expect(unsigned.errors.contains("`\(url)` is not signed"), "\(unsigned)")
    server.answers { _ in .plain }
    try user.plugctl("install", url).succeeded()
    #expect(try user.sqlite("SELECT delta_version();").output == "1.1.0\n")
    #expect(
      try user.plugctl("list").output == "sqlite\tacme/delta\t1.1.0\t\(url)\tdelta for tests\n")
    let data = try user.plugctl("list", "--json").succeeded().data()
    #expect(data.arrayValue?.first?["url"]?.stringValue == url)
  }

  @Test("finds its dependencies in the index")
  func dependencies() throws {
    let archive = try #require(examples.archives["beta 1.0.0"])
    let outcome = try user.plugctl("install", archive)
    #expect(outcome.exit == 3 || outcome.exit == 4, "\(outcome)")
    try user.add(examples.index)
    try user.plugctl("install", archive).succeeded()
    #expect(try user.list() == ["alpha 1.1.0", "beta 1.0.0"])
  }

  @Test(
    "is load-tested like any other",
    arguments: [("missing 1.0.0", 8), ("crash 1.0.0", 9)] as [(String, Int32)])
  func tested(name: String, exit: Int32) throws {
    let outcome = try user.plugctl("install", try #require(examples.archives[name]))
    #expect(outcome.exit == exit, "\(outcome)")
    #expect(try user.list() == [])
  }

  @Test("as a foreign tarball becomes a package by import, then is signed and installed")
  func foreign() throws {
    let workshop = try StormPlugins.shared.get().workshop
    let library = try StormPlugins.library("my_plugin", "1.0.0", workshop)
    try FileSystem.makeFolders("\(user.work)/my_plugin-1.0.0")
    try user.run(["cp", library, "my_plugin-1.0.0/"]).succeeded()
    try user.folder.write("work/my_plugin-1.0.0/README.md", "# My plugin\n")
    try user.folder.write("work/my_plugin-1.0.0/example_config.yaml", "scale: 1\n")
    try user.run(["tar", "czf", "my_plugin-1.0.0.tar.gz", "my_plugin-1.0.0"]).succeeded()
    let unnamed = try user.plugctl("import", "my_plugin-1.0.0.tar.gz")
    #expect(unnamed.exit == 2 && unnamed.hint != nil, "\(unnamed)")
    let packed = try user.plugctl(
      "import", "my_plugin-1.0.0.tar.gz", "--host", "stormdb", "--publisher", "me", "--as",
      "my_plugin@1.0.0", "-o", "dist"
    ).succeeded().lines[0]
    let refused = try user.plugctl("install", packed)
    #expect([5, 12].contains(refused.exit), "\(refused)")
    try user.plugctl("key", "generate", "mine", "--unencrypted").succeeded()
    try user.plugctl("sign", packed, "--key", "mine").succeeded()
    try user.plugctl("install", packed).succeeded()
    #expect(try FileSystem.names(in: "\(user.home)/.stormdb/plugins") == ["my_plugin.so"])
    let files = try user.plugctl("files", "my_plugin").succeeded().lines.map {
      FileSystem.baseName(of: $0)
    }
    #expect(files == ["README.md", "example_config.yaml", "my_plugin.so"])
    let example = try user.plugctl("config", "example", "my_plugin").succeeded()
    #expect(example.output.contains("scale: 1"), "\(example)")
  }
}

@Suite("a command that needs no network and no archive")
struct LibraryUseTests {
  @Test(
    "opens neither libcurl nor libarchive",
    arguments: [
      ["list"], ["files", "delta"], ["version"], ["host", "path", "sqlite"], ["search", "alpha"],
      ["scan"],
      ["install", "delta"], ["--help"], ["owns", "/etc/passwd"],
    ])
  func quiet(arguments: [String]) throws {
    let examples = try Examples.shared.get()
    let user = try Sandbox()
    try user.add(examples.index)
    try user.plugctl("install", "delta").succeeded()
    let traced = try user.run(
      [Programs.plugctl] + arguments,
      with: ["LD_DEBUG": "libs", "LD_DEBUG_OUTPUT": "\(user.work)/loads"])
    #expect(traced.exit == 0 || arguments[0] == "owns", "\(traced)")
    let logs = try FileSystem.names(in: user.work).filter { $0.hasPrefix("loads") }
    let text = try logs.map {
      String(decoding: try FileSystem.read("\(user.work)/\($0)"), as: UTF8.self)
    }.joined()
    #expect(text.contains("libc.so.6"))
    for library in ["libcurl", "libarchive"] {
      #expect(!text.contains(library), "\(arguments) opened \(library)")
    }
  }
}
