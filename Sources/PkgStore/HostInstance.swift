public import Files
public import PkgCore

/// One host in one scope: its generations and which of them is live.
///
/// ```
/// <data>/hosts/<id>/lock              kernel lock; writers only
///                   gens/<n>/         manifest.json, plugins/, activate/
///                   current -> gens/<n>       the commit point
/// ```
public struct HostInstance: Sendable {
  /// The profile's id; with `@` and a digest where the view's folder was chosen by `--into`.
  public let id: String
  /// The scope's places.
  public let places: StorePlaces

  /// The instance of an id.
  public init(id: String, places: StorePlaces) {
    self.id = id
    self.places = places
  }

  /// All instances of a scope, by id; whatever else lies there is passed over.
  public static func all(in places: StorePlaces) throws(SystemError) -> [HostInstance] {
    try FileSystem.namesIfPresent(in: places.hosts).map { HostInstance(id: $0, places: places) }
      .filter { (try? FileSystem.status($0.folder))?.kind == .folder }
  }

  /// The instance's folder.
  public var folder: String { "\(places.hosts)/\(id)" }
  /// The link whose target is live.
  public var current: String { "\(folder)/current" }
  /// The folder of a generation.
  public func folder(of generation: Int64) -> String { "\(folder)/gens/\(generation)" }

  /// The live generation as far as it can be believed; nil where nothing was ever installed. Takes no
  /// lock: one link is read, and what it names never changes.
  ///
  /// One that came with a checkout has no plugins here: whatever it says, they must be installed first.
  public func currentGeneration() throws -> Generation? {
    guard var generation = try liveGeneration() else { return nil }
    if try !isOurs(generation.number) { generation.plugins = [] }
    return generation
  }

  /// The live generation, whoever made it.
  func liveGeneration() throws -> Generation? {
    guard let number = try currentNumber() else { return nil }
    return try generation(number)
  }

  /// A generation's manifest.
  public func generation(_ number: Int64) throws -> Generation {
    let path = "\(folder(of: number))/manifest.json"
    guard let bytes = try FileSystem.readIfPresent(path), let json = try? JSONParser.parse(bytes)
    else { throw StoreError.generationDamaged(path: path) }
    if let schema = json["schema"]?.integerValue, schema > Generation.schema {
      throw StoreError.generationNewer(path: path)
    }
    guard var generation = Generation(json: json), generation.number == number else {
      throw StoreError.generationDamaged(path: path)
    }
    // An image's manifests say what its hosts see.
    if let root = places.root { generation.viewFolder = generation.viewFolder.map { root + $0 } }
    // A project's store may have come with a checkout: it names no folder outside of the project.
    let extra = generation.plugins.flatMap(\.extraFiles).filter(\.isLinked).map {
      FileSystem.folder(of: $0.path)
    }
    for folder in extra + [generation.viewFolder].compactMap(\.self)
    where places.scope == .project {
      let project = FileSystem.folder(of: places.data)
      let real = FileSystem.resolved(folder)
      guard real.begins(with: (FileSystem.realPath(project) ?? project) + "/") else {
        throw StoreError.generationDamaged(path: path)
      }
    }
    return generation
  }

  /// Numbers of the generations on disk, ascending.
  public func generationNumbers() throws(SystemError) -> [Int64] {
    try FileSystem.namesIfPresent(in: "\(folder)/gens").compactMap { Int64($0) }.sorted()
  }

  func currentNumber() throws -> Int64? {
    let target: String
    do throws(SystemError) { target = try FileSystem.linkTarget(current) } catch {
      if error.isNotFound {
        // A second generation is written only after the first is live.
        guard try generationNumbers().contains(where: { $0 > 1 }) else { return nil }
        throw StoreError.currentDamaged(path: current)
      }
      // EINVAL: it is there and no link (man 2 readlink).
      guard error.isInvalid else { throw error }
      throw StoreError.currentDamaged(path: current)
    }
    guard let number = target.rest(after: "gens/").flatMap({ Int64($0) }), number > 0
    else {
      throw StoreError.currentDamaged(path: current)
    }
    return number
  }
}
