import PkgCore
import Testing

@testable import Signing

@Suite("TUF paths")
struct TUFPathsTests {
  @Test(
    "bear the version where snapshots are consistent, root always, timestamp never",
    arguments: [
      (.root, false, "3.root.json"), (.root, true, "3.root.json"),
      (.timestamp, true, "timestamp.json"), (.snapshot, true, "3.snapshot.json"),
      (.snapshot, false, "snapshot.json"), (TUFRoleName("pub-a"), true, "3.pub-a.json"),
    ] as [(TUFRoleName, Bool, String)])
  func metadata(role: TUFRoleName, isConsistent: Bool, path: String) {
    #expect(role.path(version: 3, isConsistent: isConsistent) == path)
  }

  @Test("a role's name can't leave its folder")
  func encoding() {
    #expect(TUFRoleName("../a b/ü").encoded == "..%2Fa%20b%2F%C3%BC")
  }

  @Test("a target's file has the hash in front of its last element")
  func targets() {
    let digest = sha256([])
    for (path, file) in [("i/a/b.json", "i/a/\(digest.hex).b.json"), ("x", "\(digest.hex).x")] {
      let target = TUFTarget(path: path, length: 0, sha256: digest)
      #expect(target.filePath(isConsistent: true) == file)
      #expect(target.filePath(isConsistent: false) == path)
    }
  }
}
