/// C source of plugins of `plug.h`, for tests.
public enum PlugSource {
  /// A plugin without interfaces, which takes an empty configuration only.
  ///
  /// - Parameters:
  ///   - more: further code.
  ///   - initialize: what it does each time that it is initialised.
  ///   - interfaces: names in quotes that C escapes, as the description lists them.
  ///   - answer: what get_interface returns; `name` and `instance` are there.
  public static func minimal(
    id: String, version: String, more: String = "", initialize: String = "",
    interfaces: String = "", answer: String = "NULL"
  ) -> String {
    """
    #include "plug.h"
    #include <stdlib.h>
    #include <string.h>
    struct plug_instance { int is_ready; };
    static const plug_host *the_host;
    const char plugin_version[] = "\(id) \(version)";
    \(more)
    static plug_status put(const plug_sink *sink, const char *text) {
      if (sink == NULL) return PLUG_OK;
      return sink->write(sink->context, text, strlen(text)) == 0 ? PLUG_OK : PLUG_SINK;
    }
    static plug_status describe(const plug_sink *out) {
      return put(out, "{\\"schema\\":1,\\"id\\":\\"\(id)\\",\\"version\\":\\"\(version)\\",\\"interfaces\\":[\(interfaces)]}");
    }
    static plug_status create(const plug_host *host, plug_text id, plug_instance **instance, const plug_sink *error) {
      the_host = host;
      if (id.length != strlen("\(id)") || memcmp(id.bytes, "\(id)", id.length) != 0) {
        put(error, "no such plugin");
        return PLUG_NOT_FOUND;
      }
      *instance = calloc(1, sizeof **instance);
      return *instance == NULL ? PLUG_NO_MEMORY : PLUG_OK;
    }
    static plug_status initialize(plug_instance *instance, plug_text config, const plug_sink *error) {
      if (instance->is_ready) return put(error, "it is initialised already"), PLUG_STATE;
      if (config.length != 2 || memcmp(config.bytes, "{}", 2) != 0) {
        put(error, "it has no settings");
        return PLUG_INVALID_CONFIG;
      }
      \(initialize)
      instance->is_ready = 1;
      return PLUG_OK;
    }
    static plug_status stop(plug_instance *instance) {
      instance->is_ready = 0;
      return PLUG_OK;
    }
    static void destroy(plug_instance *instance) { free(instance); }
    static const void *get_interface(plug_instance *instance, plug_text name) {
      (void)instance, (void)name;
      return \(answer);
    }
    static plug_status metrics(plug_instance *instance, const plug_sink *out) {
      (void)instance;
      return put(out, "{}");
    }
    const plug_table *plug_entry_v1(uint32_t major, uint32_t minor) {
      static const plug_table table = {sizeof table, PLUG_MAJOR, PLUG_MINOR, describe, create, initialize,
                                       stop, destroy, get_interface, metrics};
      (void)minor;
      return major == PLUG_MAJOR ? &table : NULL;
    }
    """
  }
}
