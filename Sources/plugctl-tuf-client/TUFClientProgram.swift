internal import Glibc
internal import Operations
internal import PkgCore

/// The command line of the small client: options in any order, then one subcommand. Exit code 0 or 1,
/// nothing else.
///
/// ```
/// --metadata-dir DIR init ROOT
/// --metadata-url URL --metadata-dir DIR refresh
/// --metadata-url URL --metadata-dir DIR --target-name PATH ... --target-dir DIR
///     --target-base-url URL download
/// ```
enum TUFClientProgram {
  static func run(_ arguments: [String]) async -> Int32 {
    do {
      try await run(Words(arguments))
      return 0
    } catch {
      let diagnostic = (error as? any Diagnosable)?.diagnostic
      let text = diagnostic.map { [$0.message] + $0.notes } ?? ["\(error)"]
      print("plugctl-tuf-client: " + text.joined(separator: "; "))
      return 1
    }
  }

  private static func run(_ words: Words) async throws {
    let client = StandaloneClient(folder: try words.value("metadata-dir"))
    switch (words.rest.first, words.rest.count) {
    case ("init", 2): try client.begin(root: words.rest[1])
    case ("refresh", 1): try await client.refresh(words.value("metadata-url"))
    case ("download", 1):
      try await client.download(
        words.values("target-name"), from: words.value("target-base-url"),
        metadata: words.value("metadata-url"), into: words.value("target-dir"))
    default: throw usage("`init ROOT`, `refresh` or `download` must stand at the end")
    }
  }

  private static func usage(_ message: String) -> Diagnostic {
    Diagnostic(.usageMissingArgument, message)
  }

  private struct Words {
    private var options: [(name: String, value: String)] = []
    private(set) var rest: [String] = []

    init(_ arguments: [String]) throws {
      let known = ["metadata-dir", "metadata-url", "target-name", "target-dir", "target-base-url"]
      var place = 0
      while place < arguments.count, arguments[place].begins(with: "--") {
        let parts = arguments[place].dropFirst(2).split(
          separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard let name = parts.first.map(String.init), known.contains(name) else {
          throw usage("there is no option `\(arguments[place])`")
        }
        if parts.count == 1 { place += 1 }
        guard place < arguments.count else { throw usage("`--\(name)` needs a value") }
        options.append((name, parts.count == 2 ? String(parts[1]) : arguments[place]))
        place += 1
      }
      rest = Array(arguments[place...])
    }

    func values(_ name: String) throws -> [String] {
      let values = options.filter { $0.name == name }.map(\.value)
      guard !values.isEmpty else { throw usage("`--\(name)` is missing") }
      return values
    }

    func value(_ name: String) throws -> String { try values(name)[values(name).count - 1] }
  }
}
