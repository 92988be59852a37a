// swift-tools-version: 6.2
import PackageDescription

/// The walls of `docs/architecture.md`: strict language mode, and no warning survives.
let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
]

func room(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func program(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .executableTarget(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(name: name, dependencies: dependencies, swiftSettings: strict)
}

func system(_ name: String) -> Target {
  .systemLibrary(name: name, path: "Sources/System/\(name)")
}

let package = Package(
  name: "plugctl",
  products: [.executable(name: "plugctl", targets: ["plugctl"])],
  targets: [
    // C libraries, each imported by one owner only.
    system("CSystem"), system("COpenSSL"), system("CYAML"), system("CCurl"), system("CSQLite"),
    system("CArchive"),

    // 0 pure
    room("PkgCore"),
    room("CommandLineKit"),
    // 1 system
    room("Files", ["PkgCore", "CSystem"]),
    // 2 leaves
    room("Signing", ["PkgCore", "COpenSSL"]),
    room("Formats", ["PkgCore", "CYAML"]),
    room("Transport", ["PkgCore", "Files", "CCurl"]),
    // CSystem until `Files` spawns and reads for all.
    room("Loader", ["PkgCore", "Files", "CSystem"]),
    room("Catalog", ["PkgCore", "Files", "CSQLite"]),
    // 3 disk
    room("Archiving", ["PkgCore", "Files", "Signing", "CArchive"]),
    room("PkgStore", ["PkgCore", "Files", "Signing"]),
    // 4 use cases
    room(
      "Operations",
      [
        "PkgCore", "Files", "Signing", "Formats", "Transport", "Loader", "Catalog", "Archiving",
        "PkgStore",
      ]),
    // 5 programs
    program("plugctl", ["Operations", "CommandLineKit", "PkgCore"]),
    program("plugctl-tuf-client", ["Operations", "PkgCore"]),

    // What several rooms' tests need; nothing that is shipped depends on it.
    .target(
      name: "TestSupport", dependencies: ["Files"], path: "Tests/TestSupport", swiftSettings: strict
    ),
    // Resolution cases in files, for tests and the benchmark.
    .target(
      name: "ResolverCases", dependencies: ["PkgCore"], path: "Tests/ResolverCases",
      swiftSettings: strict),
    tests("PkgCoreTests", ["PkgCore", "ResolverCases", "TestSupport"]),
    tests("CommandLineKitTests", ["CommandLineKit", "Files", "PkgCore", "TestSupport"]),
    tests("FilesTests", ["Files", "PkgCore", "TestSupport"]),
    tests("SigningTests", ["Signing", "PkgCore", "Files", "TestSupport"]),
    tests("FormatsTests", ["Formats", "PkgCore", "Files", "TestSupport"]),
    tests("TransportTests", ["Transport", "PkgCore", "Files", "TestSupport"]),
    tests("LoaderTests", ["Loader", "PkgCore", "Files", "TestSupport"]),
    tests("CatalogTests", ["Catalog", "PkgCore", "Files", "TestSupport"]),
    tests("ArchivingTests", ["Archiving", "PkgCore", "Files", "Signing", "TestSupport"]),
    tests("PkgStoreTests", ["PkgStore", "PkgCore", "Files", "Signing", "TestSupport"]),
    tests(
      "OperationsTests",
      ["Operations", "PkgStore", "Signing", "Files", "PkgCore", "TestSupport"]),
    tests("EndToEndTests", ["PkgCore", "Files", "TestSupport"]),
  ]
)

// The fuzz targets are built by scripts/fuzz only: they need a sanitizer and have no main of their own.
if Context.environment["PLUGCTL_FUZZ"] != nil {
  package.targets.append(
    .executableTarget(
      name: "plugctl-fuzz",
      dependencies: [
        "PkgCore", "Files", "Formats", "Signing", "Loader", "Archiving", "Operations",
        "CommandLineKit", "TestSupport",
      ],
      swiftSettings: strict + [.unsafeFlags(["-parse-as-library", "-sanitize=fuzzer"])],
      linkerSettings: [.unsafeFlags(["-sanitize=fuzzer"])]))
}

// Benchmarks are built by scripts/bench only.
if Context.environment["PLUGCTL_BENCH"] != nil {
  package.targets += [
    .executableTarget(
      name: "plugctl-bench-solver", dependencies: ["PkgCore", "ResolverCases"],
      path: "benchmarks/solver", swiftSettings: strict),
    .executableTarget(
      name: "plugctl-bench-index", dependencies: ["Operations", "PkgCore"],
      path: "benchmarks/index", swiftSettings: strict),
    .executableTarget(
      name: "plugctl-bench-loader", dependencies: ["Loader", "Files", "PkgCore"],
      path: "benchmarks/loader", swiftSettings: strict),
  ]
}
