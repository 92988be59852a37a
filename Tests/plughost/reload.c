/* A plugin's next generation, while others use the old one. */
#include "check.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#define THREADS 4

struct crew {
  plughost *host;
  atomic_bool ends;
  atomic_long counted;
  atomic_long generations;
};

static void *count(void *context) {
  struct crew *crew = context;
  while (!atomic_load(&crew->ends)) {
    plughost_plugin *plugin = plughost_get(crew->host, "test/counter");
    CHECK(plugin != NULL);
    for (int i = 0; i < 20; i++) {
      if (order(plugin, "count", NULL) == PLUG_OK) atomic_fetch_add(&crew->counted, 1);
    }
    long seen = atomic_load(&crew->generations), mine = (long)plughost_generation(plugin);
    while (seen < mine && !atomic_compare_exchange_weak(&crew->generations, &seen, mine)) continue;
    plughost_release(plugin);
  }
  return NULL;
}

static plughost_plugin *begin(plughost *host) {
  plughost_plugin *plugin = plughost_load(host, plugin_path("counter"), NULL);
  CHECK(plugin != NULL && plughost_initialize(plugin, NULL, NULL) == PLUG_OK);
  return plugin;
}

static long number(plughost_plugin *plugin) {
  struct answer answer = {{0}, 0};
  CHECK(order(plugin, "count", &answer) == PLUG_OK);
  return atol(answer.text);
}

static void hands_over(void) {
  plughost_error error = {{0}};
  plughost *host = plughost_new(NULL);
  plughost_plugin *old = begin(host);
  for (int i = 0; i < 41; i++) order(old, "count", NULL);
  plughost_plugin *new = plughost_reload(host, "test/counter", plugin_path("counter-2"), NULL, &error);
  CHECK(new != NULL && plughost_generation(new) == 2 && strcmp(plughost_version(new), "2.0.0") == 0);
  CHECK(number(new) == 42);
  CHECK(number(old) == 42); /* whoever holds the old one goes on with that */
  plughost_plugin *found = plughost_get(host, "test/counter");
  CHECK(found == new);
  plughost_release(found);
  plughost_release(old);
  plughost_release(new);
  plughost_free(host);
}

static void goes_on_under_load(void) {
  struct crew crew = {.host = plughost_new(NULL)};
  pthread_t threads[THREADS];
  plughost_release(begin(crew.host));
  for (int i = 0; i < THREADS; i++) pthread_create(&threads[i], NULL, count, &crew);
  for (int round = 0; round < 40; round++) {
    plughost_error error = {{0}};
    const char *path = plugin_path(round % 2 == 0 ? "counter-2" : "counter");
    plughost_plugin *new = plughost_reload(crew.host, "test/counter", path, "{}", &error);
    /* The old one may still be held by a thread, but it is not the one that stands in the list. */
    CHECK(new != NULL && plughost_generation(new) == (uint64_t)round + 2);
    plughost_release(new);
  }
  /* All see the last generation, for those that are gone are held no more. */
  while (atomic_load(&crew.generations) < 41) usleep(1000);
  atomic_store(&crew.ends, 1);
  for (int i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
  CHECK(atomic_load(&crew.counted) > 0);
  plughost_free(crew.host);
}

/* Each of these leaves the old one where it is. */
static void refuses(const char *name, const char *config, const char *reason) {
  char path[4096];
  snprintf(path, sizeof path, "%s/%s.so", folder, name);
  plughost_error error = {{0}};
  plughost *host = plughost_new(NULL);
  plughost_plugin *old = begin(host);
  CHECK(plughost_reload(host, "test/counter", path, config, &error) == NULL);
  if (!has(error.text, reason)) fprintf(stderr, "  the reason is: %s\n", error.text);
  CHECK(has(error.text, reason));
  CHECK(plughost_reload(host, "test/counter", path, config, NULL) == NULL);
  plughost_plugin *found = plughost_get(host, "test/counter");
  CHECK(found == old && number(found) == 1);
  plughost_release(found);
  plughost_release(old);
  plughost_free(host);
}

static void refuses_same_path(void) { refuses("counter", NULL, "another path is needed"); }
static void refuses_link(void) { refuses("counter-link", NULL, "another path is needed"); }
static void refuses_other_id(void) { refuses("t0", NULL, "not `test/counter`"); }
static void refuses_config(void) { refuses("counter-2", "{\"refuse\": 1}", "told to refuse"); }
static void refuses_state(void) { refuses("no-restore", NULL, "of another kind"); }
static void refuses_missing(void) { refuses("not-there", NULL, "not-there"); }

static void needs_a_plugin(void) {
  plughost_error error = {{0}};
  plughost *host = plughost_new(NULL);
  CHECK(plughost_reload(host, "test/counter", plugin_path("counter"), NULL, &error) == NULL);
  CHECK(has(error.text, "not loaded"));
  plughost_free(host);
}

int main(int argument_count, char **arguments) {
  (void)argument_count;
  folder = arguments[1];
  TEST("the next generation gets the state, and the old one goes on", hands_over);
  TEST("forty reloads while four threads count", goes_on_under_load);
  TEST("a reload from the same path is refused", refuses_same_path);
  TEST("a reload from a link to the same file is refused", refuses_link);
  TEST("a reload to another id is refused", refuses_other_id);
  TEST("a reload with a wrong configuration is refused", refuses_config);
  TEST("a reload whose state does not fit is refused", refuses_state);
  TEST("a reload from nowhere is refused", refuses_missing);
  TEST("a reload of what is not loaded is refused", needs_a_plugin);
  return faults != 0;
}
