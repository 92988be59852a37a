import PkgCore

// plg-s011: marks of one kind of host.
extension StaticChecks {
  func abiChecks() -> [CheckResult] {
    guard target.staticProbes.contains(.nginxSignature) else { return [] }
    return [nginxSignature()]
  }

  private func nginxSignature() -> CheckResult {
    let host = target.symbolProviders.lazy.compactMap { LibraryCache.shared.image($0) }
      .compactMap { NginxModule.ofHost($0) }.first
    guard let host else {
      return CheckResult(.abiVersion, .skip, "the host's binary shows no nginx signature")
    }
    let modules = NginxModule.all(in: image)
    guard !modules.isEmpty else {
      return CheckResult(.abiVersion, .fail, "it has no table `ngx_modules` of nginx modules")
    }
    for module in modules {
      if module.version != host.version {
        return CheckResult(
          .abiVersion, .fail,
          "module built for nginx \(module.release), the host is \(host.release)",
          hint: "choose a build for nginx \(host.release)")
      }
      let differences = module.differences(from: host)
      guard differences.isEmpty else {
        return CheckResult(
          .abiVersion, .fail, "module built with other options than the host's nginx",
          notes: differences,
          hint: "build it with the options of `nginx -V`, and with --with-compat")
      }
    }
    return CheckResult(.abiVersion, .pass)
  }
}
