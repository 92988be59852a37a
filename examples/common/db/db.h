/* As much of a database as a workload needs, upon SQLite and PostgreSQL. Parameters are `?` in order, and nothing else
 * in a statement is a `?`; values are texts, numbers written as such. */
#ifndef DB_H
#define DB_H

#include "kit.h"

struct db {
  const struct db_kind *kind;
  void *connection;
  bool is_postgres;
};

/* Takes a row: its columns as texts, null pointers for nulls. False where no more is wanted. */
typedef bool (*db_row)(void *context, const char *const *columns, int count);

/* The most columns of a row. */
#define DB_COLUMNS 8

struct db_kind {
  plug_status (*open)(struct db *db, const char *dsn, const plug_sink *error);
  /* Runs one statement; `row` may be null. */
  plug_status (*run)(struct db *db, const char *sql, const char *const *parameters, int count, db_row row,
                     void *context, const plug_sink *error);
  void (*close)(struct db *db);
};

extern const struct db_kind db_sqlite;
extern const struct db_kind db_postgres;

/* PLUG_INVALID_ARGUMENT for a DSN that is neither. */
plug_status db_open(struct db *db, plug_text dsn, const plug_sink *error);
/* A statement without parameters, whose rows nobody wants. */
plug_status db_do(struct db *db, const char *sql, const plug_sink *error);
plug_status db_run(struct db *db, const char *sql, const char *const *parameters, int count, const plug_sink *error);
/* The first column of the first row becomes `number`, which stays as it is where there is no row. */
plug_status db_number(struct db *db, const char *sql, const char *const *parameters, int count, int64_t *number,
                      const plug_sink *error);
/* A number as a parameter; it lies in `room`. */
const char *db_decimal(char room[24], int64_t number);
/* Begins a transaction that will write. */
plug_status db_begin(struct db *db, const plug_sink *error);
/* Commits where all went well, else takes all back; the status of the whole. */
plug_status db_end(struct db *db, plug_status status, const plug_sink *error);

#endif
