internal import Files
internal import PkgCore
internal import PkgStore
internal import Signing

/// Writes a slice of an index into a folder, so that the folder is an index at every moment: what is named
/// by its content or version comes first and replaces nothing; the timestamp, which leads to all of it,
/// comes last.
struct SliceCopy: Sendable {
  let client: IndexClient
  let slice: IndexSlice
  let folder: ServedFolder
  /// Whether web servers shall find compressed files, and the disk is waited for.
  let isServed: Bool

  /// So many files are fetched side by side.
  private static let width = 64

  /// How much was done.
  struct Count: Sendable {
    var files = 0
    var bytes: Int64 = 0

    mutating func add(_ size: Int64?) {
      guard let size else { return }
      files += 1
      bytes += size
    }
  }

  /// Brings the targets that the folder lacks.
  ///
  /// - Returns: what came, and the records among all targets.
  func writeTargets() async throws -> (came: Count, records: [IndexRecord]) {
    var (count, records) = (Count(), [IndexRecord]())
    var missing = MissingFromCache()
    for start in stride(from: 0, to: slice.targets.count, by: Self.width) {
      let part = slice.targets[start..<min(start + Self.width, slice.targets.count)]
      try await withThrowingTaskGroup(of: Result<Written, MissingFromCache>.self) { group in
        for target in part {
          group.addTask {
            do { return .success(try await write(target)) } catch let error as MissingFromCache {
              return .failure(error)
            }
          }
        }
        for try await result in group {
          switch result {
          case .success(let written):
            count.add(written.size)
            if let record = written.record { records.append(record) }
          case .failure(let lack): missing.add(lack)
          }
        }
      }
    }
    try missing.check()
    return (count, records.sorted { $0.name < $1.name })
  }

  private struct Written: Sendable {
    /// nil where it was there.
    let size: Int64?
    let record: IndexRecord?
  }

  private func write(_ target: TUFTarget) async throws -> Written {
    let path = "targets/" + target.filePath(isConsistent: true)
    guard PackagePath.isSafe(path) else {
      throw Diagnostic(
        .indexInvalid, "the index `\(client.index.name)` lists `\(printable(target.path))`",
        notes: ["no copy can have a file of that name"])
    }
    let there = try? FileSystem.readIfPresent("\(folder.path)/\(path)", limit: Int(target.length))
    let isThere = there.map { (try? target.check($0)) != nil } ?? false
    let bytes = try await isThere ? there ?? [] : client.bytes(of: target, keeps: !isServed)
    if !isThere {
      if isServed {
        try folder.writeCompressible(path, bytes, isDurable: false)
      } else {
        try folder.write(path, bytes, isDurable: false)
      }
    }
    let isRecord = IndexRecord.name(ofPath: target.path) != nil
    let record = isRecord ? try IndexRecord(json: JSONParser.parse(bytes)) : nil
    return Written(size: isThere ? nil : target.length, record: record)
  }

  /// Writes the metadata of a copy whose targets and archives are all there.
  func writeMetadata() throws -> Count {
    var count = Count()
    for file in slice.roles {
      let path = "metadata/\(file.name)"
      guard try !has(path, file.bytes) else { continue }
      count.add(Int64(file.bytes.count))
      if isServed {
        try folder.writeCompressible(path, file.bytes, isDurable: false)
      } else {
        try folder.write(path, file.bytes, isDurable: false)
      }
    }
    if isServed { try folder.sync() }
    // A new root may name other keys for the timestamp: nothing comes between the two.
    for file in slice.roots where try !has("metadata/\(file.name)", file.bytes) {
      count.add(Int64(file.bytes.count))
      try folder.write("metadata/\(file.name)", file.bytes, isDurable: isServed)
    }
    if let newest = slice.roots.last, try !has("metadata/root.json", newest.bytes) {
      try folder.write("metadata/root.json", newest.bytes, isDurable: isServed)
    }
    if try !has("metadata/timestamp.json", slice.timestamp) {
      count.add(Int64(slice.timestamp.count))
      try folder.write("metadata/timestamp.json", slice.timestamp, isDurable: isServed)
    }
    return count
  }

  private func has(_ path: String, _ bytes: [UInt8]) throws -> Bool {
    try FileSystem.readIfPresent("\(folder.path)/\(path)") == bytes
  }
}
