import PkgCore
import Testing

@Suite("Dependency graph")
struct DependencyGraphTests {
  /// `a -> b c?` with versions 1.0.0; a name with `!` was asked for, `c?` is optional.
  private func graph(_ lines: String...) throws -> DependencyGraph {
    let digest = SHA256Digest(bytes: [UInt8](repeating: 0, count: 32))
    return DependencyGraph(
      try lines.map { line in
        let words = line.split(separator: " ")
        var constraints = Constraints()
        for word in words.dropFirst(2) {
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
}
