/// Something in a store, or in a host's folder, that is not as the live generation has it.
public struct StoreFault: Sendable, Equatable {
  /// What is the matter with a path.
  public enum Kind: String, Sendable {
    /// It is not there.
    case missing
    /// It has other bytes.
    case changed
    /// It is no file, or no link, where it should be one.
    case replaced
    /// It is a link to somewhere else.
    case link
    /// Its permission bits are others.
    case mode
    /// It belongs to another user.
    case owner
    /// Nothing lists it.
    case extra
    /// Something of somebody else's stands where it should be.
    case foreign
    /// What another host's plugin has there stands where it should be.
    case taken
  }

  /// The plugin that suffers; nil for all of the instance.
  public let plugin: PluginName?
  /// The absolute path.
  public let path: String
  /// What is the matter.
  public let kind: Kind

  /// A fault of these parts.
  public init(_ kind: Kind, _ path: String, of plugin: PluginName?) {
    self.kind = kind
    self.path = path
    self.plugin = plugin
  }

  /// Whether bytes of a package are not as they were signed, so that they must come anew.
  public var needsBytes: Bool { kind != .mode && kind != .owner }

  /// The matter as a sentence without its subject.
  public var sentence: String {
    switch kind {
    case .missing: "is missing"
    case .changed: "has other bytes than it was installed with"
    case .replaced: "is something else than was installed"
    case .link: "leads somewhere else"
    case .mode: "has other permissions than it was installed with"
    case .owner: "belongs to another user"
    case .extra: "was not put there by plugctl"
    case .foreign: "was not put there by plugctl and hides what should be there"
    case .taken: "was put there for another host and hides what should be there"
    }
  }
}
