#include "subject.h"

#include "observe.h"
#include "report.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static int write_text(void *context, const char *bytes, size_t length) {
  struct text *t = context;
  if (length > t->limit - t->length) return 1;
  char *grown = realloc(t->bytes, t->length + length + 1);
  if (grown == NULL) return 1;
  if (length > 0) memcpy(grown + t->length, bytes, length);
  t->bytes = grown;
  t->length += length;
  grown[t->length] = 0;
  return 0;
}

plug_sink text_sink(struct text *t) {
  if (t->limit == 0) t->limit = (size_t)64 << 20;
  return (plug_sink){.size = sizeof(plug_sink), .context = t, .write = write_text};
}

void text_clear(struct text *t) {
  free(t->bytes);
  *t = (struct text){.limit = t->limit};
}

plug_text text_of(const struct text *t) { return (plug_text){t->bytes, t->length}; }

plug_text plain(const char *text) { return (plug_text){text, strlen(text)}; }

static void host_log(void *context, int32_t level, plug_text message) {
  static int told;
  (void)context;
  /* Nobody needs all of it, and the report has an end. */
  if (__atomic_fetch_add(&told, 1, __ATOMIC_RELAXED) >= 20) return;
  report("log", "%d %.*s", (int)level, (int)(message.length > 300 ? 300 : message.length),
         message.bytes == NULL ? "" : message.bytes);
}

static int host_is_cancelled(void *context) {
  struct subject *s = context;
  return atomic_load(&s->is_cancelled);
}

void subject_prepare_host(struct subject *s) {
  s->host = (plug_host){.size = sizeof(plug_host),
                        .major = PLUG_MAJOR,
                        .minor = PLUG_MINOR,
                        .context = s,
                        .log = host_log,
                        .is_cancelled = host_is_cancelled};
  if (s->options->data_folder != NULL) s->host.data_folder = plain(s->options->data_folder);
}

bool subject_open(struct subject *s, const struct options *options, void *library) {
  *s = (struct subject){.options = options, .library = library};
  void *symbol = plughost_symbol(library, PLUG_ENTRY);
  if (symbol == NULL) {
    bad("dlsym does not find `" PLUG_ENTRY "`");
    return false;
  }
  memcpy(&s->entry, &symbol, sizeof symbol);
  s->table = s->entry(PLUG_MAJOR, PLUG_MINOR);
  subject_prepare_host(s);
  if (s->table != NULL) return true;
  bad("`" PLUG_ENTRY "` returned null for version %d.%d", PLUG_MAJOR, PLUG_MINOR);
  return false;
}

plug_instance *created(struct subject *s) {
  struct text words = {.limit = 4096};
  plug_sink sink = text_sink(&words);
  plug_instance *instance = NULL;
  plug_status status = s->table->create(&s->host, plain(s->options->id), &instance, &sink);
  if (status != PLUG_OK) {
    bad("create(\"%s\") returned %s: %s", s->options->id, status_name(status),
        words.bytes != NULL ? words.bytes : "without a reason");
    instance = NULL;
  } else if (instance == NULL) {
    bad("create returned OK and no instance");
  }
  text_clear(&words);
  return instance;
}

plug_status initialized(struct subject *s, plug_instance *instance) {
  struct text words = {.limit = 4096};
  plug_sink sink = text_sink(&words);
  plug_status status = s->table->initialize(instance, plain(s->options->config), &sink);
  if (status != PLUG_OK) {
    const char *settings = s->options->is_config_given ? "the given settings" : "its own example";
    bad("initialize with %s returned %s: %s", settings, status_name(status),
        words.bytes != NULL ? words.bytes : "without a reason");
  }
  text_clear(&words);
  return status;
}

plug_instance *ready(struct subject *s) {
  plug_instance *instance = created(s);
  if (instance == NULL || initialized(s, instance) == PLUG_OK) return instance;
  s->table->destroy(instance);
  return NULL;
}

void ended(struct subject *s, plug_instance *instance) {
  if (instance == NULL) return;
  s->table->shutdown(instance);
  s->table->destroy(instance);
}

const void *interface_of(struct subject *s, plug_instance *instance, const char *name) {
  const void *interface = s->table->get_interface(instance, plain(name));
  if (interface == NULL) bad("get_interface(\"%s\") returned null", name);
  return interface;
}

bool is_quiet;

static void say(const char *key, const char *format, va_list arguments) {
  char line[1000];
  if (is_quiet) return;
  vsnprintf(line, sizeof line, format, arguments);
  report(key, "%s", line);
}

#define SAYS(name, key)                   \
  void name(const char *format, ...) {    \
    va_list arguments;                    \
    va_start(arguments, format);          \
    say(key, format, arguments);          \
    va_end(arguments);                    \
  }
SAYS(bad, "bad")
SAYS(fact, "info")
SAYS(skipped, "skip")

void deliver(const char *name, const char *bytes, size_t length) {
  char digits[801];
  if (is_quiet) return;
  for (size_t start = 0; start < length || start == 0; start += 400) {
    size_t count = length - start < 400 ? length - start : 400;
    for (size_t i = 0; i < count; i++) snprintf(digits + 2 * i, 3, "%02x", (unsigned char)bytes[start + i]);
    digits[2 * count] = 0;
    report("data", "%s %s", name, digits);
  }
}

const char *status_name(plug_status status) {
  static const char *const names[] = {"OK",    "FAILED",    "NOT_FOUND", "INVALID_CONFIG", "INVALID_ARGUMENT", "STATE",
                                      "DENIED", "CANCELLED", "NO_MEMORY", "UNSUPPORTED",    "SINK",             "IO"};
  return status >= 0 && (size_t)status < sizeof names / sizeof *names ? names[status] : "an unknown status";
}

static int digit(char c) { return c <= '9' ? c - '0' : (c | 32) - 'a' + 10; }

char *argument(const struct options *o, size_t index, size_t *length) {
  const char *text = index < o->arguments.count ? o->arguments.items[index] : "";
  *length = strlen(text) / 2;
  char *bytes = malloc(*length + 1);
  if (bytes == NULL) abort();
  for (size_t i = 0; i < *length; i++) bytes[i] = (char)(digit(text[2 * i]) << 4 | digit(text[2 * i + 1]));
  bytes[*length] = 0;
  return bytes;
}

long milliseconds_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

unsigned thread_count(void) { return count_entries("/proc/self/task"); }
