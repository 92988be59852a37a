import Files
import PkgCore
import TestSupport
import Testing

@Suite("plugins of an outer scope")
struct OuterScopeTests {
  let workshop: Workshop
  let index: ExampleIndex
  let user: Sandbox
  let project: String

  init() throws {
    let workshop = try Workshop()
    self.workshop = workshop
    index = try workshop.makeIndex()
    func storm(_ name: String, _ version: String, _ more: String, _ source: String) throws -> String
    {
      try workshop.pack(
        Workshop.Facts(
          name: name, version: version, host: "stormdb", type: "workload", publisher: "storm",
          more: more),
        library: try workshop.compile(
          PlugSource.minimal(id: "storm/\(name)", version: version, more: source), name,
          flags: ["-I\(Programs.repository)/Sources/CPlug"]))
    }
    let archives = [
      try storm("core", "1.0.0", "", "int core_number(void) { return 7; }"),
      try storm("core", "2.0.0", "", "int core_number(void) { return 8; }"),
      // It can be loaded only after core.
      try storm(
        "leaf", "1.0.0", "dependencies: { core: ^1 }",
        "extern int core_number(void); int leaf(void) { return core_number(); }"),
      try storm("modernless", "1.0.0", "", ""), try storm("alone", "1.0.0", "", ""),
      try storm("modern", "1.0.0", "dependencies: { core: ^2 }", ""),
    ]
    try workshop.author.plugctl(["publish", "--to", index.path] + archives).succeeded()
    user = try Sandbox()
    try user.add(index)
    project = user.folder.file("work/project")
    try user.folder.write("work/project/plugctl.yaml", "schema: 1\nhost: stormdb\n")
  }

  private func inProject(_ arguments: String...) throws -> Outcome {
    try user.plugctl(arguments, with: ["PLUGCTL_SCOPE": ""], in: project)
  }

  private func installed() throws -> [String] {
    try inProject("list").succeeded().lines.map { String($0.split(separator: "\t")[1]) }
  }

  @Test("give a project their version, which has a copy of its own all the same")
  func sameVersion() throws {
    try user.plugctl("install", "core@1.0.0").succeeded()
    try inProject("install", "leaf", "core").succeeded()
    #expect(try installed() == ["storm/core", "storm/leaf"])
    #expect(try inProject("diff", "--exit-code").exit == 0)
  }

  @Test("are no part of a project that does not need them")
  func unneeded() throws {
    try user.plugctl("install", "core@1.0.0", "modernless").succeeded()
    try inProject("install", "alone").succeeded()
    #expect(try installed() == ["storm/alone"])
    #expect(try inProject("diff", "--exit-code").exit == 0)
    #expect(try inProject("upgrade").succeeded().output == "nothing to do\n")
    // Of what is needed all comes along, of what is there besides nothing.
    try inProject("install", "leaf").succeeded()
    #expect(try installed() == ["storm/alone", "storm/core", "storm/leaf"])
  }

  @Test("and a project's are managed to `scan` in either scope, which says whose they are")
  func scanned() throws {
    try user.plugctl("install", "core@1.0.0").succeeded()
    try inProject("install", "alone").succeeded()
    let (mine, ours) = ("\(user.home)/.stormdb/plugins/core.so", "\(project)/plugins/alone.so")
    func scan(_ scope: String) throws -> Set<String> {
      let outcome = try user.plugctl(
        "scan", "--host", "stormdb", "--scope", scope, in: project)
      return Set(try outcome.succeeded().lines)
    }
    #expect(
      try scan("user") == [
        "managed\tproject\t\(ours)\tstorm/alone 1.0.0, in project scope",
        "managed\tuser\t\(mine)\tstorm/core 1.0.0",
      ])
    #expect(
      try scan("project") == [
        "managed\tproject\t\(ours)\tstorm/alone 1.0.0",
        "managed\tuser\t\(mine)\tstorm/core 1.0.0, in user scope",
      ])
    try FileSystem.remove(ours)
    try user.run(["cp", "/bin/true", ours]).succeeded()
    let changed = try #require(scan("user").first { $0.contains(ours) })
    #expect(
      changed.hasPrefix("modified\t") && changed.contains("repair --scope project"), "\(changed)")
  }

  /// The system's folders are replaced for the length of one script, which needs root.
  @Test(
    "serve a user, who gets no copy of his own", .enabled(if: Machine.isRoot, "only root can mount")
  )
  func served() throws {
    let script = """
      set -e
      mkdir -p "$HOME/etc" && cp -a /etc/. "$HOME/etc"
      mount --bind "$HOME/etc" /etc
      for folder in /var/lib /var/cache /usr/local/lib; do mount -t tmpfs tmpfs $folder; done
      cd /
      plugctl() { "$PLUGCTL" "$@"; }
      plugctl --scope system index add "$INDEX" --name main --trust "$FINGERPRINT"
      plugctl --scope system install core@1.0.0
      plugctl --scope user install leaf
      plugctl --scope user list | cut -f 2
      plugctl --scope user test leaf | sed 's/^/tested /'
      plugctl --scope user install core
      plugctl --scope user list | cut -f 2,3
      plugctl --scope user install modern || echo "modern: $?"
      """
    let outcome = try user.run(
      ["unshare", "--mount", "--propagation", "private", "sh", "-c", script],
      with: [
        "PLUGCTL": Programs.plugctl, "INDEX": "file://\(index.path)",
        "FINGERPRINT": index.fingerprint, "PLUGCTL_SCOPE": "",
      ])
    try outcome.succeeded()
    #expect(outcome.lines.filter { $0.hasPrefix("storm/") } == ["storm/leaf", "storm/leaf\t1.0.0"])
    #expect(outcome.errors.contains("warning[plugin.elsewhere]"), "\(outcome)")
    #expect(outcome.lines.last == "modern: 4", "\(outcome)")
  }

  @Test("can't be moved from within, and the message says where")
  func inTheWay() throws {
    try user.plugctl("install", "core@1.0.0").succeeded()
    let refused = try inProject("install", "modern")
    #expect(refused.exit == 4 && refused.code == "solve.conflict", "\(refused)")
    #expect(refused.errors.contains("storm/core"), "\(refused)")
    #expect(refused.errors.contains("--scope"), "\(refused)")
    try user.plugctl("upgrade", "core").succeeded()
    try inProject("install", "modern").succeeded()
    #expect(try installed() == ["storm/core", "storm/modern"])
  }

  @Test("are hidden by what the project has already")
  func hidden() throws {
    try inProject("install", "modern").succeeded()
    try user.plugctl("install", "core@1.0.0").succeeded()
    try inProject("upgrade").succeeded()
    #expect(try installed() == ["storm/core", "storm/modern"])
  }
}
