import PkgCore
import Signing
import TestSupport

extension HostileArchive {
  /// Lists that agree with the entries, and are wrong.
  static let lists: [HostileArchive] = [
    listed("listed with another case", "a second time", .archiveUnsafe, ["readme"]),
    listed("folders with another case", "differs by case only", .archiveUnsafe, ["Lib/x"]),
    listed(
      "listed below a file", "below something that is no folder", .archiveUnsafe, ["README/x"]),
    listed("lists plugin.json in another case", "a second time", .archiveUnsafe, ["Plugin.json"]),
    listed("lists itself", "a second time", .archiveUnsafe, ["plugin.json"]),
    listed("listed twice", "a second time", .archiveUnsafe, ["README"]),
    listed(
      "lists a file that is a folder, too", "below something that is no folder", .archiveUnsafe,
      ["lib"]),
    listed("lists a way out", "malformed or unsafe", .packageInvalid, ["../x"]),
    listed("lists an absolute path", "malformed or unsafe", .packageInvalid, ["/x"]),
    listed("lists an empty path", "malformed or unsafe", .packageInvalid, [""]),
    listed("lists a path with a hyphen first", "malformed or unsafe", .packageInvalid, ["-x"]),
    listed("lists a path with a space", "malformed or unsafe", .packageInvalid, ["a b"]),
    listed(
      "lists too deep a path", "malformed or unsafe", .packageInvalid,
      [Array(repeating: "a", count: 17).joined(separator: "/")]),
    listed(
      "too deep with the top folder", "which is no safe path", .archiveUnsafe,
      [Array(repeating: "aa", count: 16).joined(separator: "/")]),
    listed(
      "lists too long a path", "malformed or unsafe", .packageInvalid,
      [String(repeating: "a", count: 241)]),
    listed(
      "lists a link that leads out", "malformed or unsafe", .packageInvalid, [],
      links: [("x", "../outside")]),
    listed(
      "lists a link to a path below", "malformed or unsafe", .packageInvalid, [],
      links: [("x", "lib/v.so")]),
    listed(
      "lists an absolute link", "malformed or unsafe", .packageInvalid, [],
      links: [("x", "/etc/passwd")]),
    listed(
      "lists a link to ..", "malformed or unsafe", .packageInvalid, [], links: [("x", "..")]),
    listed(
      "lists a link to nothing", "malformed or unsafe", .packageInvalid, [], links: [("x", "")]),
    listed(
      "lists a link to itself", "which leads to no file beside it", .archiveUnsafe, [],
      links: [("x", "x")]),
    listed(
      "lists two links to each other", "which leads to no file beside it", .archiveUnsafe, [],
      links: [("x", "y"), ("y", "x")]),
    listed(
      "lists a link to what is not there", "which leads to no file beside it", .archiveUnsafe, [],
      links: [("x", "absent")]),
    listed(
      "lists a link to a folder", "which leads to no file beside it", .archiveUnsafe, [],
      links: [("x", "lib")]),
    listed(
      "listed below a link", "below something that is no folder", .archiveUnsafe, ["x/y"],
      links: [("x", "README")]),
    HostileArchive("a file of 300 MiB", .packageTooLarge, "has 314572800 bytes") {
      let package = TestPackage()
      var tar = TarText()
      var description = try package.description
      let big = description.files.firstIndex { $0.path == "README" } ?? 0
      description.files[big] = .init(
        path: "README",
        content: .file(size: 300 << 20, isExecutable: false, digest: sha256([])))
      tar.add(
        "v-1.0.0/plugin.json",
        description.json(tree: sha256(description.treeBytes)).prettyBytes)
      tar.add("v-1.0.0/README", size: 300 << 20)
      return tar.finished
    },
    HostileArchive("20,000 listed files", .packageTooLarge, "more than 10000 entries") {
      var package = TestPackage()
      for number in 0..<20_000 { package.files.append(("f/\(number)", [])) }
      return try package.tar()
    },
    HostileArchive("20,000 folder entries", .packageTooLarge, "more than 10000 entries") {
      try TestPackage().tar { tar in
        for number in 0..<20_000 { tar.add("v-1.0.0/d\(number)/", kind: .folder, mode: 0o755) }
      }
    },
  ]

  /// What may be wrong with `plugin.json` itself.
  static let descriptions: [HostileArchive] = [
    description("no JSON", "`plugin.json` is not JSON") { _ in "{" },
    description("nothing", "`plugin.json` is not JSON") { _ in "" },
    description("bytes before the JSON", "`plugin.json` is not JSON") { "\u{FEFF}" + $0 },
    description("bytes after the JSON", "`plugin.json` is not JSON") { $0 + "{}" },
    description("a member twice", "`plugin.json` is not JSON") {
      $0.replacing("\"library\":", with: "\"library\": \"x\", \"library\":")
    },
    description("200 levels", "`plugin.json` is not JSON") { _ in
      String(repeating: "[", count: 200) + String(repeating: "]", count: 200)
    },
    description("no description", "package description") { _ in "{}" },
    description("another schema", "package description") {
      $0.replacing("\"schema\": 1", with: "\"schema\": 99")
    },
    description("no list", "lacks `platform`, `library` or `contents`") {
      $0.replacing("\"contents\"", with: "\"others\"")
    },
    description("a list that is none", "lacks `platform`, `library` or `contents`") {
      $0.replacing("\"contents\": [", with: "\"contents\": \"\", \"x\": [")
    },
    description("a size below zero", "malformed or unsafe") {
      $0.replacing("\"size\": 7", with: "\"size\": -7")
    },
    description("a mode with set-id", "malformed or unsafe") {
      $0.replacing("644", with: "4644").replacing("\"420\"", with: "\"2468\"")
    },
    description("a library that is not listed", "which it does not list") {
      $0.replacing("\"library\": \"lib/v.so\"", with: "\"library\": \"lib/w.so\"")
    },
    description("another tree id", "another tree id than its list") {
      $0.replacing("\"tree\": \"", with: "\"tree\": \"0")
    },
    HostileArchive("too large a plugin.json", .packageTooLarge, "`plugin.json` has 9437184 bytes") {
      var tar = TarText()
      tar.add("v-1.0.0/plugin.json", [UInt8](repeating: 0x20, count: 9 << 20))
      return tar.finished
    },
  ]
}
