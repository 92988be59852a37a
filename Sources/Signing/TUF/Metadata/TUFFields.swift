import PkgCore

/// Reads members of an object by name and kind; a fault names the path to the member.
struct TUFFields {
  private let json: JSON
  private let path: String

  init(_ json: JSON, at path: String) {
    self.json = json
    self.path = path
  }

  init(signed: JSONObject) {
    self.init(.object(signed), at: "signed")
  }

  func object(_ name: String) throws(TUFFault) -> JSONObject {
    try member(name) { $0.objectValue }
  }

  func array(_ name: String) throws(TUFFault) -> [JSON] {
    try member(name) { $0.arrayValue }
  }

  func string(_ name: String) throws(TUFFault) -> String {
    try member(name) { $0.stringValue }
  }

  /// An array of strings.
  func strings(_ name: String) throws(TUFFault) -> [String] {
    try member(name) { json in
      guard let elements = json.arrayValue else { return nil }
      let texts = elements.compactMap(\.stringValue)
      return texts.count == elements.count ? texts : nil
    }
  }

  /// An integer of at least this value.
  func integer(_ name: String, from least: Int64) throws(TUFFault) -> Int64 {
    try member(name) { json in json.integerValue.flatMap { $0 >= least ? $0 : nil } }
  }

  /// Nil where the member is absent.
  func optionalInteger(_ name: String, from least: Int64) throws(TUFFault) -> Int64? {
    json[name] == nil ? nil : try integer(name, from: least)
  }

  func fields(_ name: String) throws(TUFFault) -> TUFFields {
    TUFFields(.object(try object(name)), at: joined(name))
  }

  /// Each member of an object, with its name.
  func each(_ name: String) throws(TUFFault) -> [(name: String, fields: TUFFields)] {
    let inside = joined(name)
    return try object(name).members.map { member in
      (member.name, TUFFields(member.value, at: "\(inside).\(member.name)"))
    }
  }

  /// The object itself.
  func whole() throws(TUFFault) -> JSONObject {
    guard let object = json.objectValue else { throw .member(path) }
    return object
  }

  /// TUF 4.2.1: exactly `YYYY-MM-DDTHH:MM:SSZ`.
  func date(_ name: String) throws(TUFFault) -> Timestamp {
    try member(name) { json in
      guard let text = json.stringValue, let date = Timestamp(rfc3339: text),
        sameBytes(date.rfc3339, text)
      else { return nil }
      return date
    }
  }

  /// `hashes` by algorithm, each in hexadecimal digits, at least one; nil where absent.
  func optionalHashes() throws(TUFFault) -> TUFHashes? {
    guard json["hashes"] != nil else { return nil }
    return try member("hashes") { json in json.objectValue.flatMap(TUFHashes.init) }
  }

  func member<Value>(_ name: String, _ value: (JSON) -> Value?) throws(TUFFault) -> Value {
    guard let found = json[name].flatMap(value) else { throw .member(joined(name)) }
    return found
  }

  private func joined(_ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }
}
