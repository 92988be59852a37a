/* Limits and the monitor; cancelling; metrics; options of other sizes. */
#include "check.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

struct seen {
  pthread_mutex_t lock;
  int count[6];
  plughost_excess last;
};

static void note(void *context, const plughost_excess *excess) {
  struct seen *seen = context;
  pthread_mutex_lock(&seen->lock);
  seen->count[excess->resource]++;
  seen->last = *excess;
  pthread_mutex_unlock(&seen->lock);
}

static int count_of(struct seen *seen, int resource) {
  pthread_mutex_lock(&seen->lock);
  int count = seen->count[resource];
  pthread_mutex_unlock(&seen->lock);
  return count;
}

/* Waits for a number of reports, and a while for one more than that. */
static int reports(struct seen *seen, int resource, int wanted) {
  for (int i = 0; i < 500 && count_of(seen, resource) < wanted; i++) usleep(10000);
  usleep(100000);
  return count_of(seen, resource);
}

struct trial {
  plughost_plugin *plugin;
  const char *words;
};

static void *run(void *context) {
  struct trial *trial = context;
  CHECK(order(trial->plugin, trial->words, NULL) == PLUG_OK);
  return NULL;
}

/* Twice over the limit, with an end between: told twice, and of nothing else. `end` is null where the excess
 * ends by itself. */
static void exceeds(int resource, plughost_limits limits, const char *begin, const char *end) {
  struct seen seen = {.lock = PTHREAD_MUTEX_INITIALIZER};
  plughost_options options = {.size = sizeof options, .context = &seen, .exceeded = note, .monitor_milliseconds = 10};
  plughost *host = plughost_new(&options);
  plughost_plugin *plugin = plughost_load(host, plugin_path("counter"), NULL);
  CHECK(plughost_initialize(plugin, NULL, NULL) == PLUG_OK);
  limits.size = sizeof limits;
  plughost_limit(plugin, &limits);
  CHECK(reports(&seen, resource, 0) == 0);
  for (int round = 1; round <= 2; round++) {
    struct trial trial = {plugin, begin};
    pthread_t thread;
    pthread_create(&thread, NULL, run, &trial);
    CHECK(reports(&seen, resource, round) == round);
    pthread_join(thread, NULL);
    if (end != NULL) CHECK(order(plugin, end, NULL) == PLUG_OK);
    CHECK(reports(&seen, resource, round) == round);
  }
  int others = 0;
  for (int other = 1; other < 6; other++) others += other == resource ? 0 : seen.count[other];
  CHECK(others == 0 && seen.last.resource == resource && seen.last.used > seen.last.limit && seen.last.limit > 0);
  CHECK(seen.last.is_of_process == (resource != PLUGHOST_CPU && resource != PLUGHOST_TIME));
  CHECK(seen.last.size == sizeof seen.last);
  plughost_release(plugin);
  plughost_free(host);
}

static void sees_memory(void) {
  exceeds(PLUGHOST_MEMORY, (plughost_limits){.memory_bytes = 96 << 20}, "memory 192", "let-go");
}
static void sees_threads(void) { exceeds(PLUGHOST_THREADS, (plughost_limits){.threads = 8}, "threads 16", "let-go"); }
static void sees_files(void) { exceeds(PLUGHOST_FILES, (plughost_limits){.files = 8}, "files 16", "let-go"); }
static void sees_time(void) { exceeds(PLUGHOST_TIME, (plughost_limits){.call_milliseconds = 50}, "sleep 500", NULL); }

/* How busy a processor is differs from moment to moment, so once is at least once and not at each look. */
static void sees_cpu(void) {
  struct seen seen = {.lock = PTHREAD_MUTEX_INITIALIZER};
  plughost_options options = {.size = sizeof options, .context = &seen, .exceeded = note, .monitor_milliseconds = 250};
  plughost *host = plughost_new(&options);
  plughost_plugin *plugin = plughost_load(host, plugin_path("counter"), NULL);
  CHECK(plughost_initialize(plugin, NULL, NULL) == PLUG_OK);
  plughost_limit(plugin, &(plughost_limits){.size = sizeof(plughost_limits), .cpu_percent = 1});
  CHECK(order(plugin, "sleep 600", NULL) == PLUG_OK && count_of(&seen, PLUGHOST_CPU) == 0);
  CHECK(order(plugin, "spin 1500", NULL) == PLUG_OK);
  CHECK(reports(&seen, PLUGHOST_CPU, 1) == 1 && seen.last.is_of_process == 0);
  plughost_usage usage = {.size = sizeof usage};
  plughost_usage_of(plugin, &usage);
  CHECK(usage.calls == 2 && usage.cpu_ns >= 1490000000u && usage.longest_call_ns >= 1490000000u);
  plughost_release(plugin);
  plughost_free(host);
}

static void *wait_for_cancel(void *context) {
  return (void *)(intptr_t)order(context, "cancelled", NULL);
}

static void cancels(void) {
  plughost *host = plughost_new(NULL);
  plughost_plugin *plugin = plughost_load(host, plugin_path("counter"), NULL);
  CHECK(plughost_initialize(plugin, NULL, NULL) == PLUG_OK);
  pthread_t thread;
  void *status;
  pthread_create(&thread, NULL, wait_for_cancel, plugin);
  usleep(20000);
  plughost_cancel(plugin, 1);
  pthread_join(thread, &status);
  CHECK((intptr_t)status == PLUG_CANCELLED);
  plughost_cancel(plugin, 0);
  CHECK(order(plugin, "count", NULL) == PLUG_OK);
  plughost_release(plugin);
  plughost_free(host);
}

struct guard {
  plughost *host;
  atomic_int told;
};

static void stop(void *context, const plughost_excess *excess) {
  struct guard *guard = context;
  atomic_fetch_add(&guard->told, 1);
  plughost_plugin *plugin = plughost_get(guard->host, excess->id);
  plughost_cancel(plugin, 1);
  plughost_release(plugin);
}

/* The callback may use the host: no lock is held. */
static void cancels_when_told(void) {
  struct guard guard = {.host = NULL};
  plughost_options options = {.size = sizeof options, .context = &guard, .exceeded = stop, .monitor_milliseconds = 10};
  guard.host = plughost_new(&options);
  plughost_plugin *plugin = plughost_load(guard.host, plugin_path("counter"), NULL);
  CHECK(plughost_initialize(plugin, NULL, NULL) == PLUG_OK);
  plughost_limit(plugin, &(plughost_limits){.size = sizeof(plughost_limits), .call_milliseconds = 50});
  CHECK(order(plugin, "cancelled", NULL) == PLUG_CANCELLED && atomic_load(&guard.told) == 1);
  plughost_release(plugin);
  plughost_free(guard.host);
}

static void measures(void) {
  plughost *host = plughost_new(NULL);
  plughost_plugin *plugin = plughost_load(host, plugin_path("counter"), NULL);
  struct answer answer = {{0}, 0};
  plug_sink sink = answer_sink(&answer);
  CHECK(plughost_metrics(plugin, &sink) == PLUG_STATE);
  CHECK(plughost_initialize(plugin, NULL, NULL) == PLUG_OK && order(plugin, "count", NULL) == PLUG_OK);
  CHECK(plughost_metrics(plugin, &sink) == PLUG_OK && strcmp(answer.text, "{\"count\": 1}") == 0);
  plughost_release(plugin);
  plughost_free(host);
}

/* An older host's struct ends early; what lies behind it is not read. A newer one's has more. */
static void takes_other_sizes(void) {
  plughost_options small;
  memset(&small, 0xa5, sizeof small);
  small.size = offsetof(plughost_options, log);
  small.context = NULL;
  struct {
    plughost_options known;
    char later[64];
  } big;
  memset(&big, 0, sizeof big);
  memset(big.later, 0xa5, sizeof big.later);
  big.known.size = sizeof big;
  const plughost_options *all[] = {&small, &big.known};
  for (int i = 0; i < 2; i++) {
    plughost *host = plughost_new(all[i]);
    plughost_plugin *plugin = plughost_load(host, plugin_path("counter"), NULL);
    CHECK(plughost_initialize(plugin, "{\"log\": 1}", NULL) == PLUG_OK && order(plugin, "count", NULL) == PLUG_OK);
    struct answer answer = {{0}, 0};
    CHECK(order(plugin, "folder", &answer) == PLUG_OK && answer.length == 0);
    plughost_limits limits;
    memset(&limits, 0xa5, sizeof limits);
    limits.size = offsetof(plughost_limits, memory_bytes);
    plughost_limit(plugin, &limits);
    plughost_usage usage = {.size = offsetof(plughost_usage, cpu_ns), .cpu_ns = 77};
    plughost_usage_of(plugin, &usage);
    CHECK(usage.calls == 2 && usage.cpu_ns == 77 && usage.size == offsetof(plughost_usage, cpu_ns));
    plughost_release(plugin);
    plughost_free(host);
  }
}

int main(int count, char **arguments) {
  (void)count;
  folder = arguments[1];
  TEST("too much memory is told once", sees_memory);
  TEST("too many threads are told once", sees_threads);
  TEST("too many files are told once", sees_files);
  TEST("too long a call is told once", sees_time);
  TEST("too much processor time is told once", sees_cpu);
  TEST("a call that runs is cancelled", cancels);
  TEST("who is told of an excess can cancel the call", cancels_when_told);
  TEST("metrics are the plugin's", measures);
  TEST("structs of other sizes are taken as far as they go", takes_other_sizes);
  return faults != 0;
}
