/* Drives a workload: sets a database up, runs operations by their weights in several sessions until the time is over,
 * cleans up, and tells how long they took. No check, but run as one. */
#include "checks.h"
#include "report.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SESSIONS_MAX 64
/* Sixteen steps for each doubling of time: what is told of the distribution is right within some 6 %. */
#define STEPS 16
#define BUCKETS (44 * STEPS)

struct operation {
  char *name;
  long weight;
};

struct tally {
  uint64_t count, errors, total_ns, min_ns, max_ns;
  uint32_t buckets[BUCKETS];
};

struct drive_plan {
  struct subject *subject;
  plug_instance *instance;
  const plug_workload_v1 *workload;
  struct operation operations[OPTIONS_MAX];
  size_t count;
  long weights;
  uint64_t end_ns;
};

struct session {
  struct drive_plan *plan;
  pthread_t thread;
  uint64_t random;
  struct tally *tallies;
  char fault[400];
};

static uint64_t now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static size_t bucket_of(uint64_t ns) {
  if (ns < STEPS) return (size_t)ns;
  int power = 63 - __builtin_clzll(ns);
  size_t bucket = (size_t)(power - 3) * STEPS + (size_t)(ns >> (power - 4)) % STEPS;
  return bucket < BUCKETS ? bucket : BUCKETS - 1;
}

/* The middle of a bucket. */
static uint64_t time_of(size_t bucket) {
  if (bucket < STEPS) return bucket;
  int power = (int)(bucket / STEPS) + 3;
  return ((uint64_t)(STEPS + bucket % STEPS) << (power - 4)) + ((uint64_t)1 << (power - 4)) / 2;
}

static uint64_t next_random(struct session *s) {
  uint64_t mixed = s->random += 0x9E3779B97F4A7C15u;
  mixed = (mixed ^ mixed >> 30) * 0xBF58476D1CE4E5B9u;
  mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EBu;
  return mixed ^ mixed >> 31;
}

static size_t chosen(struct session *s) {
  long rest = (long)(next_random(s) % (uint64_t)s->plan->weights);
  size_t i = 0;
  while (rest >= s->plan->operations[i].weight) rest -= s->plan->operations[i++].weight;
  return i;
}

static void note(struct tally *t, uint64_t ns, bool is_good) {
  t->count++;
  if (!is_good) t->errors++;
  t->total_ns += ns;
  if (t->min_ns == 0 || ns < t->min_ns) t->min_ns = ns;
  if (ns > t->max_ns) t->max_ns = ns;
  t->buckets[bucket_of(ns)]++;
}

static void run_one(struct session *s, plug_session *session) {
  size_t i = chosen(s);
  struct text words = {.limit = 300};
  plug_sink sink = text_sink(&words);
  uint64_t start = now_ns();
  plug_status status = s->plan->workload->run(session, plain(s->plan->operations[i].name), &sink);
  note(&s->tallies[i], now_ns() - start, status == PLUG_OK);
  if (status != PLUG_OK && s->fault[0] == 0) {
    snprintf(s->fault, sizeof s->fault, "%s: %s: %s", s->plan->operations[i].name, status_name(status),
             words.bytes == NULL ? "" : words.bytes);
  }
  text_clear(&words);
}

static void *session_main(void *context) {
  struct session *s = context;
  struct text words = {.limit = 300};
  plug_sink sink = text_sink(&words);
  plug_session *session = NULL;
  plug_status status = s->plan->workload->open(s->plan->instance, plain(s->plan->subject->options->dsn), &session, &sink);
  if (status != PLUG_OK || session == NULL) {
    snprintf(s->fault, sizeof s->fault, "open: %s: %s", status_name(status), words.bytes == NULL ? "" : words.bytes);
    text_clear(&words);
    return NULL;
  }
  while (now_ns() < s->plan->end_ns) run_one(s, session);
  s->plan->workload->close(session);
  return NULL;
}

/* `NAME=WEIGHT` */
static bool read_operations(struct drive_plan *plan) {
  const struct list *list = &plan->subject->options->operations;
  for (size_t i = 0; i < list->count; i++) {
    const char *equals = strrchr(list->items[i], '=');
    if (equals == NULL) continue;
    long weight = strtol(equals + 1, NULL, 10);
    if (weight <= 0 || weight > 1000000) continue;
    plan->operations[plan->count].name = strndup(list->items[i], (size_t)(equals - list->items[i]));
    plan->operations[plan->count++].weight = weight;
    plan->weights += weight;
  }
  if (plan->count == 0) bad("no operation has a weight");
  return plan->count > 0;
}

static uint64_t share(const struct tally *t, unsigned permille) {
  uint64_t wanted = (t->count * permille + 999) / 1000, seen = 0;
  for (size_t i = 0; i < BUCKETS; i++) {
    seen += t->buckets[i];
    if (seen >= wanted) return time_of(i) < t->max_ns ? time_of(i) : t->max_ns;
  }
  return t->max_ns;
}

static void tell(const struct drive_plan *plan, const struct session *sessions, size_t count) {
  for (size_t i = 0; i < plan->count; i++) {
    static struct tally sum;
    memset(&sum, 0, sizeof sum);
    for (size_t s = 0; s < count; s++) {
      const struct tally *t = &sessions[s].tallies[i];
      sum.count += t->count;
      sum.errors += t->errors;
      sum.total_ns += t->total_ns;
      if (t->count > 0 && (sum.min_ns == 0 || t->min_ns < sum.min_ns)) sum.min_ns = t->min_ns;
      if (t->max_ns > sum.max_ns) sum.max_ns = t->max_ns;
      for (size_t b = 0; b < BUCKETS; b++) sum.buckets[b] += t->buckets[b];
    }
    report("operation", "%lu %lu %lu %lu %lu %lu %lu %lu %s", sum.count, sum.errors, sum.total_ns, sum.min_ns,
           sum.max_ns, share(&sum, 500), share(&sum, 950), share(&sum, 990), plan->operations[i].name);
  }
}

static void run_sessions(struct drive_plan *plan, long wanted) {
  static struct session sessions[SESSIONS_MAX];
  size_t count = 0;
  uint64_t start = now_ns();
  plan->end_ns = start + (uint64_t)plan->subject->options->drive.milliseconds * 1000000u;
  while (count < (size_t)wanted && count < SESSIONS_MAX) {
    struct session *s = &sessions[count];
    s->plan = plan;
    s->random = (uint64_t)plan->subject->options->drive.seed + count * 1000003u;
    s->tallies = calloc(plan->count, sizeof *s->tallies);
    if (s->tallies == NULL || pthread_create(&s->thread, NULL, session_main, s) != 0) break;
    count++;
  }
  for (size_t i = 0; i < count; i++) pthread_join(sessions[i].thread, NULL);
  report("drive", "%zu %lu", count, now_ns() - start);
  for (size_t i = 0; i < count; i++) {
    if (sessions[i].fault[0] != 0) {
      bad("%s", sessions[i].fault);
      break;
    }
  }
  tell(plan, sessions, count);
}

static bool on_database(struct drive_plan *plan, bool is_setup) {
  const plug_database_v1 *database = plan->subject->table->get_interface(plan->instance, plain(PLUG_DATABASE));
  if (database == NULL) return true;
  struct text words = {.limit = 4096};
  plug_sink sink = text_sink(&words);
  plug_text dsn = plain(plan->subject->options->dsn);
  plug_status status = (is_setup ? database->setup : database->cleanup)(plan->instance, dsn, &sink);
  if (status != PLUG_OK) {
    bad("%s: %s: %s", is_setup ? "setup" : "cleanup", status_name(status), words.bytes == NULL ? "" : words.bytes);
  }
  text_clear(&words);
  return status == PLUG_OK;
}

static void drive(struct subject *s) {
  static struct drive_plan plan;
  plan.subject = s;
  plan.instance = ready(s);
  plan.workload = plan.instance == NULL ? NULL : interface_of(s, plan.instance, PLUG_WORKLOAD);
  if (plan.workload == NULL || !read_operations(&plan)) return;
  report_stage(STAGE_INPUT, 1);
  if (on_database(&plan, true)) {
    report_stage(STAGE_INPUT, 2);
    run_sessions(&plan, s->options->drive.sessions);
    report_stage(STAGE_INPUT, 3);
    struct text text = {.limit = 100 << 10};
    plug_sink sink = text_sink(&text);
    if (s->table->metrics(plan.instance, &sink) == PLUG_OK) deliver("metrics", text.bytes, text.length);
    text_clear(&text);
    on_database(&plan, false);
  }
  ended(s, plan.instance);
}

const struct check drive_checks[] = {{"drive", drive}, {NULL, NULL}};
