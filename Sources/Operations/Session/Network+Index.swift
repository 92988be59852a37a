internal import Files
internal import PkgCore
internal import Transport

/// Every byte of an index comes by way of these functions: its servers are asked one after the other
/// until one gives what can be verified, and those that failed are named.
extension Network {
  /// A small file of an index, verified.
  ///
  /// - Parameter take: verifies the bytes; what it throws has the next server asked.
  /// - Throws: what the last server failed by, with notes that name the others.
  func fetch<Result>(
    _ path: String, from servers: IndexServers, limit: Int64, take: ([UInt8]) throws -> Result
  ) async throws -> Result {
    try await ask(servers) { base, patience in
      let request = try self.request(path, at: base, of: servers, limit: limit, patience)
      return try take(try await fetcher.bytes(request))
    }
  }

  /// A small file of an index that need not be there, verified; nil where there is none.
  ///
  /// The index's own server is believed where it says so. Where it can't be asked, all mirrors must
  /// say so that can: one bad mirror alone can't hide a file.
  func fetchIfPresent<Result>(
    _ path: String, from servers: IndexServers, limit: Int64, take: ([UInt8]) throws -> Result
  ) async throws -> Result? {
    var failures: [(base: String, error: any Error)] = []
    var isAbsent = false
    for (base, patience) in sources(servers) {
      do {
        let request = try self.request(path, at: base, of: servers, limit: limit, patience)
        let result = try take(try await fetcher.bytes(request))
        name(failures, of: servers)
        return result
      } catch let error as TransportError where error.isAbsence {
        if base == servers.url { return nil }
        isAbsent = true
      } catch {
        if servers.mirrors.isEmpty { throw error }
        try note(error, base)
        failures.append((base, error))
      }
    }
    guard !isAbsent else {
      name(failures, of: servers)
      return nil
    }
    throw summary(failures, servers)
  }

  /// A body of known length, piece by piece, from wherever it can be had.
  ///
  /// - Parameters:
  ///   - attempt: begins anew for each server: gives a receiver, and what verifies and answers in the
  ///     end.
  func stream<Result>(
    _ path: String, from servers: IndexServers, length: Int64,
    attempt: () throws -> (receive: BodyReceiver, finish: () throws -> Result)
  ) async throws -> Result {
    try await ask(servers) { base, patience in
      var request = FetchRequest(
        "\(base)/\(path)", limit: length, expected: length, deadline: .seconds(3600))
      patience.apply(to: &request, lastSeconds: 30)
      request.access = try logins.access(to: base, of: servers)
      let (receive, finish) = try attempt()
      _ = try await fetcher.fetch(request, receive: receive)
      return try finish()
    }
  }

  /// How long a server may take: less where another can be asked.
  private struct Patience {
    let isLast: Bool

    func apply(to request: inout FetchRequest, lastSeconds: Int) {
      request.lowSpeedSeconds = isLast ? lastSeconds : 5
      guard !isLast else { return }
      request.lowSpeedBytes = 1000
      request.retries = 0
    }
  }

  private func sources(_ servers: IndexServers) -> [(String, Patience)] {
    let bases = health.order(servers.bases)
    return bases.map { ($0, Patience(isLast: $0 == bases.last)) }
  }

  private func request(
    _ path: String, at base: String, of servers: IndexServers, limit: Int64, _ patience: Patience
  ) throws -> FetchRequest {
    var request = Self.small("\(base)/\(path)", limit: limit)
    request.access = try logins.access(to: base, of: servers)
    patience.apply(to: &request, lastSeconds: request.lowSpeedSeconds)
    if !patience.isLast { request.deadline = .seconds(20) }
    return request
  }

  private func ask<Result>(
    _ servers: IndexServers, _ attempt: (String, Patience) async throws -> Result
  ) async throws -> Result {
    var failures: [(base: String, error: any Error)] = []
    for (base, patience) in sources(servers) {
      do {
        let result = try await attempt(base, patience)
        name(failures, of: servers)
        return result
      } catch {
        if servers.mirrors.isEmpty { throw error }
        try note(error, base)
        failures.append((base, error))
      }
    }
    throw summary(failures, servers)
  }

  /// Remembers how a server failed.
  ///
  /// - Throws: the error where it is none of the server's: ours, or of whoever interrupts.
  private func note(_ error: any Error, _ base: String) throws {
    let cause = Self.diagnostic(error)
    switch error {
    case let error as TransportError:
      switch error {
      case .cancelled, .libraryMissing, .refusedLogin: throw error
      case .tooLarge: health.note(base, .wrong, cause)
      default: health.note(base, error.isAbsence ? .wrong : .unreachable, cause)
      }
    case is SystemError, is CancellationError: throw error
    case let error as Diagnostic where error.code == .configInvalid: throw error
    default: health.note(base, .wrong, cause)
    }
  }

  /// Warns of servers that failed where another did not.
  private func name(_ failures: [(base: String, error: any Error)], of servers: IndexServers) {
    for (base, error) in failures where health.isUnnamed(base) {
      let cause = Self.diagnostic(error)
      progress(
        .warning(
          Diagnostic(
            .networkMirror,
            "`\(base)` failed, and another server of the index `\(servers.name)` was used",
            notes: [cause.message] + cause.notes,
            hint: "tell who runs it; `indexes.d/\(servers.name).yaml` lists the index's servers")))
    }
  }

  /// The last failure, with the others as notes.
  private func summary(
    _ failures: [(base: String, error: any Error)], _ servers: IndexServers
  ) -> any Error {
    let known = servers.bases.filter { base in !failures.contains { $0.base == base } }
      .compactMap { health.cause(of: $0) }
    let all = known + failures.map { Self.diagnostic($0.error) }
    guard var last = all.last else {
      return Diagnostic(.internalBug, "no server of the index `\(servers.name)` was asked")
    }
    for other in all.dropLast() { last = last.noting("before: \(other.message)") }
    return last
  }

  private static func diagnostic(_ error: any Error) -> Diagnostic {
    (error as? any Diagnosable)?.diagnostic ?? Diagnostic(.internalBug, "\(error)")
  }
}
