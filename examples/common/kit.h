/* What all examples in C do the same way: the table, the life of an instance, and a strict look at its
 * configuration. An example defines `kit_plugin` and its interfaces, and has its description in describe.json. */
#ifndef EXAMPLES_KIT_H
#define EXAMPLES_KIT_H

#include "json.h"

struct kit_option {
  const char *name;
  enum json_kind kind; /* numbers are whole ones */
  bool is_required;
  int64_t least;
  int64_t most;
};

struct kit_interface {
  const char *name;
  const void *functions;
};

struct kit_plugin {
  const char *id;
  const struct kit_option *options;       /* ended by one without a name */
  const struct kit_interface *interfaces; /* the same */
  size_t state_size;
  /* Gets the state ready, which is all zeros; where it fails, stop is called all the same. Both may be null. */
  plug_status (*start)(void *state, const plug_host *host, const struct json *config, const plug_sink *error);
  void (*stop)(void *state);
  /* Adds members to an open JSON object, `"a": 1`; may be null. */
  void (*measure)(void *state, struct text *out);
};

extern const struct kit_plugin kit_plugin;

/* The state of an initialised instance; null before. */
void *kit_state(plug_instance *instance);
const plug_host *kit_host(plug_instance *instance);

/* Looks at an object by a table of options; PLUG_OK, or `status` and a reason. */
plug_status kit_check(const struct json *object, const struct kit_option *options, plug_status status,
                      const plug_sink *error);
/* A number or a truth of a configuration that was checked. */
int64_t kit_number(const struct json *config, const char *name, int64_t otherwise);
bool kit_truth(const struct json *config, const char *name, bool otherwise);

#endif
