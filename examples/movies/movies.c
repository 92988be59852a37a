/* Loads a database like a site of movies does: searches by title, ratings in a transaction, reviews, a list of the
 * best. */
#include "db.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { SEARCH, RATING, REVIEW, BEST, OPERATIONS };
static const char *const names[OPERATIONS] = {"search", "rating", "review", "best"};

struct state {
  int64_t movies;
  int64_t weights[OPERATIONS];
  uint64_t done[OPERATIONS];
  uint64_t failed;
  uint64_t sessions;
  const plug_host *host;
};

struct plug_session {
  struct state *state;
  struct db db;
  uint64_t random;
};

static const struct kit_option weight_options[] = {{"search", JSON_NUMBER, false, 0, 1000},
                                                   {"rating", JSON_NUMBER, false, 0, 1000},
                                                   {"review", JSON_NUMBER, false, 0, 1000},
                                                   {"best", JSON_NUMBER, false, 0, 1000},
                                                   {NULL, JSON_NULL, false, 0, 0}};

static plug_status start(void *context, const plug_host *host, const struct json *config, const plug_sink *error) {
  static const int64_t usual[OPERATIONS] = {60, 25, 10, 5};
  struct state *state = context;
  const struct json *weights = json_member(config, "weights");
  int64_t sum = 0;
  state->host = host;
  state->movies = kit_number(config, "movies", 1000);
  if (weights != NULL) {
    plug_status status = kit_check(weights, weight_options, PLUG_INVALID_CONFIG, error);
    if (status != PLUG_OK) return status;
  }
  for (int i = 0; i < OPERATIONS; i++) {
    state->weights[i] = weights == NULL ? usual[i] : kit_number(weights, names[i], 0);
    sum += state->weights[i];
  }
  return sum > 0 ? PLUG_OK : refuse(error, PLUG_INVALID_CONFIG, "all `weights` are 0");
}

/* ---- plug.database/1 ---- */

static plug_status make_tables(struct db *db, const plug_sink *error) {
  static const char *const drops[] = {"DROP TABLE IF EXISTS movies_reviews", "DROP TABLE IF EXISTS movies"};
  static const char movies[] = "CREATE TABLE movies (id INTEGER PRIMARY KEY, title TEXT NOT NULL, "
                               "rating_sum BIGINT NOT NULL DEFAULT 0, ratings BIGINT NOT NULL DEFAULT 0)";
  static const char reviews[] = "CREATE TABLE movies_reviews (id %s, movie INTEGER NOT NULL REFERENCES movies, "
                                "words TEXT NOT NULL)";
  char sql[300];
  plug_status status = PLUG_OK;
  for (size_t i = 0; i < 2 && status == PLUG_OK; i++) status = db_do(db, drops[i], error);
  if (status == PLUG_OK) status = db_do(db, movies, error);
  snprintf(sql, sizeof sql, reviews, db->is_postgres ? "BIGSERIAL PRIMARY KEY" : "INTEGER PRIMARY KEY");
  if (status == PLUG_OK) status = db_do(db, sql, error);
  return status;
}

/* Titles are `Movie 000042`; both databases make the rows themselves. */
static plug_status fill_tables(struct db *db, int64_t count, const plug_sink *error) {
  static const char sqlite[] = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %lld) "
                               "INSERT INTO movies (id, title) SELECT i, printf('Movie %%06d', i) FROM n";
  static const char postgres[] = "INSERT INTO movies (id, title) SELECT i, 'Movie ' || lpad(i::text, 6, '0') "
                                 "FROM generate_series(1, %lld) AS i";
  char sql[300];
  snprintf(sql, sizeof sql, db->is_postgres ? postgres : sqlite, (long long)count);
  plug_status status = db_do(db, sql, error);
  return status == PLUG_OK ? db_do(db, "CREATE INDEX movies_title ON movies (title)", error) : status;
}

static plug_status setup(plug_instance *instance, plug_text dsn, const plug_sink *error) {
  struct state *state = kit_state(instance);
  struct db db;
  if (state == NULL) return refuse(error, PLUG_STATE, "it is not initialised");
  plug_status status = db_open(&db, dsn, error);
  if (status != PLUG_OK) return status;
  status = db_do(&db, "BEGIN", error);
  if (status == PLUG_OK) status = make_tables(&db, error);
  if (status == PLUG_OK) status = fill_tables(&db, state->movies, error);
  if (status == PLUG_OK) status = db_do(&db, "COMMIT", error);
  db.kind->close(&db); /* which takes an open transaction back */
  return status;
}

static plug_status cleanup(plug_instance *instance, plug_text dsn, const plug_sink *error) {
  struct db db;
  if (kit_state(instance) == NULL) return refuse(error, PLUG_STATE, "it is not initialised");
  plug_status status = db_open(&db, dsn, error);
  if (status != PLUG_OK) return status;
  status = db_do(&db, "DROP TABLE IF EXISTS movies_reviews", error);
  if (status == PLUG_OK) status = db_do(&db, "DROP TABLE IF EXISTS movies", error);
  db.kind->close(&db);
  return status;
}

/* ---- plug.workload/1 ---- */

static plug_status operations(plug_instance *instance, const plug_sink *out) {
  const struct state *state = kit_state(instance);
  struct text text = {0};
  if (state == NULL) return PLUG_STATE;
  for (int i = 0; i < OPERATIONS; i++) {
    text_say(&text, "%s\"%s\": %lld", i == 0 ? "{" : ", ", names[i], (long long)state->weights[i]);
  }
  text_say(&text, "}");
  return text_send(&text, out);
}

static plug_status open_session(plug_instance *instance, plug_text dsn, plug_session **out, const plug_sink *error) {
  struct state *state = kit_state(instance);
  if (state == NULL) return refuse(error, PLUG_STATE, "it is not initialised");
  plug_session *session = calloc(1, sizeof *session);
  if (session == NULL) return refuse(error, PLUG_NO_MEMORY, "out of memory");
  plug_status status = db_open(&session->db, dsn, error);
  if (status != PLUG_OK) {
    free(session);
    return status;
  }
  session->state = state;
  session->random = (uint64_t)time(NULL) * 1000003 + __atomic_add_fetch(&state->sessions, 1, __ATOMIC_RELAXED);
  *out = session;
  return PLUG_OK;
}

static void close_session(plug_session *session) {
  session->db.kind->close(&session->db);
  free(session);
}

/* splitmix64: a number from 1 to `most`. */
static int64_t pick(plug_session *session, int64_t most) {
  uint64_t z = session->random += 0x9e3779b97f4a7c15u;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
  z = (z ^ z >> 27) * 0x94d049bb133111ebu;
  return (int64_t)((z ^ z >> 31) % (uint64_t)most) + 1;
}

static plug_status search(plug_session *s, const char *id, const plug_sink *error) {
  char low[32], high[32];
  const char *const parameters[] = {low, high};
  int64_t found = 0, number = strtoll(id, NULL, 10);
  snprintf(low, sizeof low, "Movie %06lld", (long long)number);
  snprintf(high, sizeof high, "Movie %06lld", (long long)number + 10);
  return db_number(&s->db, "SELECT count(*) FROM movies WHERE title >= ? AND title < ?", parameters, 2, &found, error);
}

/* A movie's sum and count change together or not at all. */
static plug_status rate(plug_session *s, const char *id, const plug_sink *error) {
  char stars[8];
  const char *const parameters[] = {stars, id};
  snprintf(stars, sizeof stars, "%d", (int)pick(s, 5));
  plug_status status = db_begin(&s->db, error);
  if (status != PLUG_OK) return status;
  status = db_run(&s->db, "UPDATE movies SET rating_sum = rating_sum + CAST(? AS INTEGER) WHERE id = CAST(? AS INTEGER)",
                  parameters, 2, error);
  if (status == PLUG_OK) {
    status = db_run(&s->db, "UPDATE movies SET ratings = ratings + 1 WHERE id = CAST(? AS INTEGER)", parameters + 1, 1, error);
  }
  return db_end(&s->db, status, error);
}

static plug_status review(plug_session *s, const char *id, const plug_sink *error) {
  char words[64];
  const char *const parameters[] = {id, words};
  snprintf(words, sizeof words, "It's the %lldth time that I saw it", (long long)pick(s, 1000));
  return db_run(&s->db, "INSERT INTO movies_reviews (movie, words) VALUES (CAST(? AS INTEGER), ?)", parameters, 2, error);
}

static plug_status best(plug_session *s, const plug_sink *error) {
  return db_do(&s->db, "SELECT id, rating_sum * 1.0 / ratings AS mean FROM movies WHERE ratings > 0 "
                       "ORDER BY mean DESC, id LIMIT 10", error);
}

static plug_status run(plug_session *session, plug_text operation, const plug_sink *error) {
  char id[32];
  int which = 0;
  plug_status status;
  while (which < OPERATIONS && !text_is(operation, names[which])) which++;
  if (which == OPERATIONS) return refuse(error, PLUG_NOT_FOUND, "there is no such operation");
  snprintf(id, sizeof id, "%lld", (long long)pick(session, session->state->movies));
  if (which == SEARCH) status = search(session, id, error);
  else if (which == RATING) status = rate(session, id, error);
  else if (which == REVIEW) status = review(session, id, error);
  else status = best(session, error);
  __atomic_fetch_add(status == PLUG_OK ? &session->state->done[which] : &session->state->failed, 1, __ATOMIC_RELAXED);
  return status;
}

static void measure(void *context, struct text *out) {
  struct state *state = context;
  for (int i = 0; i < OPERATIONS; i++) {
    text_say(out, "\"%s\": %llu, ", names[i], (unsigned long long)__atomic_load_n(&state->done[i], __ATOMIC_RELAXED));
  }
  text_say(out, "\"failed\": %llu", (unsigned long long)__atomic_load_n(&state->failed, __ATOMIC_RELAXED));
}

static const struct kit_option options[] = {
    {"movies", JSON_NUMBER, false, 1, 1000000}, {"weights", JSON_OBJECT, false, 0, 0}, {NULL, JSON_NULL, false, 0, 0}};
static const plug_database_v1 database = {sizeof database, setup, cleanup};
static const plug_workload_v1 workload = {sizeof workload, operations, open_session, run, close_session};
static const struct kit_interface interfaces[] = {{PLUG_DATABASE, &database}, {PLUG_WORKLOAD, &workload}, {NULL, NULL}};

const struct kit_plugin kit_plugin = {.id = "examples/movies",
                                      .options = options,
                                      .interfaces = interfaces,
                                      .state_size = sizeof(struct state),
                                      .start = start,
                                      .measure = measure};
