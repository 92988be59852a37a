#include "db.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

plug_status db_open(struct db *db, plug_text dsn, const plug_sink *error) {
  static const char sqlite[] = "sqlite://", postgres[] = "postgresql://";
  char *text = dsn.length == 0 ? NULL : strndup(dsn.bytes, dsn.length);
  plug_status status;
  *db = (struct db){.kind = NULL};
  if (text != NULL && strncmp(text, sqlite, strlen(sqlite)) == 0 && text[strlen(sqlite)] == '/') {
    db->kind = &db_sqlite;
    status = db->kind->open(db, text + strlen(sqlite), error);
  } else if (text != NULL && strncmp(text, postgres, strlen(postgres)) == 0) {
    db->kind = &db_postgres;
    db->is_postgres = true;
    status = db->kind->open(db, text, error);
  } else {
    status = refuse(error, PLUG_INVALID_ARGUMENT, "the DSN is neither sqlite:///PATH nor postgresql://...");
  }
  free(text);
  if (status != PLUG_OK && db->connection != NULL) db->kind->close(db);
  return status;
}

plug_status db_run(struct db *db, const char *sql, const char *const *parameters, int count, const plug_sink *error) {
  return db->kind->run(db, sql, parameters, count, NULL, NULL, error);
}

plug_status db_do(struct db *db, const char *sql, const plug_sink *error) { return db_run(db, sql, NULL, 0, error); }

static bool take_number(void *context, const char *const *columns, int count) {
  if (count > 0 && columns[0] != NULL) *(int64_t *)context = strtoll(columns[0], NULL, 10);
  return false;
}

plug_status db_number(struct db *db, const char *sql, const char *const *parameters, int count, int64_t *number,
                      const plug_sink *error) {
  return db->kind->run(db, sql, parameters, count, take_number, number, error);
}

const char *db_decimal(char room[24], int64_t number) {
  snprintf(room, 24, "%lld", (long long)number);
  return room;
}

/* SQLite must know at once that it will write: who reads first finds others in the way later. */
plug_status db_begin(struct db *db, const plug_sink *error) {
  return db_do(db, db->is_postgres ? "BEGIN" : "BEGIN IMMEDIATE", error);
}

plug_status db_end(struct db *db, plug_status status, const plug_sink *error) {
  if (status == PLUG_OK) status = db_do(db, "COMMIT", error);
  if (status != PLUG_OK) db_do(db, "ROLLBACK", NULL);
  return status;
}
