import PkgCore
import Testing

@Suite("Dependency graph")
struct DependencyGraphTests {
  /// `a -> b c? d|e +f`, all of version 1.0.0: a name with `!` was asked for, `c?` is optional, one of
  /// `d` and `e` is needed, `f` is provided.
  private func graph(_ lines: String...) throws -> DependencyGraph {
    let digest = SHA256Digest(bytes: [UInt8](repeating: 0, count: 32))
    return DependencyGraph(
      try lines.map { line in
        let words = line.split(separator: " ")
        var constraints = Constraints()
        for word in words.dropFirst(2) {
          if word.hasPrefix("+") {
            let name = try #require(NamePart(String(word.dropFirst())))
            constraints.provides.append(Provided(name: name, version: try Version("1.0.0")))
            continue
          }
          let names = word.split(separator: "|").map { String($0).replacing("?", with: "") }
          let needs = try names.map {
            Dependency(
              name: try PluginName("acme/\($0)"), range: .any, isOptional: word.hasSuffix("?"))
          }
          if needs.count == 1 {
            constraints.dependencies += needs
          } else {
            constraints.anyOf.append(needs)
          }
        }
        return InstalledPlugin(
          name: try PluginName("acme/" + words[0].replacing("!", with: "")),
          version: try Version("1.0.0"),
          platform: .current, tree: try #require(digest), archive: try #require(digest),
          origin: .index("main"),
          library: "a.so", type: nil, summary: nil, isRequested: words[0].hasSuffix("!"),
          keyID: nil,
          constraints: constraints)
      })
  }

  private func names(_ texts: String...) throws -> [PluginName] {
    try texts.map { try PluginName("acme/\($0)") }
  }

  @Test("knows what nobody needs any more, also where they need each other")
  func unneeded() throws {
    let graph = try graph("a! -> b", "b -> c?", "c ->", "x -> y", "y -> x", "z ->")
    #expect(try graph.unneeded == names("x", "y", "z"))
  }

  @Test("follows those who can't work without, and not those who can")
  func dependents() throws {
    let graph = try graph("a! -> b", "b -> c", "o! -> c?", "c ->")
    #expect(try graph.allDependents(of: names("c")) == names("a", "b"))
    #expect(try graph.allDependents(of: names("a")) == [])
  }

  @Test("takes one of several alternatives for dispensable, the last one not")
  func alternatives() throws {
    let both = try graph("a! -> b|c", "b ->", "c ->")
    #expect(try both.allDependents(of: names("b")) == [])
    #expect(try both.allDependents(of: names("b", "c")) == names("a"))
    let one = try graph("a! -> b|c", "b ->")
    #expect(try one.allDependents(of: names("b")) == names("a"))
  }

  @Test("needs who provides a name as it needs a plugin of that name")
  func providers() throws {
    let one = try graph("a! -> word", "b -> +word")
    #expect(try one.allDependents(of: names("b")) == names("a"))
    #expect(one.unneeded == [])
    #expect(try one.needs(of: PluginName("acme/a")).map(\.to) == names("b"))
    #expect(try one.needs(of: PluginName("acme/a")).map(\.asked) == names("word"))
    let two = try graph("a! -> word", "b -> +word", "word ->")
    #expect(try two.allDependents(of: names("b")) == [])
    #expect(try two.allDependents(of: names("b", "word")) == names("a"))
    #expect(two.unneeded == [])
  }

  @Test("finds the shortest chain from each that was asked for")
  func chains() throws {
    let graph = try graph("a! -> b c", "b -> c", "c! -> d", "d -> c", "e! -> d")
    let chains = try graph.chains(to: PluginName("acme/d")).map { chain in
      chain.map(\.from.name.text) + ["d"]
    }
    #expect(chains == [["a", "c", "d"], ["c", "d"], ["e", "d"]])
  }

  @Test("unfolds every plugin once, cycles too")
  func tree() throws {
    let graph = try graph("a! -> b c", "b -> c", "c ->", "x -> y", "y -> x")
    let tree = DependencyTree(graph)
    #expect(tree.roots.map(\.plugin.name.name.text) == ["a", "x"])
    let a = try #require(tree.roots.first)
    #expect(a.children.map(\.plugin.name.name.text) == ["b", "c"])
    #expect(a.children[0].children.map(\.plugin.name.name.text) == ["c"])
    #expect(a.children[1].children.isEmpty && !a.children[1].isRepeated)
    #expect(tree.roots[1].children[0].children[0].isRepeated)
    let reversed = DependencyTree(graph, from: try names("c"), isReversed: true)
    #expect(reversed.roots[0].children.map(\.plugin.name.name.text) == ["a", "b"])
  }

  @Test("unfolds a chain of any length, in pieces that every reader of JSON takes")
  func longChain() throws {
    let digest = try #require(SHA256Digest(bytes: [UInt8](repeating: 0, count: 32)))
    let plugins = try (0..<5_000).map { place in
      var constraints = Constraints()
      constraints.dependencies = [
        Dependency(name: try PluginName("acme/p\(place + 1)"), range: .any, isOptional: false)
      ]
      return InstalledPlugin(
        name: try PluginName("acme/p\(place)"), version: try Version("1.0.0"), platform: .current,
        tree: digest, archive: digest, origin: .index("main"), library: "a.so", type: nil,
        summary: nil, isRequested: place == 0, keyID: nil, constraints: constraints)
    }
    let tree = DependencyTree(DependencyGraph(plugins))
    #expect(tree.roots.count > 100)
    let bytes = JSON.array(tree.roots.map(\.json)).prettyBytes
    #expect(throws: Never.self) { try JSONParser.parse(bytes) }
  }
}
