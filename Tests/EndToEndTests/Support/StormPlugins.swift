internal import Files
internal import PkgCore
internal import TestSupport

/// Plugins of a host whose folders are searched: each a library with our own entry.
struct StormPlugins: Sendable {
  static let shared = Result { try StormPlugins() }

  let workshop: Workshop
  let index: ExampleIndex

  private init() throws {
    workshop = try Workshop()
    index = try workshop.makeIndex()
    let archives = try [("vector", "1.0.0"), ("vector", "1.1.0"), ("geo", "1.0.0")].map {
      name, version in
      try workshop.pack(
        Workshop.Facts(
          name: name, version: version, host: "stormdb", type: "workload", publisher: "storm"),
        library: try Self.library(name, version, workshop))
    }
    try workshop.author.plugctl(["publish", "--to", index.path] + archives).succeeded()
  }

  static func library(_ name: String, _ version: String, _ workshop: Workshop) throws -> String {
    try workshop.compile(
      PlugSource.minimal(id: "storm/\(name)", version: version), name,
      flags: ["-I\(Programs.repository)/Sources/CPlug"])
  }
}
