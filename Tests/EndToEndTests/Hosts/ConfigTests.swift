import Files
import PkgCore
import TestSupport
import Testing

/// `config check`, `config show`, and what an install says about the host's own file.
@Suite("a host's own configuration")
struct ConfigTests {
  let workshop: Workshop
  let user: Sandbox

  init() throws {
    workshop = try Workshop()
    user = workshop.author
    let schema = """
      {"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object", "additionalProperties": false,
       "properties": {
         "data_file": {"type": "string"}, "table_size": {"type": "integer", "minimum": 1},
         "batch_size": {"type": "integer", "minimum": 1, "default": 100},
         "ratio": {"type": "number"}, "verbose": {"type": "boolean"}, "password": {"type": "string"},
         "nested_config": {"type": "object", "properties": {"sub_param": {"type": "string"}}},
         "operation_weights": {"type": "object", "additionalProperties": {"type": "integer", "minimum": 0}}}}
      """
    let example = "table_size: 10000\\noperation_weights:\\n  insert: 30\\n  select: 60\\n"
      .replacing("\\n", with: "\n")
    for (host, type) in [("stormdb", "workload"), ("distributed-transformer", "format")] {
      let name = host == "stormdb" ? "my_plugin" : "my_format"
      let report = try install(name, host, type, schema, example)
      #expect(report.output.contains("in \(host)'s own file:"), "\(report)")
    }
  }

  @discardableResult
  private func install(
    _ name: String, _ host: String, _ type: String, _ schema: String, _ example: String
  ) throws -> Outcome {
    let archive = try workshop.pack(
      Workshop.Facts(
        name: name, version: "1.0.0", host: host, type: type,
        more: "config: { schema: config.schema.json, example: example_config.yaml }",
        files: [
          ("config.schema.json", Array(schema.utf8)), ("example_config.yaml", Array(example.utf8)),
        ]),
      library: StormPlugins.library(name, "1.0.0", workshop))
    return try user.plugctl("install", archive, "--test-level", "0").succeeded()
  }

  private func check(_ text: String, _ more: [String: String] = [:], host: String? = "stormdb")
    throws
    -> Outcome
  {
    try user.folder.write("work/config.yaml", text)
    return try user.plugctl(
      ["config", "check", "config.yaml"] + (host.map { ["--host", $0] } ?? []), with: more)
  }

  private let guide = """
    workload:
      type: "plugin"
      plugin_name: "my_plugin"
      plugin_config:
        table_size: 10000
        data_file: "${MY_PLUGIN_DATA_FILE}"
        batch_size: "${MY_PLUGIN_BATCH_SIZE}"
        operation_weights:
          insert: 30
          select: 60
        nested_config:
          sub_param: "nested_value"

    """
  private let variables = ["MY_PLUGIN_DATA_FILE": "/path/to/1000", "MY_PLUGIN_BATCH_SIZE": "1000"]

  @Test("as StormDB's guide prints it is without faults, its variables filled in")
  func guideFile() throws {
    let outcome = try check(guide, variables, host: nil).succeeded()
    #expect(
      outcome.output
        == "config.yaml: a configuration of stormdb for my_plugin 1.0.0, without faults\n")
    let shown = try user.plugctl("config", "show", "config.yaml", "--resolved", with: variables)
      .succeeded()
    #expect(shown.output.contains("    batch_size: 1000\n"), "\(shown)")
    #expect(shown.output.contains("    data_file: /path/to/1000\n"), "\(shown)")
    let loaded = try user.run(
      [
        "/usr/bin/python3", "-c",
        "import sys, yaml; print(yaml.safe_load(sys.stdin)['workload']['plugin_config'])",
      ],
      input: shown.output)
    #expect(
      loaded.output
        == "{'table_size': 10000, 'data_file': '/path/to/1000', 'batch_size': 1000, 'operation_weights': {'insert': 30, 'select': 60}, 'nested_config': {'sub_param': 'nested_value'}}\n",
      "\(loaded)")
  }

  @Test(
    "has every fault told with its place",
    arguments: [
      (
        "table_size: 10000", "table_size: 0",
        "config.yaml:5:17: `workload.plugin_config.table_size` must be at least 1"
      ),
      (
        "table_size: 10000", "table_sise: 1",
        "config.yaml:5:5: `workload.plugin_config.table_sise` is unknown: did you mean `table_size`?"
      ),
      (
        "insert: 30", "insert: many",
        "config.yaml:9:15: `workload.plugin_config.operation_weights.insert` must be a whole number, and is the text `many`"
      ),
      (
        "plugin_name: \"my_plugin\"", "plugin_name: \"imdb_plugin\"",
        "`imdb_plugin` is not installed for stormdb: `plugctl install imdb_plugin`"
      ),
      ("plugin_name: \"my_plugin\"", "x: 1", "`workload` lacks `plugin_name`"),
      ("type: \"plugin\"", "type: [plugin]", "`workload.type` must be text, and is a list"),
      (
        "${MY_PLUGIN_BATCH_SIZE}", "${NOT_SET_AT_ALL}",
        "config.yaml:7:17: the variable `NOT_SET_AT_ALL` is not set"
      ),
      (
        "${MY_PLUGIN_BATCH_SIZE}", "${MY_PLUGIN_DATA_FILE}",
        "`workload.plugin_config.batch_size` must be a whole number, and is text\n"
      ),
      ("${MY_PLUGIN_BATCH_SIZE}", "${1x}", "`${1x}` is no name of a variable"),
      ("FILE}", "FILE}x${B", "config.yaml:6:16: `${` is not closed"),
      ("sub_param:", "\"${NOPE}\": 1\n      sub_param:", "not in the key `${NOPE}`"),
      ("10000", "1e999", "`workload.plugin_config.table_size` must be a whole number"),
      (
        "plugin_name: \"my_plugin\"", "plugin_name: \"\"",
        "what stands at `workload.plugin_name` is no name of a plugin"
      ),
      (
        "plugin_name: \"my_plugin\"", "plugin_name: ../x",
        "config.yaml:3:16: `../x` is no name of a plugin\n"
      ),
    ])
  func faults(old: String, new: String, message: String) throws {
    let outcome = try check(guide.replacing(old, with: new), variables)
    #expect(outcome.exit == 13 && outcome.output.contains(message), "\(outcome)")
  }

  @Test("is held against the folder that `--into` names, where one is named")
  func into() throws {
    let config = "workload: { type: plugin, plugin_name: my_plugin, plugin_config: {} }\n"
    try check(config).succeeded()
    func checked(in folder: String) throws -> Outcome {
      try user.plugctl("config", "check", "config.yaml", "--host", "stormdb", "--into", folder)
    }
    let archive = try workshop.pack(
      Workshop.Facts(name: "other", version: "1.0.0", host: "stormdb", type: "workload"),
      library: StormPlugins.library("other", "1.0.0", workshop))
    try user.plugctl("install", archive, "--test-level", "0", "--into", "chosen").succeeded()
    let lacking = try checked(in: "chosen")
    #expect(
      lacking.exit == 13 && lacking.output.contains("`plugctl install my_plugin --into chosen`"),
      "\(lacking)")
    try user.folder.write("work/config.yaml", config.replacing("my_plugin", with: "other"))
    let there = try checked(in: "chosen").succeeded()
    #expect(there.output.contains("for other 1.0.0, without faults"), "\(there)")
    // The host's own folder may be named like any other.
    #expect(try checked(in: "\(user.home)/.stormdb/plugins").exit == 13)
    try user.folder.write("work/config.yaml", config)
    try checked(in: "\(user.home)/.stormdb/plugins").succeeded()
  }

  @Test("of a project is held against plugins that the host finds in the user's scope")
  func outer() throws {
    try user.folder.write("work/plugctl.yaml", "schema: 1\nhost: stormdb\n")
    let scope = ["PLUGCTL_SCOPE": "project"]
    try check(guide, scope.merging(variables) { $1 }).succeeded()
    let faulty = guide.replacing("table_size: 10000", with: "table_size: 0")
    let outcome = try check(faulty, scope.merging(variables) { $1 })
    #expect(outcome.exit == 13 && outcome.output.contains("must be at least 1"), "\(outcome)")
  }

  @Test("is no YAML: that is told with its place")
  func noYAML() throws {
    let outcome = try check("workload: [\n")
    #expect(outcome.exit == 13 && outcome.code == "config.invalid", "\(outcome)")
    let unknown = try check("a: 1\n", host: nil)
    #expect(unknown.exit == 3 && unknown.code == "host.ambiguous", "\(unknown)")
  }

  @Test("of distributed-transformer names plugins as a map, and their folder")
  func transformer() throws {
    let live = user.live("distributed-transformer")
    let text = """
      plugins:
        plugin_dir: "\(live)/plugins"
        enable_plugins: true
        plugin_configs:
          my_format:
            batch_size: 1024

      """
    let outcome = try check(text, host: nil).succeeded()
    #expect(outcome.output.contains("my_format 1.0.0, without faults"), "\(outcome)")
    let elsewhere = try check(text.replacing("\(live)/plugins", with: "/srv/other"), host: nil)
    #expect(elsewhere.output.contains("would look in `/srv/other`"), "\(elsewhere)")
    let wrong = try check(text.replacing("batch_size: 1024", with: "batch_size: x"), host: nil)
    #expect(
      wrong.exit == 13 && wrong.output.contains("plugins.plugin_configs.my_format.batch_size"))
    let other = try check(text.replacing("my_format:", with: "gone:"), host: nil)
    #expect(other.output.contains("`gone` is not installed"), "\(other)")
    // A host that starts a plugin without settings may refuse it.
    #expect(
      other.output.contains("`plugins.plugin_configs` has no settings for it"), "\(other)")
  }

  @Test("of DataBridge's manager has its types, and trusts whom it names")
  func manager() throws {
    let text = """
      { "PluginDir": "./plugins", "AutoLoad": true, "AllowUnsigned": false, "RequireChecksum": true,
        "TrustedPublishers": ["DataBridge", "TrustedVendor"], "MonitorInterval": "5s", "MaxMemoryMB": 512,
        "MaxCPUPercent": 50.0, "MaxGoroutines": 100, "MaxExecutionMS": 30000 }
      """
    try check(text, host: "databridge").succeeded()
    for (old, new) in [("true,", "\"yes\","), ("\"5s\"", "\"soon\""), ("512", "0"), ("50.0", "0")] {
      let outcome = try check(text.replacing(old, with: new), host: "databridge")
      #expect(outcome.exit == 13, "\(outcome)")
    }
  }

  @Test("says of each value where it is from, and keeps secrets")
  func origins() throws {
    try user.folder.write(
      "work/config.yaml",
      guide + "    password: hunter2\ndatabase: { url: \"postgres://me:geheim@localhost/db\" }\n")
    let arguments = ["config", "show", "config.yaml", "--host", "stormdb", "--origin"]
    let shown = try user.plugctl(arguments, with: variables).succeeded()
    let lines = shown.lines
    #expect(
      lines.contains(
        "workload.plugin_config.batch_size\t1000\t$MY_PLUGIN_BATCH_SIZE at config.yaml:7:17"),
      "\(shown)")
    #expect(
      lines.contains("workload.plugin_config.table_size\t10000\tconfig.yaml:5:17"), "\(shown)")
    #expect(!shown.output.contains("hunter2") && !shown.output.contains("geheim"), "\(shown)")
    #expect(shown.output.contains("postgres://me:****@localhost/db"), "\(shown)")
    let open = try user.plugctl(arguments + ["--show-secrets"], with: variables).succeeded()
    #expect(open.output.contains("hunter2") && open.output.contains("geheim"))
    try user.folder.write(
      "work/short.yaml", "workload: { type: plugin, plugin_name: my_plugin, plugin_config: {} }\n")
    let filled = try user.plugctl("config", "show", "short.yaml", "--origin").succeeded()
    #expect(
      filled.lines.contains("workload.plugin_config.batch_size\t100\tthe schema's default"),
      "\(filled)")
  }

  @Test("lacks what a plugin requires also where it has no settings at all, and gets defaults")
  func noSettings() throws {
    let schema = """
      {"type": "object", "required": ["dsn", "batch"],
       "properties": {"dsn": {"type": "string"}, "size": {"type": "integer", "default": 7}}}
      """
    try install("strict", "stormdb", "workload", schema, "dsn: x\n")
    for settings in ["", ", plugin_config: ", ", plugin_config: {}"] {
      let outcome = try check("workload: { type: plugin, plugin_name: strict\(settings) }\n")
      #expect(outcome.exit == 13, "\(outcome)")
      for name in ["dsn", "batch"] {
        #expect(
          outcome.lines.count { $0.contains("`workload.plugin_config` lacks `\(name)`") } == 1,
          "\(outcome)")
      }
      let shown = try user.plugctl("config", "show", "config.yaml", "--resolved")
      #expect(shown.output.contains("  plugin_config:\n    size: 7\n"), "\(shown)")
    }
    let twice = try check("workload: { type: plugin, plugin_name: strict, plugin_config: 5 }\n")
    #expect(twice.lines.count { $0.contains("must be a map") } == 1, "\(twice)")
  }

  @Test("may name its plugin, and that it has one, by variables")
  func namedByVariables() throws {
    let text = guide.replacing("\"my_plugin\"", with: "${PL}").replacing("\"plugin\"", with: "${T}")
      .replacing("table_size: 10000", with: "table_size: 0")
    let named = try check(text, variables.merging(["PL": "my_plugin", "T": "plugin"]) { $1 })
    #expect(named.exit == 13 && named.output.contains("must be at least 1"), "\(named)")
    #expect(!named.output.contains("installed"), "\(named)")
    let unset = try check(text, variables.merging(["T": "plugin"]) { $1 })
    #expect(unset.lines.count { $0.contains("`PL` is not set") } == 1, "\(unset)")
    #expect(!unset.output.contains("no name of a plugin"), "\(unset)")
    let other = try check(text, variables.merging(["PL": "my_plugin", "T": "builtin"]) { $1 })
    #expect(!other.output.contains("must be at least 1"), "\(other)")
  }

  @Test("keeps secrets also in faults, below their keys, and in texts")
  func secrets() throws {
    let wrong = guide + "    password: 123456\n    verbose: ${SECRET}\n    ratio: \"${SECRET}\"\n"
    let outcome = try check(wrong, variables.merging(["SECRET": "hunter2"]) { $1 })
    #expect(outcome.exit == 13 && outcome.output.contains("must be true or false"), "\(outcome)")
    #expect(
      outcome.output.contains("`workload.plugin_config.password` must be text, and is a number"))
    #expect(!outcome.output.contains("hunter") && !outcome.output.contains("123456"), "\(outcome)")
    try user.folder.write(
      "work/config.yaml",
      """
      workload: { type: builtin }
      secret: { value: hunter1 }
      password: [{ x: hunter2 }, hunter3]
      "password.x": hunter4
      f: { pwd: hunter9, passphrase: hunter9, credentials: hunter9, accessKey: hunter9, db_pass: hunter9 }

      """)
    for way in [["--resolved"], ["--origin"], ["--resolved", "--json"]] {
      let shown = try user.plugctl(["config", "show", "config.yaml", "--host", "stormdb"] + way)
        .succeeded()
      #expect(!shown.output.contains("hunter"), "\(shown)")
    }
  }

  @Test("has the settings that `info` lists")
  func listed() throws {
    let info = try user.plugctl("info", "my_plugin").succeeded()
    #expect(
      info.lines.contains { $0.hasPrefix("settings   data_file (string), table_size (integer), ") },
      "\(info)")
    let data = try user.plugctl("info", "my_plugin", "--json").succeeded().data()
    #expect(data["package"]?["settings"]?["ratio"]?.stringValue == "number")
  }

  @Test("of 15,000 settings is shown at once, each path once", .takes(lessThan: .seconds(60)))
  func large() throws {
    let keys = (0..<15_000).map { "k\($0): \($0)\n" }.joined()
    try user.folder.write(
      "work/config.yaml", "workload: { type: builtin }\na.b: 0x10\na: { b: 1e999 }\n" + keys)
    let shown = try user.plugctl(
      "config", "show", "config.yaml", "--host", "stormdb", "--resolved", "--json"
    ).succeeded()
    let data = try shown.data()
    #expect(data["config"]?["a.b"] == 16 && data["config"]?["a"]?["b"] == "1e999")
    let paths = (data["origins"]?.arrayValue ?? []).compactMap { $0["path"]?.stringValue }
    #expect(paths.count == 15_003 && Set(paths).count == 15_003)
  }

  @Test("`config example` says what to add, and what it says is without faults")
  func example() throws {
    for (name, host) in [("my_plugin", "stormdb"), ("my_format", "distributed-transformer")] {
      let text = try user.plugctl("config", "example", name).succeeded().output
      let outcome = try check(text, host: host)
      #expect(outcome.exit == 0 && outcome.output.contains(", without faults"), "\(text)\(outcome)")
    }
    #expect(try user.plugctl("config", "example", "nothing").code == "plugin.not-installed")
  }
}
