#ifndef PLUGIN_H
#define PLUGIN_H

#include "plughost.h"

/* A plugin that no list has yet, held once; null and a reason. */
plughost_plugin *plugin_open(const char *path, const plughost_options *options, plughost_error *error);
plughost_plugin *plugin_of(plug_entry entry, const plughost_options *options, plughost_error *error);

#endif
