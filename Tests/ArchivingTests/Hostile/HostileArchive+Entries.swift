import PkgCore
import TestSupport

extension HostileArchive {
  /// Entries of a kind or with attributes that no package may have.
  static let entries: [HostileArchive] = [
    instead("character device", "a device, FIFO or socket") {
      $0.add("v-1.0.0/README", kind: .character)
    },
    instead("block device", "a device, FIFO or socket") { $0.add("v-1.0.0/README", kind: .block) },
    instead("FIFO", "a device, FIFO or socket") { $0.add("v-1.0.0/README", kind: .fifo) },
    instead("hard link out", "a hard link") {
      $0.add("v-1.0.0/README", kind: .hardLink, link: "/etc/passwd")
    },
    instead("hard link inside", "a hard link") {
      $0.add("v-1.0.0/README", kind: .hardLink, link: "v-1.0.0/plugin.json")
    },
    instead("hard link with content", "a hard link") {
      $0.add("v-1.0.0/README", readme, kind: .hardLink, link: "v-1.0.0/plugin.json")
    },
    instead("hard link by a pax header", "a hard link") {
      $0.addPax("linkpath", "/etc/passwd")
      $0.add("v-1.0.0/README", kind: .hardLink, link: "x")
    },
    instead("link instead of a file", "type, size or mode differ") {
      $0.add("v-1.0.0/README", kind: .link, mode: 0o777, link: "../outside/secret")
    },
    instead("folder instead of a file", "`README` should stand here") {
      $0.add("v-1.0.0/README/", kind: .folder, mode: 0o755)
    },
    instead("contiguous file of another size", "type, size or mode differ") {
      $0.add("v-1.0.0/README", [1], kind: .contiguous)
    },
    instead("sparse file of old GNU", "a sparse file") {
      // Bytes 0 to 3 and 5 to 7 of seven (tar.h of GNU, "oldgnu_header").
      let map = "00000000000\000000000003\000000000005\000000000002\0"
      $0.add(
        "v-1.0.0/README", [1, 2, 3, 4, 5], kind: .gnuSparse,
        bend: { header in
          header.replaceSubrange(257..<265, with: Array("ustar  \0".utf8))
          header.replaceSubrange(345..<500, with: [UInt8](repeating: 0, count: 155))
          header.replaceSubrange(386..<386 + map.utf8.count, with: Array(map.utf8))
          header.replaceSubrange(483..<495, with: Array("00000000007\0".utf8))
        })
    },
    instead("sparse file of GNU 0.1", "a sparse file") {
      $0.addPax([
        "GNU.sparse.size": "7", "GNU.sparse.numblocks": "2", "GNU.sparse.map": "0,3,5,2",
      ])
      $0.add("v-1.0.0/README", [1, 2, 3, 4, 5])
    },
    instead("sparse file of GNU 1.0", "a sparse file") {
      $0.addPax([
        "GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.name": "v-1.0.0/README",
        "GNU.sparse.realsize": "1000000",
      ])
      var map = Array("1\n999999\n1\n".utf8)
      map += [UInt8](repeating: 0, count: 512 - map.count)
      $0.add("v-1.0.0/README", map + [7])
    },
    instead("sparse file of Solaris", "a sparse file") {
      $0.add(
        "PaxHeader", TarText.record("SUN.holesdata", " 0 3 7"), bend: { $0[156] = 0x58 })
      $0.add("v-1.0.0/README", readme)
    },
    instead("two pax headers in a row", "Unrecognized GNU sparse file format", .archiveTruncated) {
      $0.addPax("GNU.sparse.major", "0")
      $0.addPax("GNU.sparse.minor", "1")
      $0.add("v-1.0.0/README", readme)
    },
    instead("extended attribute", "with extended attributes") {
      $0.addPax("SCHILY.xattr.security.capability", "x")
      $0.add("v-1.0.0/README", readme)
    },
    instead("extended attribute of libarchive", "with extended attributes") {
      $0.addPax("LIBARCHIVE.xattr.user.x", "eA==")
      $0.add("v-1.0.0/README", readme)
    },
    instead("access control list", "with access control lists") {
      $0.addPax("SCHILY.acl.access", "user::rwx,user:bin:rwx,group::r--,mask::rwx,other::r--")
      $0.add("v-1.0.0/README", readme)
    },
    instead("default access control list", "with access control lists") {
      $0.addPax("SCHILY.acl.default", "user::rwx,user:bin:rwx,group::r--,mask::rwx,other::r--")
      $0.add("v-1.0.0/README", readme)
    },
    instead("access control list of NFS", "with access control lists") {
      $0.addPax("SCHILY.acl.ace", "owner@:rwxpdDaARWcCos:------:allow")
      $0.add("v-1.0.0/README", readme)
    },
    instead("set user id", "with a set-id or sticky bit") {
      $0.add("v-1.0.0/README", readme, mode: 0o4644)
    },
    instead("set group id", "with a set-id or sticky bit") {
      $0.add("v-1.0.0/README", readme, mode: 0o2755)
    },
    instead("sticky", "with a set-id or sticky bit") {
      $0.add("v-1.0.0/README", readme, mode: 0o1644)
    },
    after("folder with set group id", "with a set-id or sticky bit") {
      $0.add("v-1.0.0/lib/", kind: .folder, mode: 0o2755)
    },
    after("link with set user id", "with a set-id or sticky bit") {
      $0.add("v-1.0.0/x", kind: .link, mode: 0o4777, link: "README")
    },
    instead("writable for all", "with mode 666 instead of 644 or 755") {
      $0.add("v-1.0.0/README", readme, mode: 0o666)
    },
    instead("readable by nobody", "with mode 0 instead of 644 or 755") {
      $0.add("v-1.0.0/README", readme, mode: 0)
    },
    instead("executable where the list says not", "type, size or mode differ") {
      $0.add("v-1.0.0/README", readme, mode: 0o755)
    },
    instead("too short", "type, size or mode differ") { $0.add("v-1.0.0/README", [1]) },
    instead("too long", "type, size or mode differ") { $0.add("v-1.0.0/README", readme + [1]) },
    instead("a size by a pax header", "type, size or mode differ") {
      $0.addPax("size", "8")
      $0.add("v-1.0.0/README", readme + [1], size: 7)
    },
    HostileArchive("link with another target", .archiveUnsafe, "it should be a link to `README`") {
      var package = TestPackage()
      package.links = [("x", "README")]
      return try package.tar(instead: [
        "x": { $0.add("v-1.0.0/x", kind: .link, mode: 0o777, link: "/etc/passwd") }
      ])
    },
    HostileArchive(
      "link with another target by a pax header", .archiveUnsafe, "it should be a link to"
    ) {
      var package = TestPackage()
      package.links = [("x", "README")]
      return try package.tar(instead: [
        "x": {
          $0.addPax("linkpath", "../../outside")
          $0.add("v-1.0.0/x", kind: .link, mode: 0o777, link: "README")
        }
      ])
    },
    HostileArchive("file where a link is listed", .archiveUnsafe, "it should be a link to `README`")
    {
      var package = TestPackage()
      package.links = [("x", "README")]
      return try package.tar(instead: ["x": { $0.add("v-1.0.0/x", [1]) }])
    },
  ]
}
