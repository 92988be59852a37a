/* Tables with typed columns, in SQLite. The names of tables and columns are looked at before they stand in a statement, and
 * have letters before them there; everything else is a parameter. */
#ifndef TABLE_H
#define TABLE_H

#include "kit.h"

#include <pthread.h>
#include <sqlite3.h>

#define NAME_MAX_BYTES 30
#define COLUMNS_MAX 32
#define TEXT_MAX_BYTES 4096
#define PAGE_MAX 1000

struct state {
  const plug_host *host;
  pthread_mutex_t lock; /* of the database, which serves one request at a time */
  sqlite3 *database;
  int64_t tables_max;
  int64_t rows_max;
  uint64_t requests;
};

enum column_type { INTEGER, REAL, TEXT, BOOLEAN, TYPES };

struct column {
  char name[NAME_MAX_BYTES + 1];
  enum column_type type;
  bool is_required;
};

struct table {
  char name[NAME_MAX_BYTES + 1];
  struct column columns[COLUMNS_MAX];
  int count;
};

/* How a request ends: a status of HTTP and, but for success, a reason. 500 is a fault of the database. */
struct outcome {
  int32_t status;
  char reason[200];
};

/* Remembers an end; returns false, so that a caller may return it at once. */
bool ends(struct outcome *outcome, int32_t status, const char *reason, ...) __attribute__((format(printf, 3, 4)));
/* A name of a-z, 0-9 and `_` that begins with a letter; not `id`. */
bool is_name(const char *text, size_t length);
/* A statement with its first parameters, which are texts up to a null pointer; null with status 500. */
sqlite3_stmt *prepared(struct state *state, struct outcome *outcome, const char *sql, ...) __attribute__((sentinel));
/* Whether a statement has a row more; where reading fails, false and status 500. */
bool next_row(struct state *state, sqlite3_stmt *statement, struct outcome *outcome);
/* Runs a statement that has no rows, and finalises it; a broken constraint is 400. */
bool done(struct state *state, sqlite3_stmt *statement, struct outcome *outcome);

/* ---- table.c ---- */

bool tables_prepare(struct state *state, struct outcome *outcome);
bool tables_list(struct state *state, struct text *body, struct outcome *outcome);
bool table_create(struct state *state, const struct json *wanted, struct text *body, struct outcome *outcome);
bool table_drop(struct state *state, const struct table *table, struct outcome *outcome);
/* False with 404 where there is none of this name. */
bool table_find(struct state *state, plug_text name, struct table *table, struct outcome *outcome);
const struct column *column_named(const struct table *table, const char *name);

/* ---- rows.c ---- */

bool rows_list(struct state *state, const struct table *table, plug_text query, struct text *body,
               struct outcome *outcome);
bool row_add(struct state *state, const struct table *table, const struct json *values, struct text *body,
             struct outcome *outcome);
bool row_get(struct state *state, const struct table *table, int64_t id, struct text *body, struct outcome *outcome);
/* Changes the columns that are named. */
bool row_change(struct state *state, const struct table *table, int64_t id, const struct json *values,
                struct text *body, struct outcome *outcome);
bool row_remove(struct state *state, const struct table *table, int64_t id, struct outcome *outcome);

#endif
