/* Loading, registering, finding, and eight threads at it. */
#include "check.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* A plugin that is linked in: the fixture under another name of its entry. */
const plug_table *built_in_entry(uint32_t major, uint32_t minor);

static void loads_one(void) {
  plughost_error error = {{0}};
  plughost *host = plughost_new(NULL);
  plughost_plugin *plugin = plughost_load(host, plugin_path("counter"), &error);
  CHECK(plugin != NULL);
  if (plugin == NULL) return;
  CHECK(strcmp(plughost_id(plugin), "test/counter") == 0 && strcmp(plughost_version(plugin), "1.0.0") == 0);
  CHECK(strcmp(plughost_path(plugin), plugin_path("counter")) == 0);
  CHECK(has(plughost_description(plugin), "plug.processor/1") && plughost_generation(plugin) == 1);
  CHECK(plughost_interface(plugin, PLUG_PROCESSOR) == NULL && plughost_instance(plugin) == NULL);
  CHECK(plughost_shutdown(plugin) == PLUG_OK);
  CHECK(plughost_initialize(plugin, "{\"refuse\": 1}", &error) == PLUG_INVALID_CONFIG && has(error.text, "told to"));
  CHECK(plughost_initialize(plugin, "{\"refuse\": 1}", NULL) == PLUG_INVALID_CONFIG);
  CHECK(plughost_initialize(plugin, NULL, &error) == PLUG_OK);
  CHECK(plughost_initialize(plugin, NULL, &error) == PLUG_STATE && error.text[0] != 0);
  struct answer answer = {{0}, 0};
  CHECK(order(plugin, "count", &answer) == PLUG_OK && strcmp(answer.text, "1") == 0);
  CHECK(plughost_interface(plugin, "plug.none/1") == NULL);
  CHECK(plughost_shutdown(plugin) == PLUG_OK && plughost_shutdown(plugin) == PLUG_OK);
  CHECK(plughost_initialize(plugin, "", &error) == PLUG_OK);
  plughost_free(host);
  CHECK(order(plugin, "count", NULL) == PLUG_OK); /* held, so it lives on */
  plughost_release(plugin);
}

struct refusals {
  int count;
  char text[16384];
};

static void note(void *context, const char *path, const char *reason) {
  struct refusals *refusals = context;
  refusals->count++;
  size_t used = strlen(refusals->text);
  snprintf(refusals->text + used, sizeof refusals->text - used, "%s: %s\n", strrchr(path, '/') + 1, reason);
}

static void loads_a_folder(void) {
  static const char *reasons[][2] = {{"description-array.so", "no JSON object"},
                                     {"description-empty.so", "no JSON object"},
                                     {"description-fails.so", "status 1"},
                                     {"description-id.so", "no JSON object"},
                                     {"empty.so", ""},
                                     {"fifo.so", "no regular file"},
                                     {"folder.so", "no regular file"},
                                     {"major.so", "version 2"},
                                     {"missing-symbol.so", "undefined symbol"},
                                     {"no-entry.so", "exports no `plug_entry_v1`"},
                                     {"null.so", "null"},
                                     {"refuses.so", "refuses a host"},
                                     {"same-id.so", "loaded already"},
                                     {"small.so", "too small"},
                                     {"text.so", ""},
                                     {"truncated.so", ""}};
  size_t expected = sizeof reasons / sizeof reasons[0];
  char path[4096];
  plughost_error error = {{0}};
  struct refusals refusals = {0, ""};
  plughost *host = plughost_new(NULL);
  snprintf(path, sizeof path, "%s/mixed", folder);
  CHECK(plughost_load_folder(host, path, note, &refusals, &error) == 3);
  CHECK(refusals.count == (int)expected);
  for (size_t i = 0; i < expected; i++) {
    char *line = strstr(refusals.text, reasons[i][0]);
    char *end = line == NULL ? NULL : strchr(line, '\n');
    char *reason = line == NULL ? NULL : strstr(line, reasons[i][1]);
    if (reason == NULL || reason > end) fprintf(stderr, "  %s is not refused as expected\n", reasons[i][0]);
    CHECK(reason != NULL && reason <= end && end - line > (long)strlen(reasons[i][0]) + 2);
  }
  if (refusals.count != (int)expected) fprintf(stderr, "%s", refusals.text);
  char **ids = plughost_ids(host);
  CHECK(strcmp(ids[0], "test/a") == 0 && strcmp(ids[1], "test/b") == 0 && strcmp(ids[2], "test/c") == 0);
  CHECK(ids[3] == NULL);
  free(ids);
  snprintf(path, sizeof path, "%s/mixed/not-there", folder);
  CHECK(plughost_load_folder(host, path, NULL, NULL, &error) == -1 && has(error.text, "not-there"));
  CHECK(plughost_load_folder(host, path, NULL, NULL, NULL) == -1);
  plughost_free(host);
}

/* As a host has them whose plugins lie in a folder for each type, or for each plugin. */
static void loads_folders_below(void) {
  static const char *const places[] = {"t0", "types/t1", "types/deeper/t2", ".hidden/t3"};
  static const char *const below[] = {"", "types", "types/deeper", ".hidden"};
  char tree[2048], path[4096];
  plughost_error error = {{0}};
  snprintf(tree, sizeof tree, "%.1900s/tree-%d", folder, (int)getpid());
  for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
    snprintf(path, sizeof path, "%s/%s", tree, below[i]);
    CHECK(mkdir(path, 0755) == 0);
    snprintf(path, sizeof path, "%s/%s.so", tree, places[i]);
    char *plugin = realpath(plugin_path(strrchr(places[i], 't')), NULL);
    CHECK(plugin != NULL && symlink(plugin, path) == 0);
    free(plugin);
  }
  plughost *host = plughost_new(NULL);
  CHECK(plughost_load_folders(host, tree, NULL, NULL, &error) == 2);
  CHECK(plughost_load_folders(host, "/not/there", NULL, NULL, &error) == -1 && has(error.text, "not/there"));
  char **ids = plughost_ids(host);
  CHECK(ids[0] != NULL && ids[1] != NULL && ids[2] == NULL && strcmp(ids[0], "test/t0") == 0 && strcmp(ids[1], "test/t1") == 0);
  free(ids);
  plughost_free(host);
}

static void finds_by_id(void) {
  plughost_error error = {{0}};
  plughost *host = plughost_new(NULL);
  CHECK(plughost_get(host, "test/a") == NULL && plughost_unload(host, "test/a") == PLUG_NOT_FOUND);
  plughost_release(plughost_load(host, plugin_path("t0"), &error));
  plughost_plugin *plugin = plughost_get(host, "test/t0");
  CHECK(plugin != NULL && strcmp(plughost_id(plugin), "test/t0") == 0);
  CHECK(plughost_load(host, plugin_path("t0"), &error) == NULL && has(error.text, "loaded already"));
  CHECK(plughost_load(host, plugin_path("t0"), NULL) == NULL);
  CHECK(plughost_unload(host, "test/t0") == PLUG_OK && plughost_get(host, "test/t0") == NULL);
  CHECK(plughost_initialize(plugin, NULL, &error) == PLUG_OK && order(plugin, "count", NULL) == PLUG_OK);
  plughost_release(plugin);
  plughost_release(NULL);
  plughost_free(host);
}

static void registers_a_built_in(void) {
  plughost_error error = {{0}};
  plughost *host = plughost_new(NULL);
  plughost_plugin *plugin = plughost_register(host, built_in_entry, &error);
  CHECK(plugin != NULL && strcmp(plughost_id(plugin), "test/built-in") == 0 && plughost_path(plugin)[0] == 0);
  CHECK(plughost_register(host, built_in_entry, &error) == NULL && has(error.text, "loaded already"));
  CHECK(plughost_initialize(plugin, NULL, &error) == PLUG_OK && order(plugin, "count", NULL) == PLUG_OK);
  plughost_release(plugin);
  plughost_free(host);
}

#define THREADS 8
#define ROUNDS 300

struct crew {
  plughost *host;
  atomic_long counted;
  atomic_int next;
};

static void use(struct crew *crew, const char *id) {
  plughost_plugin *plugin = plughost_get(crew->host, id);
  if (plugin == NULL) return;
  plughost_initialize(plugin, NULL, NULL); /* only one succeeds */
  if (order(plugin, "count", NULL) == PLUG_OK) atomic_fetch_add(&crew->counted, 1);
  struct answer answer = {{0}, 0};
  plug_sink sink = answer_sink(&answer);
  plughost_metrics(plugin, &sink);
  plughost_release(plugin);
}

/* Each loads and unloads a plugin of its own and uses everyone's. */
static void *work(void *context) {
  struct crew *crew = context;
  int mine = atomic_fetch_add(&crew->next, 1);
  char name[32], id[32];
  for (int round = 0; round < ROUNDS; round++) {
    snprintf(name, sizeof name, "t%d", mine);
    snprintf(id, sizeof id, "test/t%d", (mine + round) % THREADS);
    plughost_release(plughost_load(crew->host, plugin_path(name), NULL));
    use(crew, id);
    use(crew, "test/built-in");
    char **ids = plughost_ids(crew->host);
    CHECK(ids != NULL && ids[0] != NULL);
    free(ids);
    snprintf(id, sizeof id, "test/t%d", mine);
    if (round % 3 == 0) CHECK(plughost_unload(crew->host, id) == PLUG_OK);
  }
  return NULL;
}

static void is_safe_for_threads(void) {
  plughost_options options = {.size = sizeof options, .monitor_milliseconds = 1};
  struct crew crew = {.host = plughost_new(&options)};
  pthread_t threads[THREADS];
  plughost_plugin *plugin = plughost_register(crew.host, built_in_entry, NULL);
  plughost_initialize(plugin, NULL, NULL);
  for (int i = 0; i < THREADS; i++) pthread_create(&threads[i], NULL, work, &crew);
  for (int i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
  CHECK(atomic_load(&crew.counted) > THREADS * ROUNDS);
  struct answer answer = {{0}, 0};
  CHECK(order(plugin, "count", &answer) == PLUG_OK && atol(answer.text) == THREADS * ROUNDS + 1);
  plughost_usage usage = {.size = sizeof usage};
  plughost_usage_of(plugin, &usage);
  CHECK(usage.calls == THREADS * ROUNDS + 1);
  plughost_release(plugin);
  plughost_free(crew.host);
}

static void take_log(void *context, const char *id, int32_t level, plug_text message) {
  snprintf(context, 100, "%s %d %.*s", id, (int)level, (int)message.length, message.bytes);
}

static void gives_folders_and_logs(void) {
  char logged[100] = "", data[4096], expected[4200];
  snprintf(data, sizeof data, "%s/data", folder);
  plughost_options options = {.size = sizeof options, .context = logged, .log = take_log, .data_folder = data};
  plughost *host = plughost_new(&options);
  plughost_plugin *plugin = plughost_load(host, plugin_path("counter"), NULL);
  CHECK(plughost_initialize(plugin, "{\"log\": 1}", NULL) == PLUG_OK);
  CHECK(strcmp(logged, "test/counter 1 initialised") == 0);
  struct answer answer = {{0}, 0};
  snprintf(expected, sizeof expected, "%s/test/counter", data);
  CHECK(order(plugin, "folder", &answer) == PLUG_OK && strcmp(answer.text, expected) == 0);
  CHECK(access(answer.text, W_OK) == 0);
  plughost_release(plugin);
  plughost_free(host);
}

static void gives_no_folder_outside(void) {
  char data[4096], outside[4200];
  snprintf(data, sizeof data, "%s/data", folder);
  snprintf(outside, sizeof outside, "%s/evil", folder);
  plughost_options options = {.size = sizeof options, .data_folder = data};
  plughost *host = plughost_new(&options);
  plughost_plugin *plugin = plughost_load(host, plugin_path("outside"), NULL);
  struct answer answer = {{0}, 0};
  CHECK(plughost_initialize(plugin, NULL, NULL) == PLUG_OK);
  CHECK(order(plugin, "folder", &answer) == PLUG_OK && answer.length == 0 && access(outside, F_OK) != 0);
  plughost_release(plugin);
  plughost_free(host);
}

int main(int count, char **arguments) {
  (void)count;
  folder = arguments[1];
  TEST("a plugin is loaded, initialised, used, shut down and held", loads_one);
  TEST("bad files of a folder are refused with a reason, the good ones loaded", loads_a_folder);
  TEST("plugins of a folder and of those right in it are loaded, deeper and hidden ones are not", loads_folders_below);
  TEST("a plugin is found by its id until it is unloaded", finds_by_id);
  TEST("a built-in plugin is registered", registers_a_built_in);
  TEST("a plugin gets a folder of its own, and logs", gives_folders_and_logs);
  TEST("an id is no way out of the data folder", gives_no_folder_outside);
  TEST("eight threads load, find, use and unload at once", is_safe_for_threads);
  return faults != 0;
}
