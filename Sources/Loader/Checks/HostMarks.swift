internal import PkgCore

/// The marks of a host's program that static probes compare with those of plugins.
public struct HostMarks: Sendable {
  /// nginx's version and its build options in one line; nil for other programs.
  public let nginxSignature: String?
  /// PostgreSQL's numbers in one line; nil for other programs.
  public let postgresMagic: String?
  /// Link hashes of Go packages in hexadecimal digits, by package; empty for other programs.
  public let goPackages: [(package: String, hash: String)]

  /// The marks of the program at a path.
  ///
  /// - Throws: ``ElfError``; ``Diagnostic`` where the file can't be read.
  public init(file: String) throws {
    let image = try ElfImage(try readElf(try absolutePath(file)))
    nginxSignature = NginxModule.ofHost(image).map { "\($0.release) \($0.signature)" }
    postgresMagic = PostgresMagic.ofHost(image)?.text
    goPackages = GoPackages(image).hashes.sorted { bytesPrecede($0.key, $1.key) }
      .map { ($0.key, Array($0.value).hex) }
  }
}
