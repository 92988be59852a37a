/* The plugin that a check is about, and short ways to call it. */
#ifndef SUBJECT_H
#define SUBJECT_H

#include "options.h"
#include "plughost.h"

#include <stdatomic.h>

struct subject {
  const struct options *options;
  void *library;
  plug_entry entry;
  const plug_table *table;
  plug_host host;
  atomic_bool is_cancelled;
};

/* What a call wrote: text with a zero after it, cut at a limit. */
struct text {
  char *bytes;
  size_t length;
  size_t limit; /* more is refused by the sink */
};

plug_sink text_sink(struct text *text);
void text_clear(struct text *text);
plug_text text_of(const struct text *text);
plug_text plain(const char *text);

/* Finds the entry and asks it for its table; false where there is none to be used. */
bool subject_open(struct subject *s, const struct options *options, void *library);

/* The host that is offered to instances. */
void subject_prepare_host(struct subject *s);

/* An instance of the plugin's own id, initialised by the configuration of the options; null, and a finding, where
 * that fails. */
plug_instance *created(struct subject *s);
plug_instance *ready(struct subject *s);
plug_status initialized(struct subject *s, plug_instance *instance);
void ended(struct subject *s, plug_instance *instance);

/* An interface, and that it is there is another check's to say. */
const void *interface_of(struct subject *s, plug_instance *instance, const char *name);

/* What a check found: a sentence. The parent knows how much a violation weighs. */
void bad(const char *format, ...) __attribute__((format(printf, 1, 2)));
void fact(const char *format, ...) __attribute__((format(printf, 1, 2)));
void skipped(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Whether all three say nothing. */
extern bool is_quiet;

/* Bytes for the parent, under a name. */
void deliver(const char *name, const char *bytes, size_t length);

/* The name of a status. */
const char *status_name(plug_status status);

/* Bytes of an argument, which is in hexadecimal digits; to be freed. */
char *argument(const struct options *o, size_t index, size_t *length);

long milliseconds_now(void);
unsigned thread_count(void);

#endif
