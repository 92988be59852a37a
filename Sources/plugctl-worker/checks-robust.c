/* plg-d018 to d044, those of level 4 that need one thread, and what happens after the plugin is closed. */
#include "checks.h"
#include "observe.h"
#include "report.h"

#include <malloc.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define CYCLES 200
#define WARM_UP 20
#define LOOKS 5

static void live_with_host(struct subject *s, const plug_host *host) {
  struct text words = {.limit = 4096};
  plug_sink sink = text_sink(&words);
  plug_instance *instance = NULL;
  plug_status status = s->table->create(host, plain(s->options->id), &instance, &sink);
  if (status != PLUG_OK || instance == NULL) {
    bad("create returned %s: %s", status_name(status), words.bytes != NULL ? words.bytes : "without a reason");
  } else {
    initialized(s, instance);
    ended(s, instance);
  }
  text_clear(&words);
}

/* A host that ends where version 1.0 must have its last member, and after it the page does. */
static void small_host(struct subject *s) {
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  char *pages = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (pages == MAP_FAILED) return skipped("no memory");
  mprotect(pages + page, page, PROT_NONE);
  char *place = pages + page - PLUG_HOST_MINIMUM;
  memcpy(place, &s->host, PLUG_HOST_MINIMUM);
  uint32_t size = PLUG_HOST_MINIMUM;
  memcpy(place, &size, sizeof size);
  live_with_host(s, (const plug_host *)(void *)place);
}

static void big_host(struct subject *s) {
  struct {
    plug_host host;
    unsigned char later[256];
  } big;
  memset(&big, 0xA5, sizeof big);
  big.host = s->host;
  big.host.size = sizeof big;
  big.host.minor = PLUG_MINOR + 7;
  live_with_host(s, &big.host);
}

static void one_huge_config(struct subject *s, plug_text config, const char *what) {
  plug_instance *instance = created(s);
  if (instance == NULL) return;
  long start = milliseconds_now();
  plug_status status = s->table->initialize(instance, config, NULL);
  long took = milliseconds_now() - start;
  if (status == PLUG_OK) bad("initialize took %s for a configuration", what);
  if (took > 2000) bad("initialize needed %ld ms for %s", took, what);
  ended(s, instance);
}

static void huge_config(struct subject *s) {
  size_t size = (size_t)16 << 20;
  char *text = malloc(size + 64);
  if (text == NULL) return skipped("no memory");
  size_t start = (size_t)sprintf(text, "{\"plugctl_no_such_key\":\"");
  memset(text + start, 'a', size);
  memcpy(text + start + size, "\"}", 2);
  one_huge_config(s, (plug_text){text, start + size + 2}, "16 MB of text");
  char *next = text;
  for (int i = 0; i < 1000; i++) next += sprintf(next, "{\"a\":[");
  for (int i = 0; i < 1000; i++) next += sprintf(next, "]}");
  one_huge_config(s, (plug_text){text, (size_t)(next - text)}, "objects 1,000 deep");
  memset(text, '[', size);
  one_huge_config(s, (plug_text){text, size}, "16 million open brackets");
  free(text);
}

static bool cycle(struct subject *s) {
  plug_instance *instance = ready(s);
  ended(s, instance);
  return instance != NULL;
}

static bool cycles(struct subject *s, int count) {
  for (int i = 0; i < count; i++) {
    if (!cycle(s)) return false;
  }
  return true;
}

static size_t live_heap(void) {
  struct mallinfo2 now = mallinfo2();
  return now.uordblks + now.hblkhd;
}

static size_t resident_bytes(void) {
  size_t all, resident = 0;
  FILE *file = fopen("/proc/self/statm", "re");
  if (file == NULL) return 0;
  if (fscanf(file, "%zu %zu", &all, &resident) != 2) resident = 0;
  fclose(file);
  return resident * (size_t)sysconf(_SC_PAGESIZE);
}

/* A heap that settles late grows a few times more; a leak grows each time that one looks. */
static void leak_heap(struct subject *s) {
  if (!cycles(s, WARM_UP)) return;
  size_t more_heap = 0, more = 0;
  for (int look = 0; look < LOOKS; look++) {
    size_t before = live_heap(), resident = resident_bytes();
    if (!cycles(s, CYCLES)) return;
    size_t after = live_heap(), resident_after = resident_bytes();
    /* The smallest block that malloc gives has 32 bytes. */
    more_heap = after > before + 32 * (CYCLES - 1) ? after - before : 0;
    /* What is not malloc's; a heap that is cut up grows by less. */
    more = resident_after > resident + (size_t)CYCLES * 4096 ? resident_after - resident : 0;
    if (more_heap == 0 && more == 0) return;
  }
  bad("%s grows: %zu bytes more after %d times initialize, shutdown and destroy",
      more_heap > 0 ? "its memory" : "the process", more_heap > 0 ? more_heap : more, CYCLES);
}

static unsigned open_files(void) { return count_entries("/proc/self/fd"); }

static void leak_files(struct subject *s) {
  if (!cycles(s, 2)) return;
  unsigned before = open_files();
  if (!cycles(s, 10)) return;
  unsigned after = open_files();
  if (after > before) bad("%u descriptors more are open after 10 times initialize, shutdown and destroy", after - before);
}

static void leak_threads(struct subject *s) {
  if (!cycles(s, 2)) return;
  unsigned before = thread_count();
  if (!cycles(s, 10)) return;
  for (int i = 0; i < 50 && thread_count() > before; i++) usleep(4000);
  unsigned after = thread_count();
  if (after > before) bad("%u threads more run after 10 times initialize, shutdown and destroy", after - before);
}

/* What comes after the last check: the plugin is closed, and the process ends as a host's does, by exit(). What was
 * registered first runs last. */
static void state_the_end(void) {
  report_done();
  _exit(0);
}

void state_the_end_at_exit(void) { atexit(state_the_end); }

struct late_thread {
  struct subject *subject;
  pthread_barrier_t used, closed;
};

/* Ends after the plugin was closed: what it left for the end of a thread runs then. */
static void *use_and_end_late(void *context) {
  struct late_thread *late = context;
  ended(late->subject, ready(late->subject));
  pthread_barrier_wait(&late->used);
  pthread_barrier_wait(&late->closed);
  return NULL;
}

static void end_after_close(struct subject *s) {
  struct late_thread late = {.subject = s};
  pthread_t thread;
  pthread_barrier_init(&late.used, NULL, 2);
  pthread_barrier_init(&late.closed, NULL, 2);
  ended(s, ready(s));
  if (pthread_create(&thread, NULL, use_and_end_late, &late) != 0) return skipped("no thread");
  pthread_barrier_wait(&late.used);
  plughost_close(s->library);
  pthread_barrier_wait(&late.closed);
  pthread_join(thread, NULL);
  usleep(200000);
  exit(0);
}

static void reload(struct subject *s) {
  plughost_error error;
  if (s->options->copy == NULL) return skipped("no second path was given");
  plug_instance *first = ready(s);
  if (first == NULL) return;
  void *library = plughost_open(s->options->copy, PLUGHOST_LOCAL, &error);
  if (library == NULL) return bad("a second generation can't be opened: %s", error.text);
  struct subject other;
  if (subject_open(&other, s->options, library)) {
    plug_instance *second = ready(&other);
    ended(s, first);
    ended(&other, second);
    plughost_close(s->library);
    plug_instance *third = ready(&other);
    ended(&other, third);
  }
}

/* ---- sinks that take nothing ---- */

struct refusing {
  long writes;
};

static int refuse(void *context, const char *bytes, size_t length) {
  struct refusing *r = context;
  (void)bytes;
  (void)length;
  r->writes++;
  return 1;
}

static void must_fail(const char *call, plug_status status, const struct refusing *r) {
  if (status == PLUG_OK && r->writes > 0) bad("%s returned OK although its sink took nothing", call);
  if (r->writes > 100) bad("%s wrote %ld times to a sink that took nothing", call, r->writes);
}

static void refused_output(struct subject *s) {
  struct refusing r = {0};
  plug_sink sink = {.size = sizeof sink, .context = &r, .write = refuse};
  must_fail("describe", s->table->describe(&sink), &r);
  r.writes = 0;
  plug_instance *instance = ready(s);
  if (instance == NULL) return;
  must_fail("metrics", s->table->metrics(instance, &sink), &r);
  r.writes = 0;
  plug_instance *none = NULL;
  plug_status status = s->table->create(&s->host, plain("nobody/nothing"), &none, &sink);
  if (status == PLUG_OK) bad("create made an instance of an unknown id");
  const plug_workload_v1 *workload = s->table->get_interface(instance, plain(PLUG_WORKLOAD));
  if (workload != NULL) {
    r.writes = 0;
    must_fail("operations", workload->operations(instance, &sink), &r);
  }
  const plug_http_v1 *http = s->table->get_interface(instance, plain(PLUG_HTTP));
  if (http != NULL) {
    r.writes = 0;
    must_fail("routes", http->routes(instance, &sink), &r);
  }
  const plug_scalar_v1 *scalar = s->table->get_interface(instance, plain(PLUG_SCALAR));
  if (scalar != NULL) {
    r.writes = 0;
    must_fail("functions", scalar->functions(instance, &sink), &r);
  }
  ended(s, instance);
}

/* ---- cancelling ---- */

static void *cancel_soon(void *context) {
  struct subject *s = context;
  usleep(50000);
  atomic_store(&s->is_cancelled, true);
  return NULL;
}

static void judge_time(struct subject *s, const char *call, long start) {
  long took = milliseconds_now() - start;
  if (took > 1050) bad("%s went on for %ld ms after it was cancelled", call, took - 50);
  atomic_store(&s->is_cancelled, false);
}

static void with_cancel(struct subject *s, plug_instance *instance, const char *call,
                        void (*body)(struct subject *, plug_instance *)) {
  pthread_t thread;
  long start = milliseconds_now();
  if (pthread_create(&thread, NULL, cancel_soon, s) != 0) return skipped("no thread");
  body(s, instance);
  judge_time(s, call, start);
  pthread_join(thread, NULL);
  atomic_store(&s->is_cancelled, false);
}

static void process_long(struct subject *s, plug_instance *instance) {
  const plug_processor_v1 *processor = s->table->get_interface(instance, plain(PLUG_PROCESSOR));
  size_t length;
  char *input = argument(s->options, 0, &length);
  struct text out = {0};
  plug_sink sink = text_sink(&out);
  processor->process(instance, (plug_text){input, length}, &sink, NULL);
  text_clear(&out);
  free(input);
}

static void run_operations(struct subject *s, plug_instance *instance) {
  const plug_workload_v1 *workload = s->table->get_interface(instance, plain(PLUG_WORKLOAD));
  plug_session *session = NULL;
  if (workload->open(instance, plain(s->options->dsn), &session, NULL) != PLUG_OK || session == NULL) return;
  for (size_t i = 0; i < s->options->operations.count; i++) {
    const char *name = s->options->operations.items[i];
    workload->run(session, (plug_text){name, strcspn(name, "=")}, NULL);
  }
  workload->close(session);
}

static void cancelled(struct subject *s) {
  plug_instance *instance = ready(s);
  if (instance == NULL) return;
  bool is_tried = false;
  if (s->table->get_interface(instance, plain(PLUG_PROCESSOR)) != NULL) {
    with_cancel(s, instance, "process", process_long);
    is_tried = true;
  }
  if (s->table->get_interface(instance, plain(PLUG_WORKLOAD)) != NULL) {
    with_cancel(s, instance, "the workload", run_operations);
    is_tried = true;
  }
  if (!is_tried) skipped("it has no interface whose calls may take long");
  ended(s, instance);
}

const struct check robust_checks[] = {
    {"plg-d018", small_host},     {"plg-d019", big_host},  {"plg-d022", huge_config}, {"plg-d026", leak_heap},
    {"plg-d027", leak_files},     {"plg-d028", leak_threads}, {"plg-d035", end_after_close}, {"plg-d036", reload},
    {"plg-d037", cancelled},      {"plg-d044", refused_output}, {NULL, NULL}};
