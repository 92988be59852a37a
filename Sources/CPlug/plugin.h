#ifndef PLUGIN_H
#define PLUGIN_H

#include "plughost.h"

#include <stdbool.h>

/* Whether dlopen can be trusted with a file. */
bool is_library_file(const char *path, plughost_error *error);

/* A plugin that no list has yet, held once; null and a reason. */
plughost_plugin *plugin_open(const char *path, const plughost_options *options, plughost_error *error);
plughost_plugin *plugin_of(plug_entry entry, const plughost_options *options, plughost_error *error);

#endif
