internal import Glibc

/// Environment variables that the program reads.
enum Environment {
  static let table: [(name: String, meaning: String)] = [
    ("PLUGCTL_HOST", "The host, as --host"),
    ("PLUGCTL_SCOPE", "The scope, as --scope"),
    ("PLUGCTL_ROOT", "The folder that stands for /, as --root"),
    ("PLUGCTL_OFFLINE", "1 never asks the network, as --offline"),
    ("PLUGCTL_CACHE_DIR", "The folder of what can be fetched again"),
    ("PLUGCTL_ALLOW_HTTP", "1 allows http beyond this machine"),
    ("PLUGCTL_COLOR", "auto, always or never, as --color"),
    ("PLUGCTL_PROGRESS", "auto, bar, plain, json or none, as --progress"),
    ("PLUGCTL_NO_INPUT", "1 never asks, as --no-input"),
    ("PLUGCTL_KEY_PASSPHRASE_FILE", "The file with a key's passphrase, as --passphrase-file"),
    ("PLUGCTL_TOKEN_FILE", "The file with a token for `index add`, as --token-file"),
    ("NETRC", "Logins by host, in place of ~/.netrc; not in system scope"),
    ("NO_COLOR", "Set to anything, no colour is used"),
    ("FORCE_COLOR", "Set to anything, colour is used also outside of a terminal"),
    ("SOURCE_DATE_EPOCH", "The time of every entry of packed archives, in seconds"),
    ("XDG_CONFIG_HOME", "The base of the user's configuration; ~/.config by default"),
    ("XDG_DATA_HOME", "The base of the user's store; ~/.local/share by default"),
    ("XDG_STATE_HOME", "The base of the user's trust memory; ~/.local/state by default"),
    ("XDG_CACHE_HOME", "The base of the user's cache; ~/.cache by default"),
    (
      "https_proxy",
      "A proxy for https; http_proxy, all_proxy and no_proxy count as well, HTTP_PROXY does not"
    ),
    ("SSL_CERT_FILE", "Certificates to trust in place of the system's"),
  ]

  /// A variable that is set and not empty.
  static func text(_ name: String) -> String? {
    guard let pointer = getenv(name) else { return nil }
    let text = String(cString: pointer)
    return text.isEmpty ? nil : text
  }

  /// A variable that says yes.
  static func flag(_ name: String) -> Bool {
    guard let text = text(name) else { return false }
    return text != "0" && text != "false"
  }
}
