#include "plughost.h"

#include <dlfcn.h>

const char *plughost_open(struct plughost *host, const char *path, enum plughost_scope scope) {
  if (host->count == PLUGHOST_MAX) return "too many libraries are open";
  int visibility = scope == PLUGHOST_SHARED ? RTLD_GLOBAL : RTLD_LOCAL;
  void *handle = dlopen(path, RTLD_NOW | visibility);
  if (handle == NULL) {
    const char *reason = dlerror();
    return reason != NULL ? reason : "dlopen gave no reason";
  }
  host->handles[host->count++] = handle;
  return NULL;
}

void *plughost_symbol(const struct plughost *host, const char *name) {
  return host->count == 0 ? NULL : dlsym(host->handles[host->count - 1], name);
}

void plughost_close(struct plughost *host) {
  while (host->count > 0) dlclose(host->handles[--host->count]);
}
