/* {{name}}: loads a database by reading, writing and summing rows of a table. plug.h says what each function must do. */
#include "plugin.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char id[] = "{{publisher}}/{{name}}";

/* The bytes of describe.json. */
__asm__(".section .rodata\n.hidden description\n.hidden description_end\n.globl description\n"
        ".globl description_end\ndescription:\n.incbin \"describe.json\"\ndescription_end:\n.byte 0\n.text\n");
extern const char description[], description_end[];

/* The operations come first among the options: an option of that name is its weight. */
enum { READ, WRITE, SUM, OPERATIONS, ROWS = OPERATIONS, OPTIONS };
static const struct {
  const char *name;
  long usual, least, most;
} options[OPTIONS] = {{"read", 70, 0, 1000}, {"write", 25, 0, 1000}, {"sum", 5, 0, 1000}, {"rows", 1000, 1, 1000000}};

/* A plugin at work. Its sessions run at once, so they count with atomics; the options stay as they are meanwhile. */
struct plug_instance {
  bool is_ready;
  long options[OPTIONS];
  uint64_t done[OPERATIONS], failed, sessions;
};

struct plug_session {
  plug_instance *instance;
  struct database *database;
  uint64_t random;
};

plug_status say(const plug_sink *sink, const char *bytes, size_t length) {
  if (sink == NULL || length == 0) return PLUG_OK;
  return sink->write(sink->context, bytes, length) == 0 ? PLUG_OK : PLUG_SINK;
}

plug_status refuse(const plug_sink *error, plug_status status, const char *format, ...) {
  char reason[400];
  va_list values;
  va_start(values, format);
  vsnprintf(reason, sizeof reason, format, values);
  va_end(values);
  say(error, reason, strlen(reason));
  return status;
}

static bool is(plug_text text, const char *word) {
  return text.length == strlen(word) && memcmp(text.bytes, word, text.length) == 0;
}

/* ---- plug.database/1. Its SQL is what SQLite and PostgreSQL both take. ---- */

#define TABLE "{{ident}}_rows"

static plug_status make_table(struct database *database, long rows, const plug_sink *error) {
  char fill[300];
  snprintf(fill, sizeof fill,
           "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %ld) "
           "INSERT INTO " TABLE " (id, hits) SELECT i, 0 FROM n", rows);
  const char *const steps[] = {"BEGIN", "DROP TABLE IF EXISTS " TABLE,
                               "CREATE TABLE " TABLE " (id INTEGER PRIMARY KEY, hits BIGINT NOT NULL)", fill, "COMMIT"};
  plug_status status = PLUG_OK;
  for (size_t i = 0; i < sizeof steps / sizeof *steps && status == PLUG_OK; i++) {
    status = database_run(database, steps[i], error);
  }
  return status;
}

static plug_status setup(plug_instance *self, plug_text dsn, const plug_sink *error) {
  struct database *database;
  if (!self->is_ready) return refuse(error, PLUG_STATE, "it is not initialised");
  plug_status status = database_open(dsn, &database, error);
  if (status != PLUG_OK) return status;
  status = make_table(database, self->options[ROWS], error);
  database_close(database); /* which takes an open transaction back */
  return status;
}

static plug_status cleanup(plug_instance *self, plug_text dsn, const plug_sink *error) {
  struct database *database;
  if (!self->is_ready) return refuse(error, PLUG_STATE, "it is not initialised");
  plug_status status = database_open(dsn, &database, error);
  if (status != PLUG_OK) return status;
  status = database_run(database, "DROP TABLE IF EXISTS " TABLE, error);
  database_close(database);
  return status;
}

static const plug_database_v1 database = {sizeof database, setup, cleanup};

/* ---- plug.workload/1 ---- */

static plug_status operations(plug_instance *self, const plug_sink *out) {
  char text[100];
  if (!self->is_ready) return PLUG_STATE;
  int length = snprintf(text, sizeof text, "{\"read\": %ld, \"write\": %ld, \"sum\": %ld}", self->options[READ],
                        self->options[WRITE], self->options[SUM]);
  return say(out, text, (size_t)length);
}

static plug_status open_session(plug_instance *self, plug_text dsn, plug_session **out, const plug_sink *error) {
  if (!self->is_ready) return refuse(error, PLUG_STATE, "it is not initialised");
  plug_session *session = calloc(1, sizeof *session);
  if (session == NULL) return refuse(error, PLUG_NO_MEMORY, "out of memory");
  plug_status status = database_open(dsn, &session->database, error);
  if (status != PLUG_OK) {
    free(session);
    return status;
  }
  session->instance = self;
  /* Each session has its own rows, and the same ones in the next run. */
  session->random = __atomic_add_fetch(&self->sessions, 1, __ATOMIC_RELAXED) << 32;
  *out = session;
  return PLUG_OK;
}

static void close_session(plug_session *session) {
  database_close(session->database);
  free(session);
}

/* The number of a row, by splitmix64. */
static long pick(plug_session *session) {
  uint64_t z = session->random += 0x9e3779b97f4a7c15u;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
  z = (z ^ z >> 27) * 0x94d049bb133111ebu;
  return (long)((z ^ z >> 31) % (uint64_t)session->instance->options[ROWS]) + 1;
}

static plug_status run(plug_session *session, plug_text operation, const plug_sink *error) {
  char sql[200];
  int which = 0;
  long row = pick(session);
  while (which < OPERATIONS && !is(operation, options[which].name)) which++;
  if (which == READ) {
    snprintf(sql, sizeof sql, "SELECT hits FROM " TABLE " WHERE id = %ld", row);
  } else if (which == WRITE) {
    snprintf(sql, sizeof sql, "UPDATE " TABLE " SET hits = hits + 1 WHERE id = %ld", row);
  } else if (which == SUM) {
    snprintf(sql, sizeof sql, "SELECT sum(hits) FROM " TABLE " WHERE id BETWEEN %ld AND %ld", row, row + 99);
  } else {
    return refuse(error, PLUG_NOT_FOUND, "there is no such operation");
  }
  plug_status status = database_run(session->database, sql, error);
  plug_instance *self = session->instance;
  __atomic_add_fetch(status == PLUG_OK ? &self->done[which] : &self->failed, 1, __ATOMIC_RELAXED);
  return status;
}

static const plug_workload_v1 workload = {sizeof workload, operations, open_session, run, close_session};

/* ---- Its configuration: an object of whole numbers, so small that it is read by hand ---- */

static bool take(plug_text *rest, const char *word) {
  size_t length = strlen(word);
  while (rest->length > 0 && memchr(" \t\r\n", rest->bytes[0], 4) != NULL) rest->bytes++, rest->length--;
  if (rest->length < length || memcmp(rest->bytes, word, length) != 0) return false;
  rest->bytes += length;
  rest->length -= length;
  return true;
}

/* -1 where something else stands there, or one with too many digits. */
static long take_number(plug_text *rest) {
  long number = 0;
  size_t digits = 0;
  take(rest, "");
  for (; digits < rest->length && rest->bytes[digits] >= '0' && rest->bytes[digits] <= '9'; digits++) {
    if (digits == 9) return -1;
    number = number * 10 + (rest->bytes[digits] - '0');
  }
  if (digits == 0 || (digits > 1 && rest->bytes[0] == '0')) return -1;
  rest->bytes += digits;
  rest->length -= digits;
  return number;
}

/* `"rows": 1000` */
static bool take_option(plug_text *rest, long values[OPTIONS]) {
  for (int i = 0; i < OPTIONS; i++) {
    char name[16];
    snprintf(name, sizeof name, "\"%s\"", options[i].name);
    if (!take(rest, name)) continue;
    values[i] = take(rest, ":") ? take_number(rest) : -1;
    return values[i] >= options[i].least && values[i] <= options[i].most;
  }
  return false;
}

static bool read_options(plug_text config, long values[OPTIONS]) {
  for (int i = 0; i < OPTIONS; i++) values[i] = options[i].usual;
  if (!take(&config, "{")) return false;
  if (!take(&config, "}")) {
    do {
      if (!take_option(&config, values)) return false;
    } while (take(&config, ","));
    if (!take(&config, "}")) return false;
  }
  take(&config, "");
  return config.length == 0 && values[READ] + values[WRITE] + values[SUM] > 0;
}

/* ---- The table ---- */

static plug_status describe(const plug_sink *out) {
  return say(out, description, (size_t)(description_end - description));
}

static plug_status create(const plug_host *host, plug_text name, plug_instance **instance, const plug_sink *error) {
  (void)host;
  if (!is(name, id)) return refuse(error, PLUG_NOT_FOUND, "this library has another plugin");
  *instance = calloc(1, sizeof **instance);
  return *instance == NULL ? refuse(error, PLUG_NO_MEMORY, "out of memory") : PLUG_OK;
}

static plug_status initialize(plug_instance *self, plug_text config, const plug_sink *error) {
  if (self->is_ready) return refuse(error, PLUG_STATE, "it is initialised already");
  self->is_ready = read_options(config, self->options);
  if (self->is_ready) return PLUG_OK;
  return refuse(error, PLUG_INVALID_CONFIG,
                "an object is needed, with `rows` from 1 to 1000000, `read`, `write` and `sum` from 0 to 1000, not all 0");
}

static plug_status shut_down(plug_instance *self) {
  self->is_ready = false;
  return PLUG_OK;
}

static void destroy(plug_instance *self) { free(self); }

static const void *get_interface(plug_instance *self, plug_text name) {
  (void)self;
  if (is(name, PLUG_WORKLOAD)) return &workload;
  return is(name, PLUG_DATABASE) ? &database : NULL;
}

static plug_status metrics(plug_instance *self, const plug_sink *out) {
  char text[200];
  uint64_t counts[OPERATIONS], failed = __atomic_load_n(&self->failed, __ATOMIC_RELAXED);
  for (int i = 0; i < OPERATIONS; i++) counts[i] = __atomic_load_n(&self->done[i], __ATOMIC_RELAXED);
  int length = snprintf(text, sizeof text, "{\"read\": %llu, \"write\": %llu, \"sum\": %llu, \"failed\": %llu}",
                        (unsigned long long)counts[READ], (unsigned long long)counts[WRITE],
                        (unsigned long long)counts[SUM], (unsigned long long)failed);
  return say(out, text, (size_t)length);
}

static const plug_table table = {sizeof table, PLUG_MAJOR, PLUG_MINOR, describe, create, initialize,
                                 shut_down,    destroy,    get_interface, metrics};

const plug_table *plug_entry_v1(uint32_t major, uint32_t minor) {
  (void)minor;
  return major == PLUG_MAJOR ? &table : NULL;
}
