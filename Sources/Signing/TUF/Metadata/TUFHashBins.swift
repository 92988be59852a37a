import PkgCore

/// Delegation to bins by the hash of a target's path (TUF 4.5 `succinct_roles`, TAP 15): all bins
/// have the same keys, and their names follow from their numbers.
public struct TUFHashBins: Sendable {
  /// Who signs for every bin.
  public let authority: TUFAuthority
  /// How many bits of the hash number a bin, 1 to 32; there are 2 to the power of this bins.
  public let bitLength: Int
  /// What every bin's name begins with; a hyphen and the number in hexadecimal digits follow.
  public let namePrefix: String

  /// Bins whose keys, number and names are these.
  ///
  /// - Parameter bitLength: 1 to 32.
  public init(authority: TUFAuthority, bitLength: Int, namePrefix: String) {
    self.authority = authority
    self.bitLength = min(max(bitLength, 1), 32)
    self.namePrefix = namePrefix
  }

  init(_ fields: TUFFields, keys: TUFKeyList) throws(TUFFault) {
    let bits = try fields.integer("bit_length", from: 1)
    guard bits <= 32 else { throw .member("signed.delegations.succinct_roles.bit_length") }
    bitLength = Int(bits)
    namePrefix = try fields.string("name_prefix")
    guard TUFRoleName.canDelegate(to: namePrefix) else {
      throw .member("signed.delegations.succinct_roles.name_prefix")
    }
    authority = try TUFAuthority(fields, keys: keys)
  }

  /// How many bins there are.
  public var count: Int { 1 << bitLength }

  /// The name of a bin, whose number is below ``count``.
  public func role(_ number: Int) -> TUFRoleName {
    let digits = String(number, radix: 16)
    let width = String(count - 1, radix: 16).utf8.count
    return TUFRoleName(
      "\(namePrefix)-" + String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits)
  }

  /// The number of the bin that a target's path falls in: the first bits of the path's SHA-256.
  public func number(of path: String) -> Int {
    let digest = sha256(Array(path.utf8)).bytes
    let head = digest.prefix(4).reduce(0) { $0 << 8 | Int($1) }
    return head >> (32 - bitLength)
  }

  /// The bin that a target's path falls in.
  public func role(of path: String) -> TUFRoleName { role(number(of: path)) }

  /// Whether a role is one of the bins.
  func contains(_ role: TUFRoleName) -> Bool {
    let start = namePrefix.utf8.count + 1
    let digits = String(decoding: role.text.utf8.dropFirst(start), as: UTF8.self)
    guard let number = Int(digits, radix: 16), (0..<count).contains(number) else { return false }
    return self.role(number) == role
  }

  var json: JSON {
    var object = authority.json.objectValue ?? JSONObject()
    object.append("bit_length", .integer(Int64(bitLength)))
    object.append("name_prefix", .string(namePrefix))
    return .object(object)
  }
}
