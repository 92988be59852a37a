//  The form in `plugin.json`. Members that are empty, false or nil are left out.
//
//    {"machine":"x86_64","bits":64,"endian":"little","osabi":0,"type":"dyn","isaLevel":2,
//     "needed":["libc.so.6"],"soname":"x.so","buildId":"ab..","rpath":[],"runpath":["$ORIGIN"],
//     "versions":[{"family":"GLIBC","version":"2.34","symbols":["pthread_create"]}],
//     "exports":["fg:plug_entry_v1"],            kind, binding, colon, name
//     "undefined":["s:malloc@GLIBC_2.2.5"],      s strong or w weak, colon, name, version after the last @
//     "toolchains":["GCC: (Debian 12.2.0-14) 12.2.0"],"flags":["relro"],"stack":"protected",
//     "initializers":1,"tlsSize":8,"runtime":"native","reload":"clean"}

extension ElfFacts {
  /// The compact form for `plugin.json`, in a fixed order of members.
  public var json: JSON {
    var object = JSONObject()
    object.append("machine", .string(machine.description))
    object.append("bits", .integer(Int64(bits)))
    object.append("endian", .string(isLittleEndian ? "little" : "big"))
    object.append("osabi", .integer(Int64(osABI)))
    object.append("type", .string(type.rawValue))
    object.append("isaLevel", isaLevel.map { .integer(Int64($0)) })
    object.append("needed", list(needed))
    object.append("soname", soname.map { .string($0) })
    object.append("buildId", buildID.map { .string($0) })
    object.append("rpath", list(rpath))
    object.append("runpath", list(runpath))
    object.append("versions", versionsNeeded.isEmpty ? nil : .array(versionsNeeded.map(\.json)))
    object.append("exports", list(exports.map(\.text)))
    object.append("undefined", list(undefined.map(\.text)))
    object.append("toolchains", list(toolchains))
    object.append("flags", list(Flag.allCases.filter(flags.contains).map(\.rawValue)))
    object.append("stack", .string(stack.rawValue))
    object.append("initializers", initializerCount == 0 ? nil : .integer(Int64(initializerCount)))
    object.append("tlsSize", tlsSize == 0 ? nil : .integer(Int64(tlsSize)))
    object.append("runtime", .string(runtime.rawValue))
    object.append("reload", .string(reloadClass.rawValue))
    return .object(object)
  }

  /// Reads what ``json`` writes. Unknown members and unknown flags are passed over.
  ///
  /// - Throws: ``Diagnostic`` with `package.invalid` that names the member at fault.
  public init(json: JSON) throws(Diagnostic) {
    let machine = try required(json, "machine", ElfMachine.init)
    let type = try required(json, "type", FileType.init)
    let osABI = json["osabi"]?.integerValue.flatMap { UInt8(exactly: $0) }
    guard let osABI, let bits = count(json["bits"]), bits == 32 || bits == 64 else {
      throw fault("bits")
    }
    let endian = try required(json, "endian") { ["little": true, "big": false][$0] }
    self.init(machine: machine, bits: bits, isLittleEndian: endian, osABI: osABI, type: type)
    isaLevel = count(json["isaLevel"])
    needed = try strings(json, "needed")
    soname = json["soname"]?.stringValue
    buildID = json["buildId"]?.stringValue
    rpath = try strings(json, "rpath")
    runpath = try strings(json, "runpath")
    versionsNeeded = try each(json["versions"]?.arrayValue ?? [], "versions", VersionNeed.init)
    exports = try each(strings(json, "exports"), "exports", Export.init)
    undefined = try each(strings(json, "undefined"), "undefined", Undefined.init)
    toolchains = try strings(json, "toolchains")
    flags = Set(try strings(json, "flags").compactMap(Flag.init))
    stack = try required(json, "stack", Stack.init)
    initializerCount = count(json["initializers"]) ?? 0
    tlsSize = count(json["tlsSize"]) ?? 0
    runtime = try required(json, "runtime", Runtime.init)
    reloadClass = try required(json, "reload", ReloadClass.init)
  }
}

private func list(_ values: [String]) -> JSON? { values.isEmpty ? nil : .strings(values) }

private func fault(_ member: String) -> Diagnostic {
  Diagnostic(.packageInvalid, "the ELF facts have no valid `\(member)`")
}

private func count(_ value: JSON?) -> Int? {
  value?.integerValue.flatMap { $0 < 0 ? nil : Int(exactly: $0) }
}

private func required<Value>(
  _ json: JSON, _ member: String, _ read: (String) -> Value?
) throws(Diagnostic) -> Value {
  guard let value = json[member]?.stringValue.flatMap(read) else { throw fault(member) }
  return value
}

private func strings(_ json: JSON, _ member: String) throws(Diagnostic) -> [String] {
  guard let value = json[member] else { return [] }
  guard let elements = value.arrayValue else { throw fault(member) }
  guard elements.count <= ElfFacts.maximumSymbols else { throw fault(member) }
  return try each(elements, member, \.stringValue)
}

private func each<Element, Value>(
  _ elements: [Element], _ member: String, _ read: (Element) -> Value?
) throws(Diagnostic) -> [Value] {
  let values = elements.compactMap(read)
  guard values.count == elements.count else { throw fault(member) }
  return values
}

extension ElfFacts.VersionNeed {
  fileprivate var json: JSON {
    [
      "family": .string(family.rawValue), "version": .string(version.description),
      "symbols": .strings(symbols),
    ]
  }

  fileprivate init?(json: JSON) {
    guard let family = json["family"]?.stringValue.flatMap(SymbolVersionFamily.init),
      let version = json["version"]?.stringValue.flatMap({ SymbolVersion($0) }),
      let symbols = json["symbols"]?.arrayValue?.compactMap(\.stringValue)
    else { return nil }
    self.init(family: family, version: version, symbols: symbols)
  }
}

extension ElfFacts.Export {
  fileprivate var text: String { kind.rawValue + binding.rawValue + ":" + name }

  fileprivate init?(text: String) {
    guard let (marks, name) = text.cut(at: ":"), marks.utf8.count == 2,
      let kind = Kind(rawValue: String(marks.prefix(1))),
      let binding = Binding(rawValue: String(marks.suffix(1)))
    else { return nil }
    self.init(name: String(name), kind: kind, binding: binding)
  }
}

extension ElfFacts.Undefined {
  // A name that has an `@` of its own ends with one where there is no version.
  fileprivate var text: String {
    (isWeak ? "w:" : "s:") + name + (version.map { "@" + $0 } ?? (name.holds("@") ? "@" : ""))
  }

  fileprivate init?(text: String) {
    guard let (mark, body) = text.cut(at: ":"), mark == "s" || mark == "w" else { return nil }
    let (name, version) = body.cut(atLast: "@") ?? (body, "")
    self.init(
      name: String(name), version: version.isEmpty ? nil : String(version), isWeak: mark == "w")
  }
}
