import Files
import PkgCore
import TestSupport
import Testing

/// What it takes to run a real host with plugins: one that Debian ships, and one of our own, made by hand
/// from what the host's own headers say.
struct RealHost: Sendable, CustomStringConvertible {
  let id: String
  let type: String
  /// The name of Debian's plugin, and its library.
  let real: (name: String, library: String)
  /// The name of our library's file, without its ending.
  let file: String
  /// Our own library: what it answers, and a statement that is run when the host first calls it.
  let source: @Sendable (_ version: Int, _ statement: String) -> String
  /// How the host is started; the process keeps running.
  let command: @Sendable (_ user: Sandbox) throws -> [String]
  let flags: [String]
  var description: String { id }

  /// Keeps a program waiting at its input.
  private static func waiting(_ command: String) -> [String] {
    ["bash", "-c", "exec \(command) < <(sleep 120)"]
  }

  static let sqlite = RealHost(
    id: "sqlite", type: "extension",
    real: ("pcre", "\(Programs.realPlugins ?? "")/usr/lib/sqlite3/pcre.so"), file: "own",
    source: { version, statement in
      """
      #include <sqlite3ext.h>
      SQLITE_EXTENSION_INIT1
      \(declaration(statement))
      const char own_answer[] = "own \(version)";
      int sqlite3_extension_init(sqlite3 *db, char **error, const sqlite3_api_routines *api) {
        SQLITE_EXTENSION_INIT2(api);
        \(statement);
        return SQLITE_OK;
      }
      """
    },
    command: { user in
      waiting("sqlite3 -batch -init \(user.live("sqlite"))/activate/load.sql :memory:")
    },
    flags: [])

  static let openssl = RealHost(
    id: "openssl", type: "provider",
    real: ("legacy", "/usr/lib/x86_64-linux-gnu/ossl-modules/legacy.so"), file: "own",
    source: { version, statement in
      """
      #include <openssl/core.h>
      #include <openssl/core_dispatch.h>
      \(declaration(statement))
      const char own_answer[] = "own \(version)";
      static const OSSL_ALGORITHM *none(void *c, int o, int *n) { *n = 0; return 0; }
      static const OSSL_DISPATCH table[] = {
        { OSSL_FUNC_PROVIDER_QUERY_OPERATION, (void (*)(void))none }, { 0, 0 } };
      int OSSL_provider_init(const OSSL_CORE_HANDLE *h, const OSSL_DISPATCH *in, const OSSL_DISPATCH **out, void **c) {
        *out = table; *c = (void *)h;
        \(statement);
        return 1;
      }
      """
    },
    command: { user in
      ["env", "OPENSSL_CONF=\(user.live("openssl"))/activate/openssl.cnf"]
        + waiting("openssl sha256")
    }, flags: [])

  static let redis = RealHost(
    id: "redis", type: "module",
    real: ("redisearch", "\(Programs.realPlugins ?? "")/usr/lib/redis/modules/redisearch.so"),
    file: "own",
    source: { version, statement in
      """
      \(declaration(statement))
      const char own_answer[] = "own \(version)";
      int RedisModule_OnLoad(void *context, void **argv, int argc) {
        int (*get)(const char *, void *) = (int (*)(const char *, void *))((void **)context)[0];
        void (*attributes)(void *, const char *, int, int);
        get("RedisModule_SetModuleAttribs", &attributes);
        attributes(context, "own", \(version), 1);
        \(statement);
        return 0;
      }
      """
    },
    command: { user in
      let configuration = try user.folder.write(
        "redis.conf",
        "port 0\nunixsocket \(user.folder.file("redis"))\ndir \(user.work)\nsave \"\"\n"
          + "include \(user.live("redis"))/activate/modules.conf\n")
      return ["redis-server", configuration]
    }, flags: [])

  static let gstreamer = RealHost(
    id: "gstreamer", type: "plugin", real: ("volume", gstVolume ?? ""), file: "libgstown",
    source: { version, statement in
      """
      \(declaration(statement))
      const char own_answer[] = "own \(version)";
      /* GstPluginDesc of gstplugin.h */
      static int start(void *plugin) { \(statement); return 1; }
      static struct { int major, minor; const char *name, *description; int (*init)(void *);
        const char *version, *license, *source, *package, *origin, *date; void *reserved[4]; } plugin = {
        1, 22, "own", "of our own", start, "\(version).0", "MIT", "own", "own", "http://localhost", 0, { 0 } };
      void *gst_plugin_own_get_desc(void) { return &plugin; }
      """
    },
    command: { user in
      let folder = "\(user.home)/.local/share/gstreamer-1.0/plugins"
      return [
        "env", "GST_REGISTRY=\(user.folder.file("registry"))", "GST_REGISTRY_FORK=no",
        "GST_PLUGIN_PATH=\(folder)", "gst-launch-1.0", "-q", "fakesrc", "sizetype=fixed",
        "sizemax=64",
        "datarate=640", "!", "audio/x-raw,format=S16LE,rate=8000,channels=1,layout=interleaved",
        "!", "volume",
        "!", "fakesink", "sync=true",
      ]
    }, flags: [])

  static let nginx = RealHost(
    id: "nginx", type: "module",
    real: ("echo", "\(Programs.realPlugins ?? "")/usr/lib/nginx/modules/ngx_http_echo_module.so"),
    file: "ngx_own_module",
    source: { version, statement in
      """
      #include <stdint.h>
      \(declaration(statement))
      const char own_answer[] = "own \(version)";
      /* ngx_module_t and ngx_core_module_t of ngx_module.h, on 64-bit machines */
      static long start(void *cycle) { \(statement); return 0; }
      static struct { uintptr_t length; const char *text; void *create, *init; } context = { 3, "own", 0, 0 };
      struct module { uintptr_t context_index, index; const char *name; uintptr_t spare[2], version;
        const char *signature; void *context, *commands; uintptr_t type; void *init_master;
        long (*init_module)(void *); void *others[5]; uintptr_t hooks[8]; };
      struct module own = { -1, -1, 0, { 0, 0 }, NGINX_VERSION, NGINX_SIGNATURE, &context, 0, 0x45524F43, 0, start };
      struct module *ngx_modules[] = { &own, 0 };
      const char *ngx_module_names[] = { "ngx_own_module", 0 };
      const char *ngx_module_order[] = { 0 };
      """
    },
    command: { user in
      let folder = user.folder.file("site")
      try FileSystem.makeFolders(folder)
      try FileSystem.setMode(user.folder.path, 0o755)
      let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map {
        "\($0)_temp_path \(folder)/\($0);"
      }
      let configuration = try user.folder.write(
        "site/nginx.conf",
        "daemon off; pid \(folder)/pid; error_log \(folder)/log;\n"
          + "include \(user.live("nginx"))/activate/*.conf;\nevents { }\n"
          + "http { access_log off; \(temporary.joined(separator: " "))\n"
          + "server { listen unix:\(folder)/socket; location / { echo hello; } } }\n")
      return ["nginx", "-p", folder, "-c", configuration]
    }, flags: nginxFlags)

  /// A call that the host's own libraries don't have must be known to the compiler.
  private static func declaration(_ statement: String) -> String {
    statement.isEmpty ? "" : "extern void no_such_function(void);"
  }

  private static let gstVolume: String? = {
    let fetched = Programs.realPlugins ?? ""
    return ((try? FileSystem.names(in: "\(fetched)/usr/lib")) ?? [])
      .map { "\(fetched)/usr/lib/\($0)/gstreamer-1.0/libgstvolume.so" }.first(
        where: FileSystem.exists)
  }()

  /// The numbers of this machine's nginx, as it says them itself.
  private static let nginxFlags: [String] = {
    guard let user = try? Sandbox(),
      let text = try? user.plugctl("--json", "host", "snapshot", "nginx").data()["nginxSignature"]?
        .stringValue
    else { return [] }
    let parts = text.split(separator: " ").map(String.init)
    let numbers = parts[0].split(separator: ".").compactMap { Int($0) }
    let version = numbers[0] * 1_000_000 + numbers[1] * 1000 + numbers[2]
    return ["-DNGINX_VERSION=\(version)", "-DNGINX_SIGNATURE=\"\(parts[1])\""]
  }()
}
