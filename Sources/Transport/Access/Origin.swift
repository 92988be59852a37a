/// What of a URL decides who gets to know a secret: scheme, host and port.
public enum Origin {
  /// Whether two URLs have the same one; never of files, and of what can't be read.
  public static func isSame(_ one: String, _ other: String) -> Bool {
    guard let one = try? WebAddress(one), let other = try? WebAddress(other) else { return false }
    return one.origin == other.origin
  }

  /// Whether what is sent there is encrypted, or stays on this machine.
  public static func isPrivate(_ url: String) -> Bool {
    guard let address = try? WebAddress(url) else { return false }
    return address.scheme == .https || address.isLoopback
  }
}
