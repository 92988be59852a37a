#include "db.h"

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

plug_status db_do(struct db *db, const char *sql, const plug_sink *error) {
  return db->kind->run(db, sql, NULL, 0, NULL, error);
}
