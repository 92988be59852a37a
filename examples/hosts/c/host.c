/* A host in C: loads all plugins of a folder, gets each ready by its own example, uses one interface of each, reloads
 * one, and ends. host FOLDER DATA NEXT, where NEXT is another copy of tidy.so. */
#include "json.h"
#include "uses.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static void log_line(void *context, const char *id, int32_t level, plug_text message) {
  (void)context;
  fprintf(stderr, "%s[%d]: %.*s\n", id, (int)level, (int)message.length, message.bytes);
}

static void refused(void *context, const char *path, const char *reason) {
  ++*(int *)context;
  printf("refused %s: %s\n", path, reason);
}

static void exceeded(void *context, const plughost_excess *excess) {
  (void)context;
  printf("%s uses too much of %d: %llu\n", excess->id, (int)excess->resource, (unsigned long long)excess->used);
}

/* The example of the description; the text is to be freed. */
static char *example_of(plughost_plugin *plugin) {
  const char *text = plughost_description(plugin);
  struct json *description = json_read(text, strlen(text));
  const struct json *example = json_member(json_member(description, "config"), "example");
  struct text config = {0};
  if (example != NULL) json_write(example, &config);
  json_free(description);
  return config.bytes;
}

/* Gets a plugin ready and uses the first of its interfaces that this host knows. */
static bool work(plughost_plugin *plugin, const char *folder) {
  plughost_error error = {{0}};
  char *config = example_of(plugin);
  plug_status status = plughost_initialize(plugin, config, &error);
  free(config);
  if (status != PLUG_OK) {
    printf("%-24s can't begin: %s\n", plughost_id(plugin), error.text);
    return false;
  }
  for (const struct use *use = uses; use->interface != NULL; use++) {
    const void *interface = plughost_interface(plugin, use->interface);
    char words[200] = "";
    plughost_call call;
    if (interface == NULL) continue;
    plughost_enter(plugin, &call);
    bool is_good = use->run(interface, plughost_instance(plugin), folder, words, sizeof words);
    plughost_leave(&call);
    printf("%-24s %-18s %s: %s\n", plughost_id(plugin), use->interface, is_good ? "ok" : "FAILED", words);
    return is_good;
  }
  printf("%-24s has no interface that this host knows\n", plughost_id(plugin));
  return false;
}

static bool reload(plughost *host, const char *id, const char *path, const char *folder) {
  plughost_error error = {{0}};
  plughost_plugin *next = plughost_reload(host, id, path, NULL, &error);
  if (next == NULL) {
    printf("%-24s can't be reloaded: %s\n", id, error.text);
    return false;
  }
  char words[200] = "";
  const void *interface = plughost_interface(next, PLUG_PROCESSOR);
  bool is_good = uses[0].run(interface, plughost_instance(next), folder, words, sizeof words);
  printf("%-24s generation %llu %s: %s\n", id, (unsigned long long)plughost_generation(next), is_good ? "ok" : "FAILED", words);
  plughost_release(next);
  return is_good;
}

int main(int count, char **arguments) {
  if (count != 4) {
    fprintf(stderr, "usage: host FOLDER DATA NEXT\n");
    return 2;
  }
  int faults = 0;
  plughost_error error = {{0}};
  plughost_options options = {.size = sizeof options,
                              .log = log_line,
                              .exceeded = exceeded,
                              .monitor_milliseconds = 100,
                              .data_folder = arguments[2]};
  mkdir(arguments[2], 0700);
  plughost *host = plughost_new(&options);
  long loaded = plughost_load_folder(host, arguments[1], refused, &faults, &error);
  if (loaded < 0) printf("%s\n", error.text);
  char **ids = plughost_ids(host);
  for (char **id = ids; *id != NULL; id++) {
    plughost_plugin *plugin = plughost_get(host, *id);
    plughost_limit(plugin, &(plughost_limits){.size = sizeof(plughost_limits), .call_milliseconds = 60000});
    faults += !work(plugin, arguments[2]);
    plughost_release(plugin);
  }
  free(ids);
  faults += !reload(host, "examples/tidy", arguments[3], arguments[2]);
  plughost_free(host);
  printf("%ld plugins, %d faults\n", loaded, faults);
  return loaded <= 0 || faults > 0;
}
