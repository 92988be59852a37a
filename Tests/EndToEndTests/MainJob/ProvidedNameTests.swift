import Testing

@Suite("a name that another plugin provides")
struct ProvidedNameTests {
  @Test("is found where its provider was not asked for, and keeps the provider")
  func isFound() throws {
    let workshop = try Workshop()
    let index = try workshop.makeIndex()
    let archives = [
      try workshop.packExtension("fast", "1.0.0", more: "provides: { similarity: 1.0.0 }"),
      try workshop.packExtension("other", "1.0.0"),
      try workshop.packExtension("picky", "1.0.0", more: "dependencies: { similarity: ^2 }"),
      try workshop.packExtension("user", "1.0.0", more: "dependencies: { similarity: ^1 }"),
    ]
    try workshop.author.plugctl(["publish", "--to", index.path] + archives).succeeded()
    let user = try Sandbox()
    try user.add(index)
    try user.plugctl("install", "user").succeeded()
    #expect(try user.list() == ["fast 1.0.0", "user 1.0.0"])
    #expect(try user.plugctl("autoremove").succeeded().output == "nothing to do\n")
    let refused = try user.plugctl("remove", "fast")
    #expect(refused.code == "solve.required", "\(refused)")
    let why = try user.plugctl("why", "fast").succeeded().output
    #expect(why.contains("`acme/user` needs `acme/similarity` ^1, which `acme/fast` provides"))
    let picky = try user.plugctl("install", "picky")
    #expect(picky.errors.contains("which is provided by `acme/fast` only as 1.0.0"), "\(picky)")
  }
}
