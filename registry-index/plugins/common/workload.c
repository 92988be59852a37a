#include "workload.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define WEIGHT_MAX 1000

static int operation_count(void) {
  int count = 0;
  while (workload.operations[count].name != NULL) count++;
  return count;
}

plug_status workload_start(struct workload_state *state, const plug_host *host, const struct json *config,
                           const plug_sink *error) {
  const struct json *weights = json_member(config, "operation_weights");
  struct kit_option options[WORKLOAD_OPERATIONS + 1] = {{NULL, JSON_NULL, false, 0, 0}};
  int count = operation_count();
  int64_t sum = 0;
  state->host = host;
  for (int i = 0; i < count; i++) {
    options[i] = (struct kit_option){workload.operations[i].name, JSON_NUMBER, false, 0, WEIGHT_MAX};
  }
  plug_status status = weights == NULL ? PLUG_OK : kit_check(weights, options, PLUG_INVALID_CONFIG, error);
  if (status != PLUG_OK) return status;
  for (int i = 0; i < count; i++) {
    int64_t otherwise = weights == NULL ? workload.operations[i].weight : 0;
    state->weights[i] = kit_number(weights, workload.operations[i].name, otherwise);
    sum += state->weights[i];
  }
  return sum > 0 ? PLUG_OK : refuse(error, PLUG_INVALID_CONFIG, "all of `operation_weights` are 0");
}

void workload_measure(void *context, struct text *out) {
  struct workload_state *state = context;
  for (int i = 0; i < operation_count(); i++) {
    uint64_t done = __atomic_load_n(&state->done[i], __ATOMIC_RELAXED);
    text_say(out, "\"%s\": %llu, ", workload.operations[i].name, (unsigned long long)done);
  }
  text_say(out, "\"failed\": %llu", (unsigned long long)__atomic_load_n(&state->failed, __ATOMIC_RELAXED));
}

/* splitmix64. */
int64_t workload_pick(uint64_t *random, int64_t most) {
  uint64_t z = *random += 0x9e3779b97f4a7c15u;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
  z = (z ^ z >> 27) * 0x94d049bb133111ebu;
  return (int64_t)((z ^ z >> 31) % (uint64_t)most) + 1;
}

void workload_tell(plug_session *session, const char *format, ...) {
  char words[500];
  va_list arguments;
  va_start(arguments, format);
  int length = vsnprintf(words, sizeof words, format, arguments);
  va_end(arguments);
  if (length < 0) return;
  if ((size_t)length >= sizeof words) length = sizeof words - 1;
  const plug_host *host = session->state->host;
  host->log(host->context, PLUG_LOG_DEBUG, (plug_text){words, (size_t)length});
}

bool workload_is_cancelled(const struct workload_state *state) {
  return PLUG_HAS(state->host, is_cancelled) && state->host->is_cancelled(state->host->context) != 0;
}

plug_status workload_drop(struct db *db, const char *const *tables, const plug_sink *error) {
  plug_status status = PLUG_OK;
  for (; *tables != NULL && status == PLUG_OK; tables++) {
    char sql[200];
    snprintf(sql, sizeof sql, "DROP TABLE IF EXISTS %s", *tables);
    status = db_do(db, sql, error);
  }
  return status;
}

/* ---- plug.database/1 ---- */

static plug_status in_transaction(plug_instance *instance, plug_text dsn, bool is_setup, const plug_sink *error) {
  struct workload_state *state = kit_state(instance);
  struct db db;
  if (state == NULL) return refuse(error, PLUG_STATE, "it is not initialised");
  plug_status status = db_open(&db, dsn, error);
  if (status != PLUG_OK) return status;
  status = db_begin(&db, error);
  if (status == PLUG_OK) {
    status = workload.cleanup(state, &db, error);
    if (status == PLUG_OK && is_setup) status = workload.setup(state, &db, error);
    status = db_end(&db, status, error);
  }
  db.kind->close(&db);
  return status;
}

static plug_status setup(plug_instance *instance, plug_text dsn, const plug_sink *error) {
  return in_transaction(instance, dsn, true, error);
}

static plug_status cleanup(plug_instance *instance, plug_text dsn, const plug_sink *error) {
  return in_transaction(instance, dsn, false, error);
}

/* ---- plug.workload/1 ---- */

static plug_status operations(plug_instance *instance, const plug_sink *out) {
  const struct workload_state *state = kit_state(instance);
  struct text text = {0};
  if (state == NULL) return PLUG_STATE;
  for (int i = 0; i < operation_count(); i++) {
    text_say(&text, "%s\"%s\": %lld", i == 0 ? "{" : ", ", workload.operations[i].name, (long long)state->weights[i]);
  }
  text_say(&text, "}");
  return text_send(&text, out);
}

static void free_session(plug_session *session) {
  free(session->own);
  free(session);
}

static plug_status open_session(plug_instance *instance, plug_text dsn, plug_session **out, const plug_sink *error) {
  struct workload_state *state = kit_state(instance);
  if (state == NULL) return refuse(error, PLUG_STATE, "it is not initialised");
  plug_session *session = calloc(1, sizeof *session);
  if (session != NULL) session->own = calloc(1, workload.session_size + 1);
  if (session == NULL || session->own == NULL) {
    free(session);
    return refuse(error, PLUG_NO_MEMORY, "out of memory");
  }
  plug_status status = db_open(&session->db, dsn, error);
  if (status != PLUG_OK) {
    free_session(session);
    return status;
  }
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  session->state = state;
  session->random = (uint64_t)now.tv_sec * 1000000007u + (uint64_t)now.tv_nsec;
  session->random += __atomic_add_fetch(&state->sessions, 1, __ATOMIC_RELAXED) << 40;
  status = workload.open(session, error);
  if (status != PLUG_OK) {
    session->db.kind->close(&session->db);
    free_session(session);
    return status;
  }
  *out = session;
  return PLUG_OK;
}

static plug_status run(plug_session *session, plug_text operation, const plug_sink *error) {
  int which = 0;
  while (workload.operations[which].name != NULL && !text_is(operation, workload.operations[which].name)) which++;
  if (workload.operations[which].name == NULL) return refuse(error, PLUG_NOT_FOUND, "there is no such operation");
  plug_status status = workload.operations[which].run(session, error);
  uint64_t *count = status == PLUG_OK ? &session->state->done[which] : &session->state->failed;
  __atomic_fetch_add(count, 1, __ATOMIC_RELAXED);
  return status;
}

static void close_session(plug_session *session) {
  if (workload.close != NULL) workload.close(session);
  session->db.kind->close(&session->db);
  free_session(session);
}

const plug_database_v1 workload_database = {sizeof workload_database, setup, cleanup};
const plug_workload_v1 workload_interface = {sizeof workload_interface, operations, open_session, run, close_session};
