/// One version a name.
public struct Resolution: Sendable, Equatable {
  /// A chosen version.
  public struct Choice: Sendable, Equatable {
    /// Which plugin.
    public let name: PluginName
    /// Which version.
    public let version: Version
  }

  /// In the order of dependencies: whom others need comes first; by name where that leaves a choice.
  public let choices: [Choice]
}
