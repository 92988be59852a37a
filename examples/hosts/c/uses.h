/* One small use of each interface. */
#ifndef USES_H
#define USES_H

#include "plughost.h"

#include <stdbool.h>

struct use {
  const char *interface;
  /* Says in words what came of it. */
  bool (*run)(const void *interface, plug_instance *instance, const char *folder, char *words, size_t size);
};

/* Ended by one without an interface; the first is of processors. */
extern const struct use uses[];

#endif
