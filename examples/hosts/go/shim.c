#include "shim.h"

extern void goRefused(void *context, char *path, char *reason);

static void refused(void *context, const char *path, const char *reason) {
  goRefused(context, (char *)path, (char *)reason);
}

long load_folder(plughost *host, const char *folder, plughost_error *error) {
  return plughost_load_folder(host, folder, refused, NULL, error);
}

const struct use *use_of(plughost_plugin *plugin) {
  const struct use *use = uses;
  while (use->interface != NULL && plughost_interface(plugin, use->interface) == NULL) use++;
  return use->interface == NULL ? NULL : use;
}

int run_use(const struct use *use, plughost_plugin *plugin, const char *folder, char *words, size_t size) {
  const void *interface = plughost_interface(plugin, use->interface);
  plughost_call call;
  plughost_enter(plugin, &call);
  bool is_good = use->run(interface, plughost_instance(plugin), folder, words, size);
  plughost_leave(&call);
  return is_good;
}
