/// A request on its way from a task to the transport's thread, and the way back.
struct CurlJob: Sendable {
  let id: UInt64
  let request: FetchRequest
  let address: WebAddress
  let receive: BodyReceiver
  let isCancelled: CancellationFlag
  let continuation: CheckedContinuation<FetchResponse, any Error>
}
