// nginx/src/core/ngx_module.h, on 64-bit machines:
//
//   ngx_module_t    ctx_index 0 | index 8 | name 16 | spare 24, 32 | version 40 | signature 48 | ...
//   ngx_modules     the module's table of pointers to them, ended by NULL
//   the signature   "8,4,8," the sizes of a pointer, sig_atomic_t and time_t, then 34 digits, one
//                   for each NGX_MODULE_SIGNATURE_n from 1 on

internal import PkgCore

/// What an nginx module says of the nginx it was built for.
struct NginxModule: Sendable, Equatable {
  /// `nginx_version`: 1022001 is 1.22.1.
  let version: UInt64
  /// The build options.
  let signature: String

  /// The version as nginx writes it.
  var release: String { "\(version / 1_000_000).\(version / 1000 % 1000).\(version % 1000)" }

  /// The modules of a shared object.
  static func all(in image: ElfImage) -> [NginxModule] {
    guard let table = image.symbol(named: "ngx_modules") else { return [] }
    let (end, overflow) = table.value.addingReportingOverflow(8 * 64)
    guard !overflow else { return [] }
    let pointers = image.pointers(in: table.value..<end)
    var modules: [NginxModule] = []
    for address in stride(from: table.value, to: end, by: 8) {
      let target = pointers[address] ?? image.word(at: address) ?? 0
      guard target != 0, let module = NginxModule(image, at: target) else { break }
      modules.append(module)
    }
    return modules
  }

  /// What nginx itself is: its own first module bears the same marks.
  static func ofHost(_ image: ElfImage) -> NginxModule? {
    image.symbol(named: "ngx_core_module").flatMap { NginxModule(image, at: $0.value) }
  }

  private init?(_ image: ElfImage, at address: UInt64) {
    guard address < UInt64.max - 64, let version = image.word(at: address + 40) else { return nil }
    let pointers = image.pointers(in: address + 48..<address + 56)
    guard let target = pointers[address + 48] ?? image.word(at: address + 48),
      let offset = image.offset(ofAddress: target),
      let text = image.bytes.text(at: offset, limit: image.bytes.count), text.count < 256
    else { return nil }
    self.version = version
    signature = image.bytes.string(text)
  }

  /// One line for each option that differs.
  func differences(from host: NginxModule) -> [String] {
    guard signature != host.signature else { return [] }
    let own = signature.parts(at: ",", keepsEmpty: true)
    let others = host.signature.parts(at: ",", keepsEmpty: true)
    guard own.count == 4, others.count == 4, own[3].count == others[3].count else {
      return ["signature: module `\(signature)`, host `\(host.signature)`"]
    }
    var lines: [String] = []
    for (place, name) in Self.sizes.enumerated() where own[place] != others[place] {
      lines.append("\(name): module \(own[place]), host \(others[place])")
    }
    for (place, pair) in zip(own[3], others[3]).enumerated() where pair.0 != pair.1 {
      let name = place < Self.options.count ? Self.options[place] : "option \(place + 1)"
      lines.append("\(name): module \(pair.0), host \(pair.1)")
    }
    return lines
  }

  private static let sizes = ["size of a pointer", "size of sig_atomic_t", "size of time_t"]

  private static let options = [
    "NGX_HAVE_KQUEUE", "NGX_HAVE_IOCP", "NGX_HAVE_FILE_AIO", "NGX_HAVE_AIO_SENDFILE",
    "NGX_HAVE_EVENTFD", "NGX_HAVE_EPOLL", "NGX_HAVE_KEEPALIVE_TUNABLE", "NGX_HAVE_INET6",
    "NGX_MODULE_SIGNATURE_9", "NGX_HAVE_REUSEPORT", "NGX_HAVE_DEFERRED_ACCEPT (SO_ACCEPTFILTER)",
    "NGX_HAVE_DEFERRED_ACCEPT (TCP_DEFER_ACCEPT)", "NGX_HAVE_SETFIB", "NGX_HAVE_TCP_FASTOPEN",
    "NGX_HAVE_UNIX_DOMAIN", "NGX_HAVE_VARIADIC_MACROS", "NGX_MODULE_SIGNATURE_17",
    "NGX_MODULE_SIGNATURE_18", "NGX_HAVE_OPENAT", "NGX_HAVE_ATOMIC_OPS", "NGX_HAVE_POSIX_SEM",
    "NGX_THREADS", "NGX_PCRE", "NGX_HTTP_SSL", "NGX_MODULE_SIGNATURE_25", "NGX_HTTP_GZIP",
    "NGX_MODULE_SIGNATURE_27", "NGX_HTTP_X_FORWARDED_FOR", "NGX_HTTP_REALIP", "NGX_HTTP_HEADERS",
    "NGX_HTTP_DAV", "NGX_HTTP_CACHE", "NGX_HTTP_UPSTREAM_ZONE", "NGX_COMPAT",
  ]
}

extension ElfImage {
  /// The eight bytes at an address, as they lie in the file.
  func word(at address: UInt64) -> UInt64? { offset(ofAddress: address).flatMap { bytes.u64($0) } }
}
