internal import Files
internal import PkgCore

/// Runs a policy's scanners over packages that are about to go live.
struct Scanning: Sendable {
  let scanners: [EffectivePolicy.Sourced<Policy.Scanner>]

  /// A package's folder with what it is.
  struct Package: Sendable {
    let what: String
    let folder: String
  }

  /// - Throws: ``Diagnostic`` with `policy.scanner` where one ends with anything but 0.
  func run(_ packages: [Package]) throws {
    guard !packages.isEmpty else { return }
    for scanner in scanners {
      if scanner.value.arguments.contains(where: { $0.holds("{tree}") }) {
        for package in packages { try run(scanner, [package]) }
      } else {
        try run(scanner, packages)
      }
    }
  }

  private func run(_ scanner: EffectivePolicy.Sourced<Policy.Scanner>, _ packages: [Package]) throws
  {
    var arguments = scanner.value.arguments
    if arguments.contains(where: { $0.holds("{tree}") }), packages.count == 1 {
      arguments = arguments.map { $0.replacing("{tree}", with: packages[0].folder) }
    } else {
      arguments += packages.map(\.folder)
    }
    var command = ChildCommand(arguments)
    // Nothing of the caller's surroundings steers it.
    command.environment = [
      "PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "HOME=\(Machine.home)", "LANG=C.UTF-8",
    ]
    command.folder = "/"
    command.timeoutMilliseconds = scanner.value.timeoutMilliseconds
    command.outputLimit = 1 << 16
    let result: ChildResult
    do { result = try command.run() } catch {
      throw failure(scanner, "could not be run", packages, [error.diagnostic.message])
    }
    switch result.end {
    case .exited(0): return
    case .exited(let code):
      throw failure(
        scanner, "refused", packages,
        ["exit code \(code)"] + Self.lines(result.outputText + result.errorText))
    case .signalled(let signal):
      throw failure(scanner, "broke off, so nothing is known of", packages, ["signal \(signal)"])
    case .timedOut:
      throw failure(
        scanner, "took too long over", packages,
        ["its time: \(scanner.value.timeoutMilliseconds / 1000) s"])
    }
  }

  private func failure(
    _ scanner: EffectivePolicy.Sourced<Policy.Scanner>, _ verb: String, _ packages: [Package],
    _ notes: [String]
  ) -> Diagnostic {
    let program = FileSystem.baseName(of: scanner.value.arguments[0])
    let what = packages.count == 1 ? "`\(packages[0].what)`" : "one of \(packages.count) packages"
    let sentence =
      verb == "could not be run"
      ? "the scanner `\(program)` could not be run" : "the scanner `\(program)` \(verb) \(what)"
    return Diagnostic(
      .policyScanner, sentence, notes: notes + ["it is named in `\(scanner.origin)`"],
      hint: "look at what it says; nothing was changed")
  }

  /// The first lines that say anything.
  private static func lines(_ text: String) -> [String] {
    text.parts(at: "\n").filter { !$0.allSatisfy(\.isWhitespace) }.prefix(10).map(
      String.init)
  }
}
