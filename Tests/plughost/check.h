/* As much of a test framework as these tests need. */
#ifndef CHECK_H
#define CHECK_H

#include "plughost.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int faults;

#define CHECK(condition)                                                        \
  do {                                                                          \
    if (!(condition)) {                                                         \
      fprintf(stderr, "  %s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
      faults++;                                                                 \
    }                                                                           \
  } while (0)

/* States a fact, and whether its checks found it so. */
#define TEST(fact, body)                                       \
  do {                                                         \
    int before = faults;                                       \
    body();                                                    \
    printf("%s - %s\n", faults == before ? "ok" : "not ok", fact); \
    fflush(stdout);                                            \
  } while (0)

static const char *folder; /* of the plugins that the tests load */

static inline const char *plugin_path(const char *name) {
  static _Thread_local char path[4096];
  snprintf(path, sizeof path, "%s/%s.so", folder, name);
  return path;
}

/* What a plugin wrote, cut where it is long. */
struct answer {
  char text[512];
  size_t length;
};

static inline int answer_write(void *context, const char *bytes, size_t length) {
  struct answer *answer = context;
  for (size_t i = 0; i < length && answer->length < sizeof answer->text - 1; i++) {
    answer->text[answer->length++] = bytes[i];
  }
  answer->text[answer->length] = 0;
  return 0;
}

static inline plug_sink answer_sink(struct answer *answer) {
  return (plug_sink){.size = sizeof(plug_sink), .context = answer, .write = answer_write};
}

/* Gives the fixture an order, inside enter and leave. */
static inline plug_status order(plughost_plugin *plugin, const char *words, struct answer *answer) {
  struct answer unread = {{0}, 0};
  plug_sink sink = answer_sink(answer != NULL ? answer : &unread);
  const plug_processor_v1 *processor = plughost_interface(plugin, PLUG_PROCESSOR);
  if (processor == NULL) return PLUG_STATE;
  plughost_call call;
  plughost_enter(plugin, &call);
  plug_status status = processor->process(plughost_instance(plugin), (plug_text){words, strlen(words)}, &sink, NULL);
  plughost_leave(&call);
  return status;
}

static inline int has(const char *text, const char *part) { return strstr(text, part) != NULL; }

#endif
