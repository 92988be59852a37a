import CCurl

/// The life of the transport's thread: it alone touches libcurl's handles.
final class CurlLoop {
  private let library: CurlLibrary
  private let inbox: CurlInbox
  private let configuration: FetchConfiguration
  private let multi: UnsafeMutableRawPointer
  /// Not begun, since their host, or the loop, has enough to do; by origin, in order of arrival.
  private var waiting: [String: [CurlJob]] = [:]
  /// Begun and in libcurl's hands, or waiting for a retry; by id.
  private var transfers: [UInt64: CurlTransfer] = [:]
  private var retries: [(due: ContinuousClock.Instant, id: UInt64)] = []
  private var ids: [UnsafeMutableRawPointer: UInt64] = [:]
  private var perOrigin: [String: Int] = [:]

  /// Nil, with every job answered, where libcurl gives no handle.
  init?(library: CurlLibrary, inbox: CurlInbox, configuration: FetchConfiguration) {
    guard let multi = plg_multi_init(library.functions) else {
      inbox.close()
      for case .start(let job) in inbox.take().messages {
        job.continuation.resume(throwing: TransportError.libraryMissing(cause: "curl_multi_init"))
      }
      return nil
    }
    self.library = library
    self.inbox = inbox
    self.configuration = configuration
    self.multi = multi
    let functions = library.functions
    let connections = configuration.connectionsPerHost
    _ = plg_multi_set_long(functions, multi, CURLMOPT_MAX_HOST_CONNECTIONS, connections)
    _ = plg_multi_set_long(functions, multi, CURLMOPT_MAXCONNECTS, configuration.transfersAtOnce)
    _ = plg_multi_set_long(functions, multi, CURLMOPT_PIPELINING, 0)
    inbox.listen(on: multi)
  }

  /// Until the inbox is closed.
  func run() {
    while true {
      let (messages, isClosed) = inbox.take()
      messages.forEach(handle)
      guard !isClosed else { break }
      beginWaiting()
      beginRetries()
      _ = plg_multi_perform(library.functions, multi)
      let isBusy = handleDone()
      _ = plg_multi_poll(library.functions, multi, isBusy ? 0 : pollMilliseconds())
    }
    end()
  }

  private func handle(_ message: CurlInbox.Message) {
    switch message {
    case .start(let job): waiting[job.address.origin, default: []].append(job)
    case .cancel(let id): cancel(id)
    }
  }

  /// Does nothing where the job has ended already.
  private func cancel(_ id: UInt64) {
    if let transfer = transfers[id] {
      return finish(
        transfer, .failure(TransportError.cancelled(url: transfer.job.address.shown)))
    }
    for (origin, jobs) in waiting {
      guard let place = jobs.firstIndex(where: { $0.id == id }) else { continue }
      waiting[origin]?.remove(at: place)
      return jobs[place].fail(.cancelled)
    }
  }

  /// As far as the bounds allow.
  private func beginWaiting() {
    for origin in Array(waiting.keys) {
      while transfers.count < configuration.transfersAtOnce,
        perOrigin[origin, default: 0] < configuration.connectionsPerHost,
        let job = waiting[origin]?.first
      {
        waiting[origin]?.removeFirst()
        job.isCancelled.isSet ? job.fail(.cancelled) : begin(job)
      }
      if waiting[origin]?.isEmpty == true { waiting[origin] = nil }
    }
  }

  private func begin(_ job: CurlJob) {
    guard let transfer = CurlTransfer(job: job, library: library, configuration: configuration)
    else { return job.fail(.noHandle) }
    transfers[job.id] = transfer
    ids[transfer.handle] = job.id
    perOrigin[job.address.origin, default: 0] += 1
    hand(transfer)
  }

  private func hand(_ transfer: CurlTransfer) {
    do throws(TransportError) {
      try transfer.prepare()
    } catch {
      return finish(transfer, .failure(error))
    }
    _ = plg_multi_add(library.functions, multi, transfer.handle)
  }

  private func beginRetries() {
    let now = ContinuousClock.now
    let due = retries.filter { $0.due <= now }
    retries.removeAll { $0.due <= now }
    for retry in due {
      if let transfer = transfers[retry.id] { hand(transfer) }
    }
  }

  /// Whether anything ended, so that more may begin at once.
  private func handleDone() -> Bool {
    var code = CURLE_OK
    var isBusy = false
    while let handle = plg_multi_next_done(library.functions, multi, &code) {
      isBusy = true
      guard let id = ids[handle], let transfer = transfers[id] else { continue }
      _ = plg_multi_remove(library.functions, multi, handle)
      switch transfer.step(after: code) {
      case .done(let result): finish(transfer, result)
      case .again(let wait) where wait == .zero: hand(transfer)
      case .again(let wait): retries.append((ContinuousClock.now + wait, id))
      }
    }
    return isBusy
  }

  private func finish(_ transfer: CurlTransfer, _ result: Result<FetchResponse, any Error>) {
    let job = transfer.job
    _ = plg_multi_remove(library.functions, multi, transfer.handle)
    transfers[job.id] = nil
    ids[transfer.handle] = nil
    retries.removeAll { $0.id == job.id }
    let active = perOrigin[job.address.origin, default: 1] - 1
    perOrigin[job.address.origin] = active == 0 ? nil : active
    job.continuation.resume(with: result)
  }

  private func pollMilliseconds() -> Int32 {
    guard let next = retries.map(\.due).min() else { return 1000 }
    let wait = (next - ContinuousClock.now).milliseconds
    return Int32(clamping: min(1000, max(0, wait + 1)))
  }

  private func end() {
    inbox.listen(on: nil)
    for job in waiting.values.joined() { job.fail(.cancelled) }
    for transfer in Array(transfers.values) {
      finish(transfer, .failure(TransportError.cancelled(url: transfer.job.address.shown)))
    }
    plg_multi_cleanup(library.functions, multi)
  }
}

extension CurlJob {
  fileprivate enum Refusal { case cancelled, noHandle }

  fileprivate func fail(_ refusal: Refusal) {
    switch refusal {
    case .cancelled:
      continuation.resume(throwing: TransportError.cancelled(url: address.shown))
    case .noHandle:
      continuation.resume(throwing: TransportError.libraryMissing(cause: "curl_easy_init"))
    }
  }
}

extension Duration {
  /// Whole milliseconds, rounded down.
  var milliseconds: Int64 {
    let (seconds, attoseconds) = components
    let (product, overflows) = seconds.multipliedReportingOverflow(by: 1000)
    return overflows ? .max : product + attoseconds / 1_000_000_000_000_000
  }
}
