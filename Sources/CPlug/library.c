#include "inside.h"

#include <dlfcn.h>

void *plughost_open(const char *path, enum plughost_scope scope, plughost_error *error) {
  int visibility = scope == PLUGHOST_SHARED ? RTLD_GLOBAL : RTLD_LOCAL;
  void *library = dlopen(path, RTLD_NOW | visibility);
  if (library == NULL) {
    const char *reason = dlerror();
    plughost_say(error, "%s", reason != NULL ? reason : "dlopen gave no reason");
  }
  return library;
}

void *plughost_symbol(void *library, const char *name) { return dlsym(library, name); }

void plughost_close(void *library) { dlclose(library); }
