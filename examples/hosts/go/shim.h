#ifndef SHIM_H
#define SHIM_H

#include "../c/uses.h"

/* plughost_load_folder with a Go function that is told what was refused. */
long load_folder(plughost *host, const char *folder, plughost_error *error);
/* The first use that a plugin has an interface for; null where there is none. */
const struct use *use_of(plughost_plugin *plugin);
/* Runs it inside plughost_enter and plughost_leave, which must be one thread's: this is one call. */
int run_use(const struct use *use, plughost_plugin *plugin, const char *folder, char *words, size_t size);

#endif
