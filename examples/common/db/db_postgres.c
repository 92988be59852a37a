#include "db.h"

#include <libpq-fe.h>
#include <string.h>

static plug_status failed(struct db *db, const plug_sink *error) {
  const char *words = PQerrorMessage(db->connection);
  return refuse(error, PLUG_IO, "PostgreSQL: %.*s", (int)strcspn(words, "\n"), words);
}

/* A server's notices would go to standard error. */
static void ignore(void *context, const PGresult *notice) { (void)context, (void)notice; }

static plug_status open_server(struct db *db, const char *dsn, const plug_sink *error) {
  PGconn *connection = PQconnectdb(dsn);
  db->connection = connection;
  if (connection == NULL) return refuse(error, PLUG_NO_MEMORY, "out of memory");
  if (PQstatus(connection) != CONNECTION_OK) return failed(db, error);
  PQsetNoticeReceiver(connection, ignore, NULL);
  return PLUG_OK;
}

/* PostgreSQL writes parameters as $1, $2. */
static void number_parameters(const char *sql, struct text *out) {
  int count = 0;
  for (; *sql != 0; sql++) {
    if (*sql == '?') text_say(out, "$%d", ++count);
    else text_add(out, sql, 1);
  }
}

static void give(const PGresult *result, db_row row, void *context) {
  const char *columns[DB_COLUMNS];
  int count = PQnfields(result) < DB_COLUMNS ? PQnfields(result) : DB_COLUMNS;
  bool is_wanted = true;
  for (int number = 0; number < PQntuples(result) && is_wanted; number++) {
    for (int i = 0; i < count; i++) columns[i] = PQgetisnull(result, number, i) ? NULL : PQgetvalue(result, number, i);
    is_wanted = row(context, columns, count);
  }
}

static plug_status run(struct db *db, const char *sql, const char *const *parameters, int count, db_row row,
                       void *context, const plug_sink *error) {
  struct text numbered = {0};
  number_parameters(sql, &numbered);
  if (numbered.has_failed) {
    text_free(&numbered);
    return refuse(error, PLUG_NO_MEMORY, "out of memory");
  }
  PGresult *result = PQexecParams(db->connection, numbered.bytes, count, NULL, parameters, NULL, NULL, 0);
  ExecStatusType code = PQresultStatus(result);
  bool is_good = code == PGRES_COMMAND_OK || code == PGRES_TUPLES_OK;
  if (is_good && row != NULL) give(result, row, context);
  PQclear(result);
  text_free(&numbered);
  return is_good ? PLUG_OK : failed(db, error);
}

static void close_server(struct db *db) { PQfinish(db->connection); }

const struct db_kind db_postgres = {open_server, run, close_server};
