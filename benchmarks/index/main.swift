// Makes an index of many plugins of which only records' hashes exist, by the repository's own code.
//
// usage: plugctl-bench-index FOLDER PLUGINS PUBLISHERS
//
// One plugin of a hundred belongs to one of so many trusted publishers, each of which signs with a key of
// its own. Prints what it took as JSON.
internal import Glibc
internal import Operations
internal import PkgCore

/// Numbers that are the same in each run (SplitMix64).
private struct Numbers: RandomNumberGenerator {
  var state: UInt64 = 20_261_121

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

private let words = [
  "vector", "geo", "graph", "json", "text", "image", "search", "crypto", "stat", "time", "audio",
  "table", "cloud", "log", "metric", "queue", "cache", "auth", "mail", "map", "tree", "bit",
  "stream", "sort", "math", "unit", "date", "path", "sketch", "bloom", "fuzzy", "parse",
]

private func seconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

private func plugins(_ count: Int, publishers: Int) throws -> [BulkListing.Plugin] {
  var numbers = Numbers()
  return try (0..<count).map { place in
    let publisher =
      place % 100 == 0 ? "trusted-\(place / 100 % publishers)" : "maker\(place % 100 + place / 500 * 100)"
    let name = "\(words[place % 32])-\(words[place / 32 % 32])-\(place)"
    let digest = (0..<32).map { _ in UInt8.random(in: 0...255, using: &numbers) }
    guard let hash = SHA256Digest(bytes: digest) else { throw Diagnostic(.internalBug, "no digest") }
    return BulkListing.Plugin(
      try PluginName("\(publisher)/\(name)"), length: .random(in: 900...6000, using: &numbers),
      sha256: hash)
  }
}

/// What a catalog shows of them, about 250 bytes each. That of a million would be one file of 250 MB.
private func entries(_ plugins: [BulkListing.Plugin], now: Timestamp) throws
  -> [CatalogDocument.Entry]
{
  let version = try Version("1.0.0")
  return plugins.enumerated().map { place, plugin in
    var entry = CatalogDocument.Entry(
      name: plugin.name, host: "sqlite", version: version, published: now, state: "available")
    entry.type = "extension"
    let (one, two) = (words[place * 7 % 32], words[place / 32 * 3 % 32])
    entry.summary = "functions for \(one) and \(two), number \(place), for the benchmark"
    entry.license = "MIT"
    entry.tags = [one, two]
    return entry
  }
}

private func run() throws {
  let arguments = CommandLine.arguments
  guard arguments.count == 4, let count = Int(arguments[2]), let publishers = Int(arguments[3]),
    publishers > 0
  else { throw Diagnostic(.usageInvalidValue, "usage: plugctl-bench-index FOLDER PLUGINS PUBLISHERS") }
  let now = Timestamp(secondsSinceEpoch: Int64(time(nil)))
  let repository = try Repository(arguments[1], keys: nil)
  let fingerprint = try IndexFounding(repository, now: now).found()
  let listed = try plugins(count, publishers: publishers)
  let start = seconds()
  try BulkListing(repository, now: now).list(
    listed, trusted: (0..<publishers).compactMap { NamePart("trusted-\($0)") },
    catalog: count > 100_000 ? [] : try entries(listed, now: now))
  var usage = rusage()
  getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
  let report: JSON = [
    "fingerprint": .string("sha256:\(fingerprint)"), "seconds": .real(seconds() - start),
    "peakKilobytes": .integer(Int64(usage.ru_maxrss)),
  ]
  print(String(decoding: report.compactBytes, as: UTF8.self))
}

do { try run() } catch {
  print("plugctl-bench-index: \((error as? any Diagnosable)?.diagnostic.message ?? "\(error)")")
  exit(1)
}
