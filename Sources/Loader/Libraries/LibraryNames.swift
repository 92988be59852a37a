// What the names of libraries tell.

internal import PkgCore

/// What stays the same of a SONAME when the major changes: `libssl` of `libssl.so.1.1`, `libQtCore`
/// of `libQt5Core.so.5`; nil where the name has no number.
func libraryFamily(_ soname: String) -> String? {
  guard let range = soname.firstRange(of: ".so.") else { return nil }
  let stem = soname[..<range.lowerBound]
  // Two of these in one process break each other, and the number stands before `.so`.
  for prefix in ["libQt", "libpython", "liblua", "libgtk-", "libgdk-"] {
    if let rest = stem.rest(after: prefix) {
      return prefix + rest.drop { $0.isNumber || $0 == "." }
    }
  }
  return String(stem)
}

/// The Debian package of a library that plugins often need; nil for others.
func debianPackage(of library: String) -> String? {
  [
    "libpcre.so.3": "libpcre3", "libpcre2-8.so.0": "libpcre2-8-0", "libssl.so.3": "libssl3",
    "libcrypto.so.3": "libssl3", "libssl.so.1.1": "libssl1.1", "libcrypto.so.1.1": "libssl1.1",
    "libz.so.1": "zlib1g", "libzstd.so.1": "libzstd1", "liblzma.so.5": "liblzma5",
    "libcurl.so.4": "libcurl4", "libxml2.so.2": "libxml2", "libxslt.so.1": "libxslt1.1",
    "libsqlite3.so.0": "libsqlite3-0", "libpq.so.5": "libpq5", "libyaml-0.so.2": "libyaml-0-2",
    "libstdc++.so.6": "libstdc++6", "libgcc_s.so.1": "libgcc-s1", "libgomp.so.1": "libgomp1",
    "liblua5.1.so.0": "liblua5.1-0", "libGeoIP.so.1": "libgeoip1",
    "libmaxminddb.so.0": "libmaxminddb0", "libgd.so.3": "libgd3", "libuuid.so.1": "libuuid1",
  ][library]
}
