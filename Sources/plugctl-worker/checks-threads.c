/* plg-d030 to d033 and d038 to d043: several instances, several threads, and what it does to the world. */
#include "checks.h"
#include "observe.h"
#include "report.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define THREADS 8
#define ROUNDS 20

static void metrics_of(struct subject *s, plug_instance *instance, struct text *out) {
  plug_sink sink = text_sink(out);
  plug_status status = s->table->metrics(instance, &sink);
  if (status != PLUG_OK) bad("metrics returned %s", status_name(status));
}

static void two_instances(struct subject *s) {
  plug_instance *first = ready(s), *second = first == NULL ? NULL : ready(s);
  if (second == NULL) return;
  if (first == second) bad("create returned the same instance twice");
  struct text text = {.limit = 1 << 20};
  s->table->shutdown(first);
  metrics_of(s, second, &text);
  if (s->table->initialize(second, plain(s->options->config), NULL) != PLUG_STATE) {
    bad("the second instance is not initialised any more after the first was shut down");
  }
  s->table->destroy(first);
  text_clear(&text);
  metrics_of(s, second, &text);
  text_clear(&text);
  ended(s, second);
}

struct worker {
  struct subject *subject;
  plug_instance *instance;
  pthread_barrier_t *start;
};

static void *lives(void *context) {
  struct worker *w = context;
  pthread_barrier_wait(w->start);
  for (int i = 0; i < ROUNDS; i++) {
    plug_instance *instance = ready(w->subject);
    struct text text = {.limit = 1 << 20};
    if (instance == NULL) return NULL;
    metrics_of(w->subject, instance, &text);
    text_clear(&text);
    ended(w->subject, instance);
  }
  return NULL;
}

static void *uses(void *context) {
  struct worker *w = context;
  struct subject *s = w->subject;
  pthread_barrier_wait(w->start);
  for (int i = 0; i < ROUNDS * 5; i++) {
    struct text text = {.limit = 1 << 20};
    metrics_of(s, w->instance, &text);
    text_clear(&text);
    for (size_t n = 0; n < s->options->interfaces.count; n++) {
      s->table->get_interface(w->instance, plain(s->options->interfaces.items[n]));
    }
  }
  return NULL;
}

static void at_once(struct subject *s, plug_instance *instance, void *(*body)(void *)) {
  pthread_barrier_t start;
  pthread_t threads[THREADS];
  struct worker worker = {s, instance, &start};
  pthread_barrier_init(&start, NULL, THREADS);
  int count = 0;
  while (count < THREADS && pthread_create(&threads[count], NULL, body, &worker) == 0) count++;
  if (count < THREADS) return skipped("no more than %d threads could be started", count);
  while (count > 0) pthread_join(threads[--count], NULL);
}

static void own_instances(struct subject *s) { at_once(s, NULL, lives); }

static void one_instance(struct subject *s) {
  plug_instance *instance = ready(s);
  if (instance == NULL) return;
  at_once(s, instance, uses);
  ended(s, instance);
}

static void *creates(void *context) {
  struct worker *w = context;
  w->instance = ready(w->subject);
  return NULL;
}

static void *asks(void *context) {
  struct worker *w = context;
  struct text text = {.limit = 1 << 20};
  metrics_of(w->subject, w->instance, &text);
  text_clear(&text);
  return NULL;
}

static void *ends(void *context) {
  struct worker *w = context;
  ended(w->subject, w->instance);
  return NULL;
}

static void other_threads(struct subject *s) {
  void *(*const steps[])(void *) = {creates, asks, ends};
  struct worker worker = {s, NULL, NULL};
  for (int i = 0; i < 3; i++) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, steps[i], &worker) != 0) return skipped("no thread");
    pthread_join(thread, NULL);
    if (worker.instance == NULL) return;
  }
}

/* ---- what it does to the world ---- */

/* Runs the check of each interface with its samples, for what it makes the plugin do; what that finds is its own to
 * say. A sample without digits is one for a check that needs none. */
static void use_interfaces(struct subject *s) {
  static struct options copy;
  static struct subject user;
  const struct list *samples = &s->options->samples;
  is_quiet = true;
  for (size_t i = 0; i < samples->count; i++) {
    size_t length = strcspn(samples->items[i], "=");
    char id[32];
    snprintf(id, sizeof id, "%.*s", (int)length, samples->items[i]);
    copy = *s->options;
    copy.arguments.count = 0;
    size_t last = i;
    for (size_t n = i; n < samples->count && strncmp(samples->items[n], id, length) == 0; n++) {
      const char *digits = samples->items[n] + length + 1;
      if (*digits != 0 && copy.arguments.count < OPTIONS_MAX) copy.arguments.items[copy.arguments.count++] = digits;
      last = n;
    }
    i = last;
    check_function *check = check_of(id);
    memcpy(&user, s, sizeof user);
    user.options = &copy;
    subject_prepare_host(&user);
    if (check != NULL) check(&user);
  }
  is_quiet = false;
}

void live_once(struct subject *s) {
  plug_instance *instance = ready(s);
  struct text text = {.limit = 1 << 20};
  if (instance == NULL) return;
  metrics_of(s, instance, &text);
  text_clear(&text);
  for (size_t n = 0; n < s->options->interfaces.count; n++) {
    s->table->get_interface(instance, plain(s->options->interfaces.items[n]));
  }
  ended(s, instance);
  use_interfaces(s);
}

/* Descriptors that the plugin did not open; high enough that nobody counts on them, low enough for a loop that closes
 * all. */
static void conduct(struct subject *s) {
  enum { first = 20, count = 4 };
  bool is_there[count];
  /* The host's limit may be lower. */
  for (int i = 0; i < count; i++) is_there[i] = dup2(STDIN_FILENO, first + i) >= 0;
  live_once(s);
  for (int i = 0; i < 3; i++) {
    if (fcntl(i, F_GETFD) < 0) bad("it closed descriptor %d, which it did not open", i);
  }
  for (int i = 0; i < count; i++) {
    if (is_there[i] && fcntl(first + i, F_GETFD) < 0) {
      bad("it closed descriptors that it did not open, such as %d", first + i);
      break;
    }
  }
}

static unsigned more(unsigned now, unsigned before) { return now > before ? now - before : 0; }

static void usage(struct subject *s) {
  unsigned threads = thread_count(), files = count_entries("/proc/self/fd");
  plug_instance *instance = ready(s);
  unsigned more_threads = more(thread_count(), threads), more_files = more(count_entries("/proc/self/fd"), files);
  ended(s, instance);
  struct rusage use;
  getrusage(RUSAGE_SELF, &use);
  long cpu_ms = (use.ru_utime.tv_sec + use.ru_stime.tv_sec) * 1000 + (use.ru_utime.tv_usec + use.ru_stime.tv_usec) / 1000;
  report("usage", "%ld %ld %u %u", use.ru_maxrss, cpu_ms, more_threads, more_files);
}

static void heap(struct subject *s) {
  live_once(s);
}

const struct check thread_checks[] = {
    {"plg-d030", two_instances}, {"plg-d031", own_instances}, {"plg-d032", one_instance}, {"plg-d033", other_threads},
    {"plg-d038", usage},         {"plg-d042", conduct},       {"plg-d043", heap},         {NULL, NULL}};
