/* Loads a database like a site about movies does: searches of movies and actors, ratings in a transaction, reviews. */
#include "imdb.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What there is; sessions see it when they are opened. */
struct session {
  int64_t movies;
  int64_t actors;
};

static plug_status start(void *context, const plug_host *host, const struct json *config, const plug_sink *error) {
  struct state *state = context;
  const char *file = json_text(config, "data_file");
  if (file != NULL && (file[0] == 0 || strlen(file) > 4096)) {
    return refuse(error, PLUG_INVALID_CONFIG, "`data_file` is no path of 1 to 4,096 bytes");
  }
  state->data_file = file == NULL ? NULL : strdup(file);
  if (file != NULL && state->data_file == NULL) return refuse(error, PLUG_NO_MEMORY, "out of memory");
  return workload_start(&state->shared, host, config, error);
}

static void stop(void *context) { free(((struct state *)context)->data_file); }

/* ---- tables ---- */

static plug_status setup(void *state, struct db *db, const plug_sink *error) {
  static const char *const tables[] = {
      "CREATE TABLE imdb_movies (id INTEGER PRIMARY KEY, title TEXT NOT NULL, year INTEGER, genre TEXT, "
      "rating_sum BIGINT NOT NULL DEFAULT 0, ratings BIGINT NOT NULL DEFAULT 0)",
      "CREATE TABLE imdb_actors (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)",
      "CREATE TABLE imdb_roles (movie INTEGER NOT NULL REFERENCES imdb_movies, "
      "actor INTEGER NOT NULL REFERENCES imdb_actors, PRIMARY KEY (actor, movie))"};
  static const char *const inserted[] = {
      "CREATE TABLE imdb_ratings (id %s, movie INTEGER NOT NULL REFERENCES imdb_movies, stars INTEGER NOT NULL "
      "CHECK (stars BETWEEN 1 AND 10))",
      "CREATE TABLE imdb_reviews (id %s, movie INTEGER NOT NULL REFERENCES imdb_movies, words TEXT NOT NULL)"};
  plug_status status = PLUG_OK;
  for (size_t i = 0; i < 3 && status == PLUG_OK; i++) status = db_do(db, tables[i], error);
  for (size_t i = 0; i < 2 && status == PLUG_OK; i++) {
    char sql[300];
    snprintf(sql, sizeof sql, inserted[i], db->is_postgres ? "BIGSERIAL PRIMARY KEY" : "INTEGER PRIMARY KEY");
    status = db_do(db, sql, error);
  }
  return status == PLUG_OK ? imdb_load(state, db, error) : status;
}

static plug_status cleanup(void *state, struct db *db, const plug_sink *error) {
  static const char *const tables[] = {"imdb_reviews", "imdb_ratings", "imdb_roles",
                                       "imdb_actors",  "imdb_movies",  NULL};
  (void)state;
  return workload_drop(db, tables, error);
}

static plug_status open_session(plug_session *session, const plug_sink *error) {
  struct session *own = session->own;
  plug_status status = db_number(&session->db, "SELECT count(*) FROM imdb_movies", NULL, 0, &own->movies, error);
  if (status == PLUG_OK) {
    status = db_number(&session->db, "SELECT count(*) FROM imdb_actors", NULL, 0, &own->actors, error);
  }
  if (status == PLUG_OK && (own->movies == 0 || own->actors == 0)) {
    return refuse(error, PLUG_STATE, "the tables are empty: set them up anew");
  }
  return status;
}

/* ---- operations ---- */

static void pick(plug_session *session, int64_t most, char id[24]) {
  snprintf(id, 24, "%lld", (long long)workload_pick(&session->random, most));
}

struct found {
  char words[64]; /* by which is searched */
  char id[24];
  bool is_there;
  int rows;
};

/* Keeps the longest word of a title, as people search by it, or as many of its characters as there is room for. */
static bool take_title(void *context, const char *const *columns, int count) {
  struct found *found = context;
  const char *longest = columns[0];
  size_t most = 0;
  (void)count;
  for (const char *word = columns[0]; *word != 0;) {
    size_t length = strcspn(word, " ");
    if (length > most) longest = word;
    if (length > most) most = length;
    word += length + strspn(word + length, " ");
  }
  if (most >= sizeof found->words) {
    most = sizeof found->words - 1;
    while (((unsigned char)longest[most] & 0xc0) == 0x80) most--;
  }
  snprintf(found->words, sizeof found->words, "%.*s", (int)most, longest);
  return false;
}

static bool take_movie(void *context, const char *const *columns, int count) {
  struct found *found = context;
  (void)count;
  found->rows++;
  found->is_there = found->is_there || strcmp(columns[0], found->id) == 0;
  return true;
}

/* `%`, `_` and the mark itself stand for themselves. */
static void write_pattern(const char *word, char *pattern) {
  *pattern++ = '%';
  for (; *word != 0; word++) {
    if (strchr("%_!", *word) != NULL) *pattern++ = '!';
    *pattern++ = *word;
  }
  strcpy(pattern, "%");
}

/* The movie from which the word was taken must be found, but where there are too many for a page. */
static plug_status movie_search(plug_session *session, const plug_sink *error) {
  enum { PAGE = 20 };
  const struct session *own = session->own;
  struct found found = {.rows = 0};
  char pattern[2 * sizeof found.words + 3];
  pick(session, own->movies, found.id);
  const char *const by_id[] = {found.id}, *const by_pattern[] = {pattern};
  plug_status status = session->db.kind->run(&session->db, "SELECT title FROM imdb_movies WHERE id = ?", by_id, 1,
                                             take_title, &found, error);
  if (status != PLUG_OK) return status;
  write_pattern(found.words, pattern);
  status = session->db.kind->run(
      &session->db, "SELECT id, title, year FROM imdb_movies WHERE title LIKE ? ESCAPE '!' ORDER BY year, id LIMIT 20",
      by_pattern, 1, take_movie, &found, error);
  if (status != PLUG_OK) return status;
  workload_tell(session, "movie_search `%s`: %d", found.words, found.rows);
  bool is_right = found.is_there || found.rows == PAGE;
  return is_right ? PLUG_OK : refuse(error, PLUG_FAILED, "a search by its own word does not find movie %s", found.id);
}

/* How many movies an actor played in, and how they were rated. */
static plug_status actor_search(plug_session *session, const plug_sink *error) {
  const struct session *own = session->own;
  char id[24];
  int64_t movies = 0;
  pick(session, own->actors, id);
  const char *const parameters[] = {id};
  plug_status status =
      db_number(&session->db,
                "SELECT count(*), sum(m.rating_sum) * 1.0 / nullif(sum(m.ratings), 0) FROM imdb_actors a "
                "JOIN imdb_roles r ON r.actor = a.id JOIN imdb_movies m ON m.id = r.movie WHERE a.id = ?",
                parameters, 1, &movies, error);
  if (status != PLUG_OK) return status;
  workload_tell(session, "actor_search %s: %lld", id, (long long)movies);
  return movies > 0 ? PLUG_OK : refuse(error, PLUG_FAILED, "actor %s plays in no movie", id);
}

/* The rating, and the movie's sum and count, change together or not at all. */
static plug_status rating_insert(plug_session *session, const plug_sink *error) {
  const struct session *own = session->own;
  char id[24], stars[24];
  pick(session, own->movies, id);
  pick(session, 10, stars);
  const char *const rating[] = {id, stars}, *const movie[] = {stars, id};
  plug_status status = db_begin(&session->db, error);
  if (status != PLUG_OK) return status;
  status =
      db_run(&session->db,
             "UPDATE imdb_movies SET rating_sum = rating_sum + CAST(? AS INTEGER), ratings = ratings + 1 WHERE id = ?",
             movie, 2, error);
  if (status == PLUG_OK) {
    status = db_run(&session->db, "INSERT INTO imdb_ratings (movie, stars) VALUES (?, ?)", rating, 2, error);
  }
  status = db_end(&session->db, status, error);
  if (status == PLUG_OK) workload_tell(session, "rating_insert %s: %s", id, stars);
  return status;
}

static plug_status review_insert(plug_session *session, const plug_sink *error) {
  const struct session *own = session->own;
  char id[24], words[80];
  pick(session, own->movies, id);
  snprintf(words, sizeof words, "It's the %lldth time that I saw it", (long long)workload_pick(&session->random, 1000));
  const char *const parameters[] = {id, words};
  plug_status status =
      db_run(&session->db, "INSERT INTO imdb_reviews (movie, words) VALUES (?, ?)", parameters, 2, error);
  if (status == PLUG_OK) workload_tell(session, "review_insert %s: %s", id, words);
  return status;
}

const struct workload workload = {.operations = {{"movie_search", 40, movie_search},
                                                 {"actor_search", 30, actor_search},
                                                 {"rating_insert", 20, rating_insert},
                                                 {"review_insert", 10, review_insert}},
                                  .session_size = sizeof(struct session),
                                  .setup = setup,
                                  .cleanup = cleanup,
                                  .open = open_session};

static const struct kit_option options[] = {{"data_file", JSON_TEXT, false, 0, 0},
                                            {"operation_weights", JSON_OBJECT, false, 0, 0},
                                            {NULL, JSON_NULL, false, 0, 0}};
static const struct kit_interface interfaces[] = {
    {PLUG_WORKLOAD, &workload_interface}, {PLUG_DATABASE, &workload_database}, {NULL, NULL}};

const struct kit_plugin kit_plugin = {.id = "stormdb/imdb_plugin",
                                      .options = options,
                                      .interfaces = interfaces,
                                      .state_size = sizeof(struct state),
                                      .start = start,
                                      .stop = stop,
                                      .measure = workload_measure};
