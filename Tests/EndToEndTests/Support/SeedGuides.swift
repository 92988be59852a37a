internal import Files
internal import TestSupport

/// The guides from which the task comes, where they are there: beside the tests' other data.
enum SeedGuides {
  static let folder: String? = {
    guard let data = Machine.environment("PLUGCTL_TEST_DATA") else { return nil }
    let folder = "\(FileSystem.folder(of: data))/seeds"
    return FileSystem.exists("\(folder)/stormdb.md") ? folder : nil
  }()

  static var areThere: Bool { folder != nil }

  /// The text of a guide.
  static func text(_ name: String) throws -> String {
    String(decoding: try FileSystem.read("\(folder ?? "")/\(name).md"), as: UTF8.self)
  }

  /// The first block of code of a guide that has a text in it.
  static func block(_ name: String, with wanted: String) throws -> String {
    var inside: [Substring]?
    for line in try text(name).split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("```") {
        if let lines = inside {
          let block = lines.joined(separator: "\n")
          if block.firstRange(of: wanted) != nil { return block }
          inside = nil
        } else {
          inside = []
        }
      } else {
        inside?.append(line)
      }
    }
    throw SystemError(call: "block", object: "\(name): \(wanted)", errno: 2)
  }
}
