internal import CommandLineKit
internal import Operations
internal import PkgCore

/// `key ...`
enum KeyCommands {
  static func generate(_ call: Invocation) throws -> Answer {
    let key = try KeyRing(call.session()).generate(
      call.arguments[0], passphrase: call.passphrase(isNew: true))
    return one(
      "key-generate", key, "made the key `\(key.name)` (\(key.id))\npublic key: \(key.publicKey)")
  }

  static func importKey(_ call: Invocation) throws -> Answer {
    let key = try KeyRing(call.session()).importKey(
      call.arguments[0], as: call.arguments[1], passphrase: call.passphrase())
    return one("key-import", key, "imported the key `\(key.name)` (\(key.id))")
  }

  static func list(_ call: Invocation) throws -> Answer {
    let keys = try KeyRing(call.session()).all()
    var table = TextTable(["NAME", "KIND", "ID", "FINGERPRINT"])
    for key in keys {
      table.add([
        key.name, key.isRevoked ? "revoked" : key.kind.rawValue, key.id,
        "sha256:\(key.fingerprint)",
      ])
    }
    return Answer("key-list", json: .array(keys.map(json)), text: table.text(call.output))
  }

  static func export(_ call: Invocation) throws -> Answer {
    let text = try KeyRing(call.session()).export(
      call.arguments[0], isSecret: call.parsed.has("secret"))
    return Answer(
      "key-export", json: ["text": .string(text)],
      text: text.rest(before: "\n").map { String($0) } ?? text)
  }

  static func trust(_ call: Invocation) throws -> Answer {
    let key = try KeyRing(call.session()).trust(call.arguments[0], as: call.parsed.value("name"))
    return one(
      "key-trust", key,
      "trusted the key `\(key.name)` (\(key.id))\nfingerprint: sha256:\(key.fingerprint)")
  }

  static func revoke(_ call: Invocation) throws -> Answer {
    let revocation = try KeyRevoking(call.session()).revoke(
      call.arguments[0], reason: call.parsed.value("reason") ?? "")
    let installed = revocation.installed
    let data = installed.map { listing -> JSON in
      [
        "id": .string(listing.plugin.name.description),
        "version": .string(listing.plugin.version.description), "host": .string(listing.host),
        "scope": .string(listing.scope.rawValue),
      ]
    }
    var lines = ["revoked the key \(revocation.id)"]
    if !installed.isEmpty {
      let names = Set(installed.map(\.plugin.name)).sorted().map(\.description)
      lines.append("it signed what is installed, and what stays so until you change it:")
      lines += installed.map {
        "  \($0.plugin.name) \($0.plugin.version) (\($0.host), \($0.scope.rawValue) scope)"
      }
      lines += [
        "remove it: plugctl remove \(names.joined(separator: " "))",
        "or, once you know the publisher's next key: plugctl key trust KEY, and plugctl upgrade",
      ]
    }
    return Answer(
      "key-revoke", json: ["id": .string(revocation.id), "installed": .array(data)],
      text: lines.joined(separator: "\n"))
  }

  static func rotate(_ call: Invocation) throws -> Answer {
    guard let text = call.parsed.value("publisher"), let publisher = NamePart(text) else {
      throw Diagnostic(
        .usageMissingValue, "`--publisher` is missing, or is no publisher's name",
        hint: "name whose keys they are: `--publisher NAME`")
    }
    let statement = try KeyRing(call.session()).rotate(
      from: call.arguments[0], to: call.arguments[1], of: publisher, passphrase: call.passphrase())
    return Answer(
      "key-rotate", json: ["statement": .string(statement)],
      text: statement.rest(before: "\n").map { String($0) } ?? statement)
  }

  private static func one(_ schema: String, _ key: KeyListing, _ text: String) -> Answer {
    Answer(schema, json: json(key), text: text)
  }

  private static func json(_ key: KeyListing) -> JSON {
    [
      "name": .string(key.name), "kind": .string(key.kind.rawValue), "id": .string(key.id),
      "fingerprint": .string("sha256:\(key.fingerprint)"), "publicKey": .string(key.publicKey),
      "revoked": .bool(key.isRevoked),
    ]
  }
}
