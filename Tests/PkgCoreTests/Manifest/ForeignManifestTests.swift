import Testing

@testable import PkgCore

@Suite("a guide's manifest")
struct ForeignManifestTests {
  private func read(_ json: JSON?, _ form: ForeignManifest.Form) throws -> Manifest? {
    let publisher = try #require(NamePart("acme"))
    return ForeignManifest.read(
      json.map { Node($0) }, as: form, folder: "powertable", publisher: publisher,
      findings: Findings())
  }

  @Test("of Benana gives name, version, summary and author")
  func benana() throws {
    let manifest = try #require(
      try read(
        [
          "name": "powertable", "version": "0.1.0", "description": "powerful tables",
          "author": "Benana Team",
        ], .benana))
    #expect(manifest.name.description == "acme/powertable")
    #expect(manifest.version == Version(0, 1, 0))
    #expect(manifest.summary == "powerful tables" && manifest.authors == ["Benana Team"])
    #expect(manifest.host == "benana" && manifest.type == "dynamic" && manifest.title == nil)
  }

  @Test("of DataBridge gives its name as the title, and its id as the name")
  func databridge() throws {
    let manifest = try #require(
      try read(
        ["id": "MyProcessor", "name": "My Custom Processor", "version": "1.0.0", "tags": ["a"]],
        .databridge))
    #expect(manifest.name.description == "acme/myprocessor")
    #expect(manifest.title == "My Custom Processor" && manifest.tags == ["a"])
    #expect(manifest.host == "databridge" && manifest.type == "processor")
  }

  @Test("may say whose it is, in the host's letters; what it needs is not read, and that is told")
  func publisher() throws {
    let findings = Findings()
    let json: JSON = [
      "id": "x", "version": "1.0.0", "publisher": "TrustedVendor", "dependencies": ["other"],
    ]
    let manifest = ForeignManifest.read(
      Node(json), as: .databridge, folder: "x", publisher: nil, findings: findings)
    #expect(manifest?.name.description == "trustedvendor/x")
    #expect(findings.list.map(\.path) == ["dependencies"] && !findings.hasErrors)
  }

  @Test("that is missing leaves the folder's name")
  func missing() throws {
    #expect(try read(nil, .benana)?.name.description == "acme/powertable")
  }

  @Test(
    "is refused without a version or a name that can be ours",
    arguments: [
      ["name": "x"], ["name": "x", "version": "newest"], ["name": "--", "version": "1.0.0"],
      ["name": "search", "version": "1.0.0"], ["name": ["x"], "version": "1.0.0"], [],
    ] as [JSON])
  func refused(json: JSON) throws { #expect(try read(json, .benana) == nil) }

  @Test(
    "has its name in our letters",
    arguments: [
      ("MyPlugin", "myplugin"), ("My Plugin", "my-plugin"), ("a..b", "a-b"), ("_x_", "x_"),
      ("Ünïcode", "n-code"),
    ])
  func names(text: String, name: String) { #expect(ForeignManifest.name(text)?.text == name) }
}
