// A plugin whose C++ exception leaves it.
#include "plug.h"

#include <cstring>
#include <stdexcept>

struct plug_instance {};

namespace {

int put(const plug_sink *sink, const char *text) { return sink->write(sink->context, text, std::strlen(text)); }

plug_status describe(const plug_sink *out) {
  const char *text = "{\"schema\":1,\"id\":\"plugctl/selftest\",\"version\":\"1.0.0\",\"interfaces\":[]}";
  return put(out, text) != 0 ? PLUG_SINK : PLUG_OK;
}

plug_status create(const plug_host *, plug_text id, plug_instance **instance, const plug_sink *error) {
  if (id.length != 16 || std::memcmp(id.bytes, "plugctl/selftest", 16) != 0) {
    put(error, "no such plugin");
    return PLUG_NOT_FOUND;
  }
  *instance = new plug_instance;
  return PLUG_OK;
}

plug_status initialize(plug_instance *, plug_text, const plug_sink *) { throw std::runtime_error("not caught"); }
plug_status stop(plug_instance *) { return PLUG_OK; }
void destroy(plug_instance *instance) { delete instance; }
const void *get_interface(plug_instance *, plug_text) { return nullptr; }
plug_status metrics(plug_instance *, const plug_sink *out) { return put(out, "{}") != 0 ? PLUG_SINK : PLUG_OK; }

const plug_table table = {sizeof table, PLUG_MAJOR, PLUG_MINOR, describe, create, initialize,
                          stop,         destroy,    get_interface, metrics};

}  // namespace

extern "C" PLUG_EXPORT const plug_table *plug_entry_v1(uint32_t major, uint32_t) {
  return major == PLUG_MAJOR ? &table : nullptr;
}
