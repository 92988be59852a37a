import Files
import PkgCore
import TestSupport
import Testing

@Suite("the schemas of registry-index")
struct SchemaTests {
  /// Checks documents of one kind with another program's reader of schemas; prints each that differs.
  private static let checker = """
    import glob, json, sys, jsonschema, yaml
    schema = json.load(open(sys.argv[1]))
    jsonschema.Draft202012Validator.check_schema(schema)
    files = [file for pattern in sys.argv[2:] for file in sorted(glob.glob(pattern))]
    for file in files:
        try:
            jsonschema.Draft202012Validator(schema).validate(yaml.safe_load(open(file)))
        except jsonschema.ValidationError as fault:
            sys.exit(f"{file}: {fault.message}")
    print(len(files))
    """

  /// What a plugin says of itself, as the worker heard it.
  private static let description = """
    import subprocess, sys
    command = [sys.argv[1] + "/plugctl-worker", "load", "--no-sandbox", "--check", "plg-d013"]
    run = subprocess.run([*command, sys.argv[1] + "/plugctl-selftest.so"], capture_output=True, text=True)
    digits = [line.split()[2] for line in run.stderr.splitlines() if line.startswith("data describe ")]
    open(sys.argv[2], "wb").write(bytes.fromhex("".join(digits)))
    """

  let examples: Examples
  let user: Sandbox

  init() throws {
    examples = try Examples.shared.get()
    user = try Sandbox()
    try user.add(examples.index)
    try user.plugctl("install", "beta", "delta").succeeded()
    try user.plugctl("pin", "delta", "--reason", "test", "--until", "2027-01-01").succeeded()
    try user.plugctl("plan", "remove", "beta", "-o", "plan.json").succeeded()
  }

  private func check(_ schema: String, _ patterns: [String]) throws -> Outcome {
    let path = "\(Programs.repository)/registry-index/schema/\(schema).json"
    return try user.run(["/usr/bin/python3", "-c", Self.checker, path] + patterns)
  }

  @Test("fit what is shipped and what the program writes")
  func documents() throws {
    let targets = "\(examples.index.path)/targets"
    let project = try ProjectUser(
      """
      schema: 1
      host: sqlite
      targets: [\(Platform.current), { platform: \(Platform.current), glibc: "2.36", host: 3.40.1 }]
      indexes: [{ name: main, url: https://plugins.example.org/ }]
      plugins: { acme/beta: "*" }
      policy: { publishers: any, revoked_keys: [A] }
      pins: { acme/alpha: { version: ^1, reason: "2.0 is another format", until: 2999-01-01 } }

      """)
    try project.plugctl("install", "delta").succeeded()
    let other = try Sandbox()
    for name in ["netrc", "ca.pem", "cert.pem", "key.pem"] {
      try other.folder.write("work/\(name)", [])
    }
    try other.plugctl(
      "index", "add", examples.index.path, "--trust", examples.index.fingerprint, "--name", "full",
      "--mirror", "https://a.test/x", "--mirror", "https://b.test", "--netrc", "netrc", "--ca-file",
      "ca.pem", "--client-cert", "cert.pem", "--client-key", "key.pem", "--proxy", "http://p.test:1"
    ).succeeded()
    try user.folder.write(
      "home/.config/plugctl/policy.yaml",
      """
      schema: 1
      publishers: ask
      unsigned: [{ plugin: acme/x, version: ^1, reason: "why", until: "2999-01-01" }]
      keys: { acme: [36164BC045E62728], other: "sha256:\(String(repeating: "0", count: 64))" }
      revoked_keys: [A]
      scanners: [{ argv: [/usr/bin/clamscan, -r], timeout: 60s }]

      """)
    try user.plugctl("policy", "check").succeeded()
    try user.plugctl("mirror", "mirror").succeeded()
    try user.plugctl("mirror", "part", "delta").succeeded()
    try user.plugctl("bundle", "create", "-o", "b.tar", "delta").succeeded()
    try user.run(["tar", "-xf", "b.tar", "bundle.json"]).succeeded()
    try user.run(["python3", "-c", Self.description, Programs.folder, "description.json"])
      .succeeded()
    try user.plugctl("host", "snapshot", "nginx", "-o", "snapshot.json").succeeded()
    let cases: [(schema: String, patterns: [String])] = [
      ("host-1", ["\(Programs.repository)/registry-index/hosts/*.yaml"]),
      ("record-1", ["\(targets)/i/*/*.json"]), ("catalog-1", ["\(targets)/*.catalog.json"]),
      ("policy-1", ["\(user.configuration)/policy.yaml"]),
      ("generation-1", ["\(user.data)/hosts/*/gens/*/manifest.json"]),
      ("package-1", ["\(user.data)/trees/*/plugin.json"]),
      ("mirror-1", ["\(user.work)/mirror/mirror.json", "\(user.work)/part/mirror.json"]),
      ("bundle-1", ["\(user.work)/bundle.json"]),
      ("description-1", ["\(user.work)/description.json"]),
      ("snapshot-1", ["\(user.work)/snapshot.json"]),
      ("plan-1", ["\(user.work)/plan.json"]),
      (
        "index-1",
        [user, other].map { "\($0.configuration)/indexes.d/*.yaml" }
      ),
      ("project-1", ["\(project.user.work)/plugctl.yaml"]), ("lock-1", [project.lockPath]),
      ("manifest-1", ["\(examples.workshop.author.work)/source*/plugin.yaml"]),
    ]
    for (schema, patterns) in cases {
      let outcome = try check(schema, patterns).succeeded()
      #expect(outcome.output != "0\n", "no document was read for \(schema)")
    }
  }

  @Test("refuse what the program refuses")
  func refusals() throws {
    let path = "\(user.work)/plugin.yaml"
    let bad = "schema: 2\npublisher: Acme\nname: x\nversion: 1.0.0\nhost: sqlite\nvariants: []\n"
    try FileSystem.replace(path, with: Array(bad.utf8), isDurable: false)
    #expect(try check("manifest-1", [path]).end == .exited(1))
    #expect(try user.plugctl("lint", path).end == .exited(13))
    let project = try ProjectUser("schema: 1\nplugins: { beta: [] }\n")
    #expect(try check("project-1", ["\(project.user.work)/plugctl.yaml"]).end == .exited(1))
    #expect(try project.plugctl("sync").end == .exited(13))
  }
}
