internal import Formats
internal import PkgCore

/// YAML files that people write.
enum AuthoredFile {
  /// The document of a file; what can't be read is told with its place.
  ///
  /// - Parameters:
  ///   - file: what errors call it.
  ///   - what: the kind of file, without an article.
  /// - Throws: ``Diagnostic`` with the code.
  static func node(
    _ bytes: [UInt8], file: String, _ code: DiagnosticCode, _ what: String
  ) throws -> Node {
    do { return try YAMLReader.read(bytes) } catch {
      throw Diagnostic(
        code, "`\(file)` is not a valid \(what)",
        notes: ["\(file):\(error.mark): \(error.sentence)"])
    }
  }
}
