import Files
import PkgCore

/// Inputs of level 5, made from a seed: the same seed gives the same inputs in the same order.
struct Fuzzing {
  /// The file that the worker reads: each input after its length in four bytes.
  let path: String
  private let check: CheckID
  private let seeds: [[UInt8]]
  private let schema: JSONObject?
  private var random: SplitMix64
  private var batch: [[UInt8]] = []

  private static let batchSize = 200
  private static let maximumSize = 64 << 10

  /// - Parameter folder: where the file may be written.
  init(_ check: CheckID, _ description: PlugDescription, seed: UInt64, folder: String) {
    self.check = check
    path = "\(folder)/inputs"
    random = SplitMix64(seed)
    schema = description.configSchema?.objectValue
    seeds =
      check == .fuzzConfig ? [description.configExample.compactBytes] : Self.samples(description)
  }

  /// Whether there is something that takes such input.
  var isPossible: Bool { !seeds.isEmpty }

  private static func samples(_ description: PlugDescription) -> [[UInt8]] {
    var samples: [[UInt8]] = []
    for interface in ["plug.format/1", "plug.processor/1"]
    where description.interfaces.contains(interface) {
      let sample = description.sample(interface)
      samples.append(
        sample["input"]?.stringValue.map { Array($0.utf8) }
          ?? sample["input_base64"]?.stringValue.flatMap { bytes(base64: $0) } ?? [])
    }
    if description.interfaces.contains("plug.type/1") {
      let values = description.sample("plug.type/1")["values"]?.arrayValue ?? []
      samples += values.compactMap(\.stringValue).map { Array($0.utf8) }
      if values.isEmpty { samples.append([]) }
    }
    return samples
  }

  /// Makes the next inputs and writes them to the file.
  ///
  /// - Returns: how many.
  mutating func next() throws -> Int {
    batch = (0..<Self.batchSize).map { _ in input() }
    var bytes: [UInt8] = []
    for input in batch {
      let size = UInt32(input.count)
      bytes += (0..<4).map { UInt8(truncatingIfNeeded: size >> (8 * $0)) } + input
    }
    try FileSystem.replace(path, with: bytes, isDurable: false)
    try FileSystem.setMode(path, 0o644)
    return batch.count
  }

  /// Writes one input of the last batch beside the user, as a file to repeat the run with.
  ///
  /// - Parameter number: the first is 1.
  /// - Returns: the file's path; nil where the number is none.
  func keep(_ number: Int) throws -> String? {
    guard batch.indices.contains(number - 1) else { return nil }
    let input = batch[number - 1]
    let size = UInt32(input.count)
    let bytes = (0..<4).map { UInt8(truncatingIfNeeded: size >> (8 * $0)) } + input
    let file = try absolutePath("plugctl-\(check.rawValue)-\(String(hash(input), radix: 16)).input")
    try FileSystem.replace(file, with: bytes, isDurable: false)
    return file
  }

  /// FNV-1a: a name, no proof.
  private func hash(_ bytes: [UInt8]) -> UInt64 {
    bytes.reduce(1_469_598_103_934_665_603) { ($0 ^ UInt64($1)) &* 1_099_511_628_211 }
  }

  // MARK: - making

  private mutating func input() -> [UInt8] {
    let base = seeds[random.below(seeds.count)]
    if check == .fuzzConfig, random.below(3) > 0 { return config(base) }
    return mutated(base)
  }

  /// A configuration with values that the schema's names have, but of any kind.
  private mutating func config(_ base: [UInt8]) -> [UInt8] {
    guard var object = (try? JSONParser.parse(base))?.objectValue else { return mutated(base) }
    let names =
      (schema?["properties"]?.objectValue?.members.map(\.name) ?? []) + object.members.map(\.name)
    for _ in 0...random.below(3) {
      let name =
        names.isEmpty || random.below(8) == 0 ? oddText() : names[random.below(names.count)]
      object[name] = random.below(10) == 0 ? nil : oddValue(depth: 0)
    }
    return JSON.object(object).compactBytes
  }

  private mutating func oddValue(depth: Int) -> JSON {
    switch random.below(depth > 3 ? 6 : 9) {
    case 0: return .null
    case 1: return .bool(random.below(2) == 0)
    case 2: return .integer(oddInteger())
    case 3: return .real([0.5, -0.0, 1e300, -1e-300, 1e19][random.below(5)])
    case 4, 5: return .string(oddText())
    case 6: return .array((0..<random.below(4)).map { _ in oddValue(depth: depth + 1) })
    case 7:
      return .object(JSONObject([.init(oddText(), oddValue(depth: depth + 1))]))
    default:
      return (0..<random.below(200)).reduce(JSON.integer(1)) { inner, _ in .array([inner]) }
    }
  }

  private mutating func oddInteger() -> Int64 {
    [0, 1, -1, .max, .min, 1 << 31, 1 << 32, 255, 65_536, Int64(random.below(1000))][
      random.below(10)]
  }

  private mutating func oddText() -> String {
    switch random.below(7) {
    case 0: ""
    case 1: String(repeating: "a", count: random.below(5000))
    case 2: "%s%n%x"
    case 3: "../../../etc/passwd"
    case 4: "\u{0}\u{1}\u{FFFF}\u{1F600}"
    case 5: "'; DROP TABLE x; --"
    default: String(random.next(), radix: 36)
    }
  }

  /// Bytes changed, cut, doubled, moved.
  private mutating func mutated(_ base: [UInt8]) -> [UInt8] {
    var bytes = base
    for _ in 0...random.below(6) {
      let place = random.below(bytes.count + 1)
      switch random.below(6) {
      case 0 where place < bytes.count: bytes[place] = UInt8(random.below(256))
      case 1: bytes.insert(UInt8(random.below(256)), at: place)
      case 2 where place < bytes.count:
        bytes.removeSubrange(place..<min(bytes.count, place + 1 + random.below(16)))
      case 3: bytes = Array(bytes[..<place])
      case 4 where bytes.count < Self.maximumSize / 2: bytes += bytes[place...]
      default:
        let odd: [UInt8] = [0, 0x22, 0x2C, 0x0A, 0x7B, 0x5B, 0xFF, 0x5C]
        bytes.insert(odd[random.below(odd.count)], at: place)
      }
    }
    return Array(bytes.prefix(Self.maximumSize))
  }
}

/// Steele, Lea and Flood's generator: small, and good enough to make input.
struct SplitMix64: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }

  /// A number from 0 up to a bound, which is at least 1.
  mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
}
