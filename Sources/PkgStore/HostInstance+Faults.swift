internal import Files
public import PkgCore

extension HostInstance {
  /// What is not as a live generation has it: its trees, its links, its activation text, and the names in
  /// the host's folder. Takes no lock and changes nothing. Where a tree is damaged only trees are told:
  /// links are written anew with them.
  ///
  /// - Throws: ``SystemError`` where something can't be looked at.
  public func faults(of generation: Generation, by profile: HostProfile) throws -> [StoreFault] {
    let trees = TreeStore(places)
    let ofTrees = try generation.plugins.flatMap {
      try trees.faults(of: $0.tree, plugin: $0.name)
    }
    // How a generation is laid out follows from its trees.
    if ofTrees.contains(where: \.needsBytes) { return ofTrees }
    let content = try GenerationContent(of: generation, by: profile, self)
    return try ofTrees + faults(of: content) + viewFaults(of: generation)
  }

  /// What the host's folders have under the names of a live generation that is not right.
  public func viewFaults(of generation: Generation) -> [StoreFault] {
    HostView(instance: self).faults(generation)
  }

  private func faults(of content: GenerationContent) throws -> [StoreFault] {
    let folder = folder(of: content.generation.number)
    var faults: [StoreFault] = []
    var expected: Set<String> = []
    for (name, target, plugin) in content.links {
      let path = "\(folder)/\(name)"
      expected.insert(path)
      guard let status = try? FileSystem.status(path) else {
        faults.append(StoreFault(.missing, path, of: plugin))
        continue
      }
      if status.kind != .link {
        faults.append(StoreFault(.replaced, path, of: plugin))
      } else if try FileSystem.linkTarget(path) != target {
        faults.append(StoreFault(.link, path, of: plugin))
      }
    }
    faults += try extras(in: "\(folder)/plugins", expected)
    faults += try extras(in: "\(folder)/extra", expected)
    guard let (file, text) = content.activation else { return faults }
    let path = "\(folder)/activate/\(file)"
    let bytes = try FileSystem.readIfPresent(path)
    if bytes == nil { faults.append(StoreFault(.missing, path, of: nil)) }
    if let bytes, bytes != Array(text.utf8) { faults.append(StoreFault(.changed, path, of: nil)) }
    return faults + (try extras(in: "\(folder)/activate", [path]))
  }

  /// What lies below a folder besides the expected files; folders of links are one deep.
  private func extras(in folder: String, _ expected: Set<String>) throws -> [StoreFault] {
    try FileSystem.namesIfPresent(in: folder).flatMap { name -> [StoreFault] in
      let path = "\(folder)/\(name)"
      if expected.contains(path) { return [] }
      if try FileSystem.status(path).kind == .folder,
        expected.contains(where: { $0.begins(with: "\(path)/") })
      {
        return try extras(in: path, expected)
      }
      return [StoreFault(.extra, path, of: nil)]
    }
  }
}
