extension Manifest {
  /// The manifest in normal form, without variants: what `plugin.json` begins with. Empty fields are
  /// left out, names are full.
  public var normalForm: JSONObject {
    var object = JSONObject()
    object.append("schema", .integer(Self.schema))
    object.append("publisher", .string(name.publisher.text))
    object.append("name", .string(name.name.text))
    object.append("title", title.map { .string($0) })
    object.append("version", .string(version.description))
    object.append("summary", summary.map { .string($0) })
    object.append("license", license.map { .string($0) })
    object.append("authors", list(authors))
    object.append("tags", list(tags))
    object.append("host", .string(host))
    object.append("type", type.map { .string($0) })
    constraints.write(to: &object)
    object.append("extensions", list(extensions))
    object.append("capabilities", list(capabilities))
    object.append("permissions", permissionsJSON)
    var config = JSONObject()
    config.append("schema", configSchema.map { .string($0) })
    config.append("example", configExample.map { .string($0) })
    if !config.members.isEmpty { object.append("config", .object(config)) }
    return object
  }

  private var permissionsJSON: JSON? {
    guard permissions != Permissions() else { return nil }
    return [
      "network": .bool(permissions.network), "spawn": .bool(permissions.spawn),
      "write": .bool(permissions.write),
    ]
  }

  private func list(_ texts: [String]) -> JSON? { texts.isEmpty ? nil : .strings(texts) }
}

extension Constraints {
  /// Appends the constraint fields, empty ones left out.
  public func write(to object: inout JSONObject) {
    var requires = JSONObject()
    requires.append("host", host.map { .string($0.description) })
    requires.append("abi", abi.map { .integer($0) })
    if !requires.members.isEmpty { object.append("requires", .object(requires)) }
    if !dependencies.isEmpty { object.append("dependencies", Self.map(dependencies)) }
    if !anyOf.isEmpty { object.append("any_of", .array(anyOf.map(Self.map))) }
    if !conflicts.isEmpty { object.append("conflicts", Self.map(conflicts)) }
    if !provides.isEmpty {
      object.append(
        "provides",
        .object(JSONObject(provides.map { .init($0.name.text, .string($0.version.description)) })))
    }
  }

  private static func map(_ dependencies: [Dependency]) -> JSON {
    .object(
      JSONObject(
        dependencies.map { dependency in
          let range = JSON.string(dependency.range.description)
          let value: JSON =
            dependency.isOptional ? ["version": range, "optional": true] : range
          return JSONObject.Member(dependency.name.description, value)
        }))
  }
}
