#include "db.h"

#include <sqlite3.h>

static plug_status failed(struct db *db, const plug_sink *error) {
  return refuse(error, PLUG_IO, "SQLite: %s", sqlite3_errmsg(db->connection));
}

static plug_status open_file(struct db *db, const char *path, const plug_sink *error) {
  sqlite3 *connection = NULL;
  int code = sqlite3_open_v2(path, &connection, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL);
  db->connection = connection;
  if (code != SQLITE_OK) return failed(db, error);
  sqlite3_busy_timeout(connection, 10000);
  /* What a statement sets aside would else be a file in a folder of SQLite's choice, which a plugin may not have. */
  plug_status status = db_do(db, "PRAGMA temp_store = MEMORY", error);
  return status == PLUG_OK ? db_do(db, "PRAGMA journal_mode = WAL", error) : status;
}

/* The statement stands at a row; whether the next one is wanted. */
static bool give(sqlite3_stmt *statement, db_row row, void *context) {
  const char *columns[DB_COLUMNS];
  int count = sqlite3_column_count(statement) < DB_COLUMNS ? sqlite3_column_count(statement) : DB_COLUMNS;
  for (int i = 0; i < count; i++) columns[i] = (const char *)sqlite3_column_text(statement, i);
  return row(context, columns, count);
}

static plug_status run(struct db *db, const char *sql, const char *const *parameters, int count, db_row row,
                       void *context, const plug_sink *error) {
  sqlite3_stmt *statement = NULL;
  if (sqlite3_prepare_v2(db->connection, sql, -1, &statement, NULL) != SQLITE_OK) return failed(db, error);
  for (int i = 0; i < count; i++) sqlite3_bind_text(statement, i + 1, parameters[i], -1, SQLITE_STATIC);
  bool is_wanted = row != NULL;
  int code = sqlite3_step(statement);
  for (; code == SQLITE_ROW; code = sqlite3_step(statement)) is_wanted = is_wanted && give(statement, row, context);
  plug_status status = code == SQLITE_DONE ? PLUG_OK : failed(db, error);
  sqlite3_finalize(statement);
  return status;
}

static void close_file(struct db *db) { sqlite3_close(db->connection); }

const struct db_kind db_sqlite = {open_file, run, close_file};
