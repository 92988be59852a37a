import CCurl

/// libcurl's functions, found on first use.
final class CurlLibrary: Sendable {
  // SAFETY: written before `init` ends, only read after it, never freed; the functions that other
  // threads than the transport's call (curl_multi_wakeup) are thread-safe.
  nonisolated(unsafe) let functions: UnsafePointer<plg_curl>

  private static let loaded = Result { () throws(TransportError) in try CurlLibrary() }

  /// - Throws: ``TransportError/libraryMissing(cause:)``.
  static func load() throws(TransportError) -> CurlLibrary { try loaded.get() }

  private init() throws(TransportError) {
    let functions = UnsafeMutablePointer<plg_curl>.allocate(capacity: 1)
    functions.initialize(to: plg_curl())
    if let cause = plg_curl_open(functions) {
      let text = String(cString: cause)
      functions.deallocate()
      throw .libraryMissing(cause: text)
    }
    self.functions = UnsafePointer(functions)
  }
}
