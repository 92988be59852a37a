/* plg-d012 to d029: the table, the description, and the life of an instance. */
#include "checks.h"
#include "report.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A function lies in some library, not in nowhere. */
static void must_be_code(const char *name, void *address) {
  Dl_info place;
  if (address == NULL) {
    bad("`%s` in its table is null", name);
  } else if (dladdr(address, &place) == 0) {
    bad("`%s` in its table points to no library: %p", name, address);
  }
}

static void table(struct subject *s) {
  const plug_table *t = s->table;
  if (!PLUG_HAS(t, metrics)) {
    bad("its table says %u bytes; version 1.0 has %zu", (unsigned)t->size, sizeof *t);
    return;
  }
  if (t->major != PLUG_MAJOR) bad("its table is of major version %u, asked for was %d", (unsigned)t->major, PLUG_MAJOR);
#define CODE(member)                                      \
  do {                                                    \
    void *address;                                        \
    memcpy(&address, &t->member, sizeof address);         \
    must_be_code(#member, address);                       \
  } while (0)
  CODE(describe);
  CODE(create);
  CODE(initialize);
  CODE(shutdown);
  CODE(destroy);
  CODE(get_interface);
  CODE(metrics);
}

static void describe(struct subject *s) {
  struct text first = {.limit = 100 << 10}, second = {.limit = 100 << 10};
  plug_sink sink = text_sink(&first);
  long start = milliseconds_now();
  plug_status status = s->table->describe(&sink);
  long took = milliseconds_now() - start;
  sink = text_sink(&second);
  plug_status again = s->table->describe(&sink);
  if (status != PLUG_OK || again != PLUG_OK) {
    bad("describe returned %s", status_name(status != PLUG_OK ? status : again));
  } else if (first.length != second.length || memcmp(first.bytes, second.bytes, first.length) != 0) {
    bad("describe wrote something else the second time");
  }
  if (took >= 50) bad("describe took %ld ms", took);
  deliver("describe", first.bytes, first.length);
}

static void interfaces(struct subject *s) {
  static const char *const known[] = {PLUG_DATABASE,  PLUG_WORKLOAD, PLUG_FORMAT, PLUG_HTTP, PLUG_PROCESSOR,
                                      PLUG_SCALAR,    PLUG_STORAGE,  PLUG_QUERY,  PLUG_AUTH, PLUG_TYPE,
                                      PLUG_RELOAD,    "plug.nothing/1", "", "plug.workload/99"};
  const struct list *declared = &s->options->interfaces;
  plug_instance *instance = created(s);
  if (instance == NULL) return;
  for (size_t i = 0; i < declared->count; i++) {
    const void *interface = s->table->get_interface(instance, plain(declared->items[i]));
    if (interface == NULL) bad("`%s` is declared, and get_interface returned null", declared->items[i]);
    if (interface != s->table->get_interface(instance, plain(declared->items[i]))) {
      bad("get_interface(\"%s\") returned something else the second time", declared->items[i]);
    }
  }
  for (size_t k = 0; k < sizeof known / sizeof *known; k++) {
    bool is_declared = false;
    for (size_t i = 0; i < declared->count; i++) is_declared |= strcmp(declared->items[i], known[k]) == 0;
    if (!is_declared && s->table->get_interface(instance, plain(known[k])) != NULL) {
      bad("get_interface(\"%s\") returned something, and it is not declared", known[k]);
    }
  }
  s->table->destroy(instance);
}

static void unknown_id(struct subject *s) {
  char garbage[400];
  snprintf(garbage, sizeof garbage, "%sx", s->options->id);
  const char *ids[] = {"nobody/nothing", garbage, ""};
  for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
    struct text words = {.limit = 4096};
    plug_sink sink = text_sink(&words);
    plug_instance *instance = NULL;
    plug_status status = s->table->create(&s->host, plain(ids[i]), &instance, &sink);
    if (status != PLUG_NOT_FOUND) bad("create(\"%s\") returned %s, not NOT_FOUND", ids[i], status_name(status));
    if (status != PLUG_OK && words.length == 0) bad("create(\"%s\") failed without a reason", ids[i]);
    if (status == PLUG_OK && instance != NULL) s->table->destroy(instance);
    text_clear(&words);
  }
}

static void other_major(struct subject *s) {
  if (s->entry(PLUG_MAJOR + 1, 0) != NULL) bad("its entry serves major version %d too, which it can't know", PLUG_MAJOR + 1);
}

static void init_default(struct subject *s) { ended(s, ready(s)); }

static void one_bad_config(struct subject *s, plug_text config, const char *what) {
  plug_instance *instance = created(s);
  if (instance == NULL) return;
  struct text words = {.limit = 4096};
  plug_sink sink = text_sink(&words);
  plug_status status = s->table->initialize(instance, config, &sink);
  if (status != PLUG_INVALID_CONFIG) {
    bad("initialize with %s returned %s, not INVALID_CONFIG", what, status_name(status));
  } else if (words.length == 0) {
    bad("initialize with %s failed without a reason", what);
  }
  text_clear(&words);
  /* Without anybody who wants to know. */
  if (status == PLUG_INVALID_CONFIG) s->table->initialize(instance, config, NULL);
  ended(s, instance);
}

/* The parent adds configurations of wrong types, which it makes by the schema. */
static void bad_config(struct subject *s) {
  static const char *const configs[] = {"", "[]", "null", "1", "\"x\"", "{", "{\"a\":}", "{} {}",
                                        "{\"plugctl_no_such_key\":1}", "\xff\xfe"};
  char what[300];
  for (size_t i = 0; i < sizeof configs / sizeof *configs; i++) {
    snprintf(what, sizeof what, "`%s`", configs[i]);
    one_bad_config(s, plain(configs[i]), i + 1 == sizeof configs / sizeof *configs ? "bytes that are no UTF-8" : what);
  }
  for (size_t i = 0; i < s->options->arguments.count; i++) {
    size_t length;
    char *config = argument(s->options, i, &length);
    snprintf(what, sizeof what, "`%.280s`", config);
    one_bad_config(s, (plug_text){config, length}, what);
    free(config);
  }
}

static void init_twice(struct subject *s) {
  plug_instance *instance = ready(s);
  if (instance == NULL) return;
  plug_status status = s->table->initialize(instance, plain(s->options->config), NULL);
  if (status != PLUG_STATE) bad("the second initialize returned %s, not STATE", status_name(status));
  ended(s, instance);
}

static void shutdown_twice(struct subject *s) {
  plug_instance *instance = created(s);
  if (instance == NULL) return;
  plug_status status = s->table->shutdown(instance);
  if (status != PLUG_OK) bad("shutdown before initialize returned %s", status_name(status));
  if (initialized(s, instance) == PLUG_OK) {
    for (int i = 1; i <= 2; i++) {
      status = s->table->shutdown(instance);
      if (status != PLUG_OK) bad("shutdown number %d returned %s", i, status_name(status));
    }
    if (initialized(s, instance) == PLUG_OK) s->table->shutdown(instance);
  }
  s->table->destroy(instance);
}

/* Threads that end by themselves have a moment to do so. */
static unsigned threads_above(unsigned before) {
  unsigned now = thread_count();
  for (int i = 0; i < 50 && now > before; i++) {
    usleep(4000);
    now = thread_count();
  }
  return now > before ? now - before : 0;
}

static void destroy_only(struct subject *s) {
  unsigned before = thread_count();
  plug_instance *instance = ready(s);
  if (instance == NULL) return;
  s->table->destroy(instance);
  unsigned left = threads_above(before);
  if (left > 0) bad("%u threads run after destroy without shutdown", left);
}

static void threads_after(struct subject *s) {
  unsigned before = thread_count();
  plug_instance *instance = ready(s);
  if (instance == NULL) return;
  s->table->shutdown(instance);
  unsigned left = threads_above(before);
  if (left > 0) bad("%u threads run after shutdown", left);
  s->table->destroy(instance);
}

static bool is_mapped(const char *path) {
  char line[4400];
  bool found = false;
  FILE *maps = fopen("/proc/self/maps", "re");
  if (maps == NULL) return false;
  while (!found && fgets(line, sizeof line, maps) != NULL) {
    char *name = strchr(line, '/');
    if (name == NULL) continue;
    name[strcspn(name, "\n")] = 0;
    found = strcmp(name, path) == 0;
  }
  fclose(maps);
  return found;
}

static void unload(struct subject *s) {
  char path[4096];
  if (realpath(s->options->file, path) == NULL) snprintf(path, sizeof path, "%s", s->options->file);
  plug_instance *instance = ready(s);
  if (instance == NULL) return;
  ended(s, instance);
  plughost_close(s->library);
  report("unload", "%s", is_mapped(path) ? "mapped" : "gone");
}

const struct check lifecycle_checks[] = {
    {"plg-d012", table},        {"plg-d013", describe},     {"plg-d015", interfaces},
    {"plg-d016", unknown_id},   {"plg-d017", other_major},  {"plg-d020", init_default},
    {"plg-d021", bad_config},   {"plg-d023", init_twice},   {"plg-d024", shutdown_twice},
    {"plg-d025", destroy_only}, {"plg-d029", threads_after}, {"plg-d034", unload},
    {NULL, NULL}};
