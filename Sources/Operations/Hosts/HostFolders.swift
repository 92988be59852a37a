internal import Files
public import PkgCore

/// Where a host searches, for a session: profile paths with home and project filled in.
public struct HostFolders: Sendable {
  /// A folder that a host searches.
  public struct Place: Sendable {
    /// The folder, absolute.
    public let path: String
    /// `project`, `user`, `system`, or the variable's name.
    public let source: String
  }

  private let session: Session

  /// Folders as a session sees them.
  public init(_ session: Session) { self.session = session }

  /// All folders in the order in which the host searches; later mentions of the same one left out.
  public func search(_ profile: HostProfile) throws -> [Place] {
    var places: [Place] = []
    // Of an image neither the home nor the environment is ours.
    let paths = profile.paths.filter { path in
      guard session.options.root != nil else { return true }
      if case .folder(_, let folder) = path { return folder.begins(with: "/") }
      return false
    }
    for path in paths {
      switch path {
      case .folder(let scope, let folder):
        places.append(Place(path: try resolved(folder), source: scope.rawValue))
      case .variable(let name, let separator):
        let value = Machine.environment(name) ?? ""
        let mark = separator.utf8.first ?? UInt8(ascii: ":")
        for folder in value.utf8.split(separator: mark) {
          let path = String(decoding: Array(folder), as: UTF8.self)
          places.append(Place(path: try FileSystem.absolute(path), source: name))
        }
      }
    }
    var seen: Set<String> = []
    return places.filter { seen.insert($0.path).inserted }
  }

  /// The host's variable that must name a folder for the host to look there; nil where it does already, or has none.
  func lacking(_ folder: String, _ profile: HostProfile) throws -> String? {
    guard let variable = profile.variable else { return nil }
    let real = FileSystem.realPath(folder)
    let isSearched = try search(profile).contains {
      $0.path == folder || real != nil && FileSystem.realPath($0.path) == real
    }
    return isSearched ? nil : variable.name
  }

  /// A profile's folder as an absolute path: `~` is the home, a relative one lies in the project.
  func resolved(_ folder: String) throws -> String {
    let root = session.options.root ?? ""
    if folder == "~" { return Machine.home }
    if let below = folder.rest(after: "~/") { return "\(Machine.home)/\(below)" }
    if folder.begins(with: "/") { return root + folder }
    return try FileSystem.absolute((session.projectFolder ?? ".") + "/" + folder)
  }
}
