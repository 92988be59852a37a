import PkgCore
import TestSupport

extension HostileArchive {
  /// Entries at places where none may be.
  static let paths: [HostileArchive] = [
    instead("absolute path", "`/tmp/README`, which is no safe path") {
      $0.add("/tmp/README", readme)
    },
    instead("path with ..", "which is no safe path") { $0.add("v-1.0.0/../README", readme) },
    instead("path that begins with ..", "which is no safe path") { $0.add("../README", readme) },
    instead("path that is ..", "which is no safe path") { $0.add("..", readme) },
    instead("leading ./", "which is no safe path") { $0.add("./v-1.0.0/README", readme) },
    instead("double slash", "which is no safe path") { $0.add("v-1.0.0//README", readme) },
    instead("slash at the end of a file", "Damaged tar archive", .archiveTruncated) {
      $0.add("v-1.0.0/README/", readme)
    },
    instead("leading hyphen", "which is no safe path") { $0.add("v-1.0.0/-README", readme) },
    instead("backslash", "which is no safe path") { $0.add("v-1.0.0/..\\README", readme) },
    instead("drive letter", "which is no safe path") { $0.add("C:/README", readme) },
    instead("control character", "REA\\u{1b}DME`, which is no safe path") {
      $0.add("v-1.0.0/REA\u{1B}DME", readme)
    },
    instead("line feed", "which is no safe path") { $0.add("v-1.0.0/REA\nDME", readme) },
    instead("space at the end", "which is no safe path") { $0.add("v-1.0.0/README ", readme) },
    instead("letter beyond ASCII", "Pathname can't be converted", .archiveTruncated) {
      $0.addPax("path", "v-1.0.0/REÄDME")
      $0.add("v-1.0.0/README", readme)
    },
    instead("bytes that are no UTF-8", "which is no safe path") {
      $0.add("v-1.0.0/README", readme, bend: { $0[8] = 0xFF })
    },
    instead("empty path", "``, which is no safe path") { $0.add("", readme) },
    instead("path of 241 bytes", "which is no safe path") {
      $0.add("v-1.0.0/" + String(repeating: "a", count: 233), readme)
    },
    instead("path 17 deep", "which is no safe path") {
      $0.add("v-1.0.0/" + Array(repeating: "a", count: 16).joined(separator: "/"), readme)
    },
    instead("path by a pax header", "which is no safe path") {
      $0.addPax("path", "v-1.0.0/../../outside/secret")
      $0.add("v-1.0.0/README", readme)
    },
    instead("path by a long name of GNU", "which is no safe path") {
      $0.add("././@LongLink", Array("../../outside/secret\0".utf8), bend: { $0[156] = 0x4C })
      $0.add("v-1.0.0/README", readme)
    },
    instead("path by the prefix of ustar", "which is no safe path") {
      $0.add(
        "README", readme, bend: { $0.replaceSubrange(345..<353, with: Array("/outside".utf8)) })
    },
    instead("other case", "`README` should stand here") { $0.add("v-1.0.0/readme", readme) },
    instead("second top folder", "`README` should stand here") { $0.add("w-1.0.0/README", readme) },
    instead("other order", "`README` should stand here") {
      $0.add("v-1.0.0/lib/v.so", [0x7F, 0x45, 0x4C, 0x46])
      $0.add("v-1.0.0/README", readme)
    },
    instead("missing in the middle", "`README` should stand here") { _ in },
    after("extra file", "it is not listed") { $0.add("v-1.0.0/zzz", [1]) },
    after("the same file again", "it is not listed") { $0.add("v-1.0.0/lib/v.so", [1, 2, 3, 4]) },
    after("second plugin.json", "it is not listed") { $0.add("v-1.0.0/plugin.json", [1]) },
    after("link out, then a file below it", "it is not listed") {
      $0.add("v-1.0.0/out", kind: .link, mode: 0o777, link: "../../outside")
      $0.add("v-1.0.0/out/secret", [1])
    },
    after("extra top folder", "which is outside of `v-1.0.0`") {
      $0.add("w-1.0.0/", kind: .folder, mode: 0o755)
    },
    after("top folder that begins alike", "which is outside of `v-1.0.0`") {
      $0.add("v-1.0.0x/", kind: .folder, mode: 0o755)
    },
    after("unsafe folder", "which is no safe path") {
      $0.add("v-1.0.0/../../x/", kind: .folder, mode: 0o755)
    },
    after("absolute folder", "which is no safe path") {
      $0.add("/etc/x/", kind: .folder, mode: 0o755)
    },
    beginning("plugin.json is not first", "where `plugin.json` must come first") {
      $0.add("v-1.0.0/README", readme)
      $0.add("v-1.0.0/plugin.json", try TestPackage().json)
    },
    beginning("plugin.json at the top", "where `v-1.0.0/plugin.json` must come first") {
      $0.add("plugin.json", try TestPackage().json)
    },
    beginning("plugin.json in a folder of another name", "where `v-1.0.0/plugin.json` must come") {
      $0.add("w-1.0.0/plugin.json", try TestPackage().json)
    },
    beginning("plugin.json below another folder", "where `v-1.0.0/plugin.json` must come") {
      $0.add("v-1.0.0/lib/plugin.json", try TestPackage().json)
    },
    beginning("plugin.json is a link", "where `plugin.json` must come first") {
      $0.add("v-1.0.0/plugin.json", kind: .link, mode: 0o777, link: "x")
    },
    beginning("plugin.json is a hard link", "a hard link") {
      $0.add("v-1.0.0/plugin.json", kind: .hardLink, link: "x")
    },
    beginning("plugin.json is a FIFO", "a device, FIFO or socket") {
      $0.add("v-1.0.0/plugin.json", kind: .fifo)
    },
    beginning("another folder before plugin.json", "where `plugin.json` must come first") {
      $0.add("w-1.0.0/", kind: .folder, mode: 0o755)
      $0.add("v-1.0.0/plugin.json", try TestPackage().json)
    },
  ]
}
