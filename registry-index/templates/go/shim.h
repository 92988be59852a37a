/* What the two halves call of each other. Go can't see an incomplete struct's members, so an instance is a handle. */
#ifndef SHIM_H
#define SHIM_H

#define plug_entry_v1 shim_declared_only
#include "plug.h"
#undef plug_entry_v1

static inline int shim_write(const plug_sink *sink, const char *bytes, size_t length) {
  return sink->write(sink->context, bytes, length);
}

#endif
