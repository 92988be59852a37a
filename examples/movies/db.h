/* As much of a database as the workload needs, upon SQLite and PostgreSQL. Parameters are `?` in order; values are
 * texts, numbers written as such. */
#ifndef DB_H
#define DB_H

#include "kit.h"

#define MOST_PARAMETERS 4

struct db {
  const struct db_kind *kind;
  void *connection;
  bool is_postgres;
};

struct db_kind {
  plug_status (*open)(struct db *db, const char *dsn, const plug_sink *error);
  /* Runs one statement. The first column of the first row, if any, becomes `number`, which may be null. */
  plug_status (*run)(struct db *db, const char *sql, const char *const *parameters, int count, int64_t *number,
                     const plug_sink *error);
  void (*close)(struct db *db);
};

extern const struct db_kind db_sqlite;
extern const struct db_kind db_postgres;

/* PLUG_INVALID_ARGUMENT for a DSN that is neither. */
plug_status db_open(struct db *db, plug_text dsn, const plug_sink *error);
plug_status db_do(struct db *db, const char *sql, const plug_sink *error);

#endif
