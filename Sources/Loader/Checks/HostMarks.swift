internal import PkgCore

/// The marks of a host's program, or of a plugin, that static probes compare.
public struct HostMarks: Sendable {
  /// nginx's version and its build options in one line; nil for other files.
  public let nginxSignature: String?
  /// PostgreSQL's numbers in one line; nil for other files.
  public let postgresMagic: String?
  /// Link hashes of Go packages in hexadecimal digits, by package; empty for other files.
  public let goPackages: [(package: String, hash: String)]

  /// The marks of the file at a path.
  ///
  /// - Throws: ``ElfError``; ``Diagnostic`` where the file can't be read.
  public init(file: String) throws { try self.init(try readElf(try absolutePath(file))) }

  /// The marks in an ELF file's bytes.
  public init(_ bytes: [UInt8]) throws(ElfError) {
    let image = try ElfImage(bytes)
    let nginx = NginxModule.ofHost(image) ?? NginxModule.all(in: image).first
    nginxSignature = nginx.map { "\($0.release) \($0.signature)" }
    postgresMagic = (PostgresMagic.ofHost(image) ?? PostgresMagic.ofModule(image))?.text
    goPackages = GoPackages(image).hashes.sorted { bytesPrecede($0.key, $1.key) }
      .map { ($0.key, Array($0.value).hex) }
  }
}
