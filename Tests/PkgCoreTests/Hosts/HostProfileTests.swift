import PkgCore
import Testing

private func read(_ fields: [(String, JSON?)]) -> (profile: HostProfile?, findings: [Finding]) {
  var object = JSONObject([.init("schema", 1), .init("id", "h")])
  for (name, value) in fields { object[name] = value }
  let findings = Findings()
  return (HostProfile.read(Node(.object(object)), findings: findings), findings.list)
}

@Suite("Host profile")
struct HostProfileTests {
  @Test("has defaults for all but its id")
  func defaults() throws {
    let (profile, findings) = read([])
    let read = try #require(profile)
    #expect(findings == [])
    #expect(
      (read.id, read.title, read.reload, read.switchTime) == (
        "h", "h", HostProfile.Reload.none, .anyTime
      ))
    #expect(
      (read.layout.view, read.layout.pathStyle, read.layout.placement, read.layout.file) == (
        .links, .stable, .flat, "{name}.so"
      ))
    #expect(
      read.detection == nil && read.activation == nil && read.probe == nil && read.abis.isEmpty)
    #expect(read.variable == nil && read.folder(in: .user) == nil)
  }

  @Test("reads every field")
  func everyField() throws {
    let (profile, findings) = read([
      ("title", "Host"), ("types", ["module"]), ("switch", "host-stopped"),
      (
        "detect",
        [
          "binary": ["h", "/usr/sbin/h"],
          "version": ["argv": ["{binary}", "-v"], "stream": "stderr", "regex": "h/([0-9.]+)"],
        ]
      ),
      (
        "paths",
        [
          ["scope": "project", "dir": "./plugins"], ["scope": "user", "dir": "~/.h"],
          ["env": "H_PATH", "separator": ";"],
        ]
      ),
      (
        "layout",
        [
          "place": "by-type", "file": "{file}", "aliases": ["lib{name}.so"],
          "by_type": ["module": "mods"], "view": "copies", "path": "versioned",
        ]
      ),
      (
        "abi",
        [
          [
            "kind": "c", "required": ["f", ["name": "o", "type": "object"]],
            "entry_from_filename": "x", "symbol_providers": ["{binary}"], "static_probes": ["p"],
          ]
        ]
      ),
      (
        "limits",
        [
          "memoryMB": 16, "cpuPercent": 50, "threads": 2, "files": 8, "executionMs": 5,
          "monitorInterval": "1s",
        ]
      ),
      (
        "activate",
        ["text": "load {path}", "file": "x.conf", "header": "#", "include_hint": "include"]
      ),
      (
        "probe",
        [
          "timeout": "2m", "files": ["n.conf": "x"], "argv": ["h"], "env": ["A": "b"],
          "ok": ["exit": 3, "regex": "fine"], "fail_regex": "bad",
        ]
      ),
      ("reload", ["mode": "command", "argv": ["h", "-s"]]),
    ])
    #expect(findings == [])
    let read = try #require(profile)
    #expect(
      (read.detection?.binaries, read.detection?.versionOnStderr, read.detection?.versionPattern)
        == (["h", "/usr/sbin/h"], true, "h/([0-9.]+)"))
    #expect(
      read.paths == [
        .folder(scope: .project, path: "./plugins"), .folder(scope: .user, path: "~/.h"),
        .variable(name: "H_PATH", separator: ";"),
      ])
    #expect((read.folder(in: .user), read.variable?.name) == ("~/.h", "H_PATH"))
    #expect(
      (read.layout.placement, read.layout.view, read.layout.pathStyle, read.layout.aliases) == (
        .byType, .copies, .versioned, ["lib{name}.so"]
      ))
    #expect(read.layout.foldersByType.map(\.folder) == ["mods"])
    #expect(
      read.abis.map(\.kind) == ["c"] && read.abis[0].required.map(\.isObject) == [false, true])
    #expect(
      (
        read.limits.memoryMB, read.limits.threads, read.limits.files,
        read.limits.executionMilliseconds
      ) == (16, 2, 8, 5))
    #expect(
      (
        read.activation?.text, read.activation?.file, read.activation?.header,
        read.activation?.includeHint
      ) == ("load {path}", "x.conf", "#", "include"))
    #expect(
      (
        read.probe?.timeoutMilliseconds, read.probe?.exitCode, read.probe?.passPattern,
        read.probe?.failPattern
      ) == (120_000, 3, "fine", "bad"))
    #expect((read.switchTime, read.reload) == (.hostStopped, .command(["h", "-s"])))
  }

  @Test(
    "refuses each fault at its field",
    arguments: [
      ("schema", nil, "schema"), ("schema", 2, "schema"), ("id", nil, "id"), ("id", "H H", "id"),
      ("detect", "x", "detect"),
      ("detect", ["version": ["argv": ["x"]]], "detect.version.regex"),
      ("detect", ["version": ["regex": "x", "stream": "both"]], "detect.version.stream"),
      ("paths", [["dir": "x"]], "paths[0]"),
      ("paths", [["scope": "all", "dir": "x"]], "paths[0].scope"),
      ("layout", ["place": "x"], "layout.place"),
      ("layout", ["view": "x"], "layout.view"),
      ("layout", ["view": "copies", "place": "per-plugin"], "layout.view"),
      ("layout", ["path": "x"], "layout.path"),
      ("abi", [["required": []]], "abi[0].kind"), ("limits", ["memoryMB": 0], "limits.memoryMB"),
      ("limits", ["threads": "many"], "limits.threads"), ("activate", [:], "activate.text"),
      ("switch", "never", "switch"), ("probe", ["timeout": "soon"], "probe.timeout"),
      ("probe", ["timeout": "-1s"], "probe.timeout"),
      ("probe", ["ok": ["exit": 256]], "probe.ok.exit"),
      ("reload", ["mode": "magic"], "reload.mode"),
      ("reload", ["mode": "command"], "reload.argv"),
    ] as [(String, JSON?, String)])
  func faults(field: String, value: JSON?, path: String) {
    let (profile, findings) = read([(field, value)])
    #expect(profile == nil)
    #expect(findings.contains { $0.severity == .error && $0.path == path }, "\(findings)")
  }

  @Test(
    "reads times",
    arguments: [("10s", 10_000), ("500ms", 500), ("2m", 120_000), ("0s", 0)] as [(String, Int64)])
  func times(text: String, milliseconds: Int64) throws {
    #expect(
      try #require(read([("probe", ["timeout": .string(text), "argv": ["sh"]])]).profile).probe?
        .timeoutMilliseconds
        == milliseconds)
  }
}
