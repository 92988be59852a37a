import Files
import Glibc
import PkgCore
import TestSupport
import Testing

private func failure(_ body: () throws(SystemError) -> Void) -> SystemError? {
  do throws(SystemError) {
    try body()
    return nil
  } catch { return error }
}

@Suite("System error")
struct SystemErrorTests {
  @Test(
    "has the code of its number",
    arguments: [
      (EACCES, .systemPermission), (EPERM, .systemPermission), (EROFS, .systemReadOnly),
      (ENOSPC, .systemNoSpace), (EDQUOT, .systemNoSpace), (ENOENT, .systemNotFound),
      (ENOTDIR, .systemNotFound), (EIO, .systemCall), (EMFILE, .systemCall), (9999, .systemCall),
    ] as [(Int32, DiagnosticCode)])
  func codes(number: Int32, code: DiagnosticCode) {
    let error = SystemError(call: "open", object: "/x", errno: number)
    #expect(error.diagnostic.code == code)
    #expect(
      error.diagnostic.details["path"] == "/x"
        && error.diagnostic.details["errno"] == .integer(Int64(number)))
    #expect(!error.reason.isEmpty)
  }

  @Test("names call and object")
  func facts() {
    #expect(
      failure { () throws(SystemError) in _ = try FileSystem.read("/none/such") }
        == SystemError(call: "open", object: "/none/such", errno: ENOENT))
    #expect(
      failure { () throws(SystemError) in try FileSystem.makeFolder("/none/such") }?.call == "mkdir"
    )
    #expect(
      failure { () throws(SystemError) in _ = try FileSystem.names(in: "/none") }?.isNotFound
        == true)
  }
}

@Suite("File system")
struct FileSystemTests {
  @Test(
    "replaces a file in one step, with its exact mode, and leaves nothing beside it",
    arguments: [true, false])
  func replace(isDurable: Bool) throws {
    let folder = try TestFolder()
    let path = folder.file("a")
    try FileSystem.replace(path, with: [1, 2], mode: 0o600, isDurable: isDurable)
    let first = try FileSystem.status(path)
    let open = try FileSystem.open(path)
    try FileSystem.replace(path, with: [3], mode: 0o666, isDurable: isDurable)
    #expect(first.mode == 0o600)
    #expect(try FileSystem.read(path) == [3])
    #expect(try FileSystem.status(path).mode == 0o666)
    #expect(try FileSystem.status(path).inode != first.inode)
    #expect(try open.readAll(limit: 10) == [1, 2])
    #expect(try FileSystem.names(in: folder.path) == ["a"])
  }

  @Test("a replacement that fails leaves the old file and no other")
  func failedReplacement() throws {
    let folder = try TestFolder()
    try FileSystem.makeFolders(folder.file("a/b"))
    #expect(
      failure { () throws(SystemError) in try FileSystem.replace(folder.file("a"), with: [1]) }
        != nil)
    #expect(try FileSystem.names(in: folder.path) == ["a"])
    let missing = folder.file("none/b")
    #expect(
      failure { () throws(SystemError) in try FileSystem.replace(missing, with: [1]) }?.object
        == missing)
  }

  @Test("a replacement removes what killed ones left an hour ago, and nothing else")
  func leftovers() throws {
    let folder = try TestFolder("leftovers")
    let others = ["a.12.new", "a.b.new", "a.13.new", "a.14", "b.12.new"]
    for name in others {
      try folder.write(name, "x")
      guard name != "a.13.new" else { continue }
      #expect(try ChildCommand(["touch", "-d", "2 hours ago", folder.file(name)]).run().isSuccess)
    }
    try FileSystem.replace(folder.file("a"), with: [1])
    #expect(
      try FileSystem.names(in: folder.path) == ["a", "a.13.new", "a.14", "a.b.new", "b.12.new"])
  }

  @Test("does not follow a link where it replaces")
  func replacedLink() throws {
    let folder = try TestFolder()
    try folder.write("target", [1])
    try FileSystem.link(folder.file("link"), to: "target")
    try FileSystem.replace(folder.file("link"), with: [2])
    #expect(try FileSystem.read(folder.file("target")) == [1])
    #expect(try FileSystem.status(folder.file("link")).kind == .file)
  }

  @Test("reads no more than the limit")
  func limit() throws {
    let folder = try TestFolder()
    let path = try folder.write("a", [1, 2, 3])
    #expect(try FileSystem.read(path, limit: 3) == [1, 2, 3])
    #expect(
      failure { () throws(SystemError) in _ = try FileSystem.read(path, limit: 2) }?.errno == EFBIG)
    #expect(try FileSystem.readIfPresent(folder.file("none")) == nil)
    #expect(try FileSystem.namesIfPresent(in: folder.file("none")) == [])
  }

  @Test("removes a tree with read-only files and folders, without following links")
  func removeTree() throws {
    let folder = try TestFolder()
    try folder.write("outside/x", [1])
    try folder.write("tree/a/b/c", [1])
    try FileSystem.link(folder.file("tree/a/out"), to: "../../outside")
    try FileSystem.setMode(folder.file("tree/a/b/c"), 0o444)
    for path in ["tree/a/b", "tree/a", "tree"] { try FileSystem.setMode(folder.file(path), 0o555) }
    try FileSystem.removeTree(folder.file("tree"))
    try FileSystem.removeTree(folder.file("none"))
    #expect(try folder.paths() == ["outside", "outside/x"])
    try FileSystem.link(folder.file("link"), to: "outside")
    try FileSystem.removeTree(folder.file("link"))
    #expect(try folder.paths() == ["outside", "outside/x"])
  }

  @Test("makes folders once, and none through a file")
  func makeFolders() throws {
    let folder = try TestFolder()
    for _ in 0..<2 { try FileSystem.makeFolders(folder.file("a/b/c"), mode: 0o700) }
    // The mode is the last one's: a secret folder must not close what lies above it.
    #expect(try FileSystem.status(folder.file("a/b")).mode == 0o755)
    #expect(try FileSystem.status(folder.file("a/b/c")).mode == 0o700)
    try folder.write("f", [])
    #expect(
      failure { () throws(SystemError) in try FileSystem.makeFolders(folder.file("f/x")) } != nil)
    #expect(
      failure { () throws(SystemError) in try FileSystem.makeFolders(folder.file("f")) } != nil)
  }

  @Test("tells what a path is")
  func kinds() throws {
    let folder = try TestFolder()
    try folder.write("file", [1, 2])
    try FileSystem.link(folder.file("link"), to: "none")
    #expect(mkfifo(folder.file("fifo"), 0o600) == 0)
    #expect(
      try ["file", "link", "fifo", "."].map { try FileSystem.status(folder.file($0)).kind } == [
        .file, .link, .other, .folder,
      ])
    #expect(FileSystem.exists(folder.file("link")) && FileSystem.target(folder.file("link")) == nil)
    #expect(try FileSystem.linkTarget(folder.file("link")) == "none")
  }

  @Test("waits for no FIFO and reads no device", .takes(lessThan: .seconds(60)))
  func fifo() throws {
    let folder = try TestFolder()
    #expect(mkfifo(folder.file("fifo"), 0o600) == 0)
    try FileSystem.link(folder.file("link"), to: "fifo")
    for path in [folder.file("fifo"), folder.file("link"), "/dev/zero"] {
      for read in [
        { _ = try FileSystem.read(path) }, { _ = try FileSystem.readIfPresent(path) },
        { _ = try FileSystem.open(path) },
      ] as [() throws -> Void] {
        #expect(throws: SystemError(call: "open", object: path, errno: EINVAL)) { try read() }
      }
    }
    // What a person hands over may be a pipe, or /dev/null for nothing.
    let nothing = try FileSystem.openAny("/dev/null")
    #expect(try nothing.readAll(limit: 1) == [])
  }

  @Test("says that a file is too large where more is there than may be read")
  func tooLarge() throws {
    let folder = try TestFolder()
    let path = try folder.write("file", [1, 2, 3])
    #expect(try FileSystem.read(path, limit: 3) == [1, 2, 3])
    let error = #expect(throws: SystemError.self) { try FileSystem.read(path, limit: 2) }
    #expect(error?.diagnostic.code == .systemTooLarge)
    // A call that writes too much is the system's own limit.
    #expect(SystemError(call: "write", object: path, errno: EFBIG).diagnostic.code == .systemCall)
  }

  @Test(
    "parts of a path",
    arguments: [
      ("/a/b", "/a", "b"), ("/a", "/", "a"), ("a", ".", "a"), ("a/b/c", "a/b", "c"), ("/", "/", ""),
      ("/a\u{600}/\u{301}b", "/a\u{600}", "\u{301}b"),
    ])
  func parts(path: String, folder: String, name: String) {
    #expect(FileSystem.folder(of: path) == folder)
    #expect(FileSystem.baseName(of: path) == name)
  }

  @Test(
    "absolute paths",
    arguments: [
      ("/a/./b/../c", "/a/c"), ("/..", "/"), ("/a//b/", "/a/b"), ("/", "/"),
      ("/a/\u{600}/../\u{301}/", "/a/\u{301}"),
    ])
  func absolute(path: String, result: String) throws {
    #expect(try FileSystem.absolute(path) == result)
  }
}

@Suite("Staging folder")
struct StagingFolderTests {
  @Test("refuses every way out")
  func escapes() throws {
    let folder = try TestFolder()
    try folder.write("outside/x", [1])
    try FileSystem.makeFolder(folder.file("in"))
    let staging = try StagingFolder(folder.file("in"))
    try staging.link("out", to: "../outside")
    try staging.link("self", to: ".")
    try staging.link("file", to: "../outside/new")
    for path in [
      "../y", "out/y", "self/y", "file", "/tmp/y", folder.file("outside/y"), "a/../../y", "..",
      "none/y",
    ] {
      #expect(failure { () throws(SystemError) in _ = try staging.create(path) } != nil, "\(path)")
      #expect(
        failure { () throws(SystemError) in try staging.makeFolder(path == ".." ? "../.." : path) }
          != nil, "\(path)")
      #expect(
        failure { () throws(SystemError) in try staging.link(path == ".." ? "../.." : path, to: "x")
        } != nil, "\(path)")
    }
    #expect(try folder.paths() == ["in", "in/file", "in/out", "in/self", "outside", "outside/x"])
  }

  @Test("replaces nothing")
  func exclusive() throws {
    let folder = try TestFolder()
    let staging = try StagingFolder(folder.path)
    _ = try staging.create("a")
    #expect(failure { () throws(SystemError) in _ = try staging.create("a") }?.isExisting == true)
    #expect(failure { () throws(SystemError) in try staging.makeFolder("a") }?.isExisting == true)
    #expect(
      failure { () throws(SystemError) in try staging.link("a", to: "b") }?.isExisting == true)
  }

  @Test("makes folders and files below")
  func makes() throws {
    let folder = try TestFolder()
    let parent = try FileSystem.openFolder(folder.path)
    let staging = try StagingFolder.made("s", below: parent)
    try staging.makeFolder("a")
    try staging.makeFolder("a/b")
    let file = try staging.create("a/b/c")
    try file.write([1])
    try staging.syncFolder("a/b")
    #expect(try folder.paths() == ["s", "s/a", "s/a/b", "s/a/b/c"])
    #expect(
      failure { () throws(SystemError) in _ = try StagingFolder.made("s", below: parent) }?
        .isExisting == true)
  }
}

@Suite("File lock")
struct FileLockTests {
  @Test("keeps another process out until it is let go")
  func twoProcesses() throws {
    let folder = try TestFolder()
    let path = folder.file("lock")
    let attempt = ChildCommand(["flock", "-n", path, "true"])
    do {
      let lock = try FileLock.acquire(path, waitSeconds: 0)
      let isHeld = lock != nil
      #expect(isHeld)
      #expect(try attempt.run().end == .exited(1))
    }
    #expect(try attempt.run().isSuccess)
    #expect(FileSystem.exists(path))
  }

  @Test("waits for another process, says so once, and gives up in time")
  func waiting() throws {
    let folder = try TestFolder()
    let path = folder.file("lock")
    let held = try FileLock.acquire(path, waitSeconds: 0)
    let isHeld = held != nil
    #expect(isHeld)
    var waits = 0
    let second = try FileLock.acquire(path, waitSeconds: 1, onWait: { waits += 1 })
    let isRefused = second == nil
    #expect(isRefused)
    #expect(waits == 1)
  }
}

@Suite("Pattern")
struct PatternTests {
  @Test(
    "finds the first group, else the whole match",
    arguments: [
      ("nginx/([0-9.]+)", "nginx version: nginx/1.22.1", "1.22.1"), ("[0-9]+", "a12b", "12"),
      ("(x)?b", "ab", "b"), ("^b$", "a\nb\nc", "b"), ("é(.+)", "aéü", "ü"), ("x", "a", nil),
      ("()", "a", ""),
    ] as [(String, String, String?)])
  func groups(pattern: String, text: String, group: String?) throws {
    guard let compiled = Pattern(pattern) else {
      Issue.record("not compiled")
      return
    }
    #expect(compiled.firstGroup(in: text) == group)
    #expect(compiled.matches(text) == (group != nil))
  }

  @Test("refuses what is no expression", arguments: ["(", "[", "a{2,1}", "*("])
  func invalid(text: String) { if Pattern(text) != nil { Issue.record("compiled") } }
}

@Suite("Descriptor")
struct DescriptorTests {
  @Test("writes, seeks, reads and duplicates")
  func memory() throws {
    let file = try Descriptor.inMemory("x")
    try file.write([1, 2, 3])
    try file.seek(to: 1)
    #expect(try file.readAll(limit: 2) == [2, 3])
    let copy = try file.duplicate()
    try copy.seek(to: 0)
    #expect(failure { () throws(SystemError) in _ = try file.readAll(limit: 2) }?.errno == EFBIG)
    #expect(try file.status().size == 3)
    try copy.close()
  }

  @Test("a released descriptor stays open")
  func release() throws {
    let raw = try Descriptor.inMemory("x").release()
    #expect(fcntl(raw, F_GETFD) >= 0)
    #expect(close(raw) == 0)
  }

  @Test("is closed with its owner and never handed to children")
  func closing() throws {
    let raw: Int32
    do {
      let file = try Descriptor.inMemory("x")
      raw = file.raw
      #expect(fcntl(raw, F_GETFD) & FD_CLOEXEC != 0)
    }
    #expect(raw >= 0)
  }
}
