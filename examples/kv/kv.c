/* Keys and values in an SQLite file below the host's data folder. */
#include "folder.h"

#include <sqlite3.h>
#include <stdlib.h>

struct plug_store {
  sqlite3 *database;
};

static plug_status failed(plug_store *store, const plug_sink *error) {
  return refuse(error, PLUG_IO, "SQLite: %s", sqlite3_errmsg(store->database));
}

static plug_status open_file(plug_store *store, const char *path, const plug_sink *error) {
  static const char setup[] = "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;"
                              "CREATE TABLE IF NOT EXISTS pairs (key BLOB PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;";
  int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_FULLMUTEX | SQLITE_OPEN_NOFOLLOW;
  if (sqlite3_open_v2(path, &store->database, flags, NULL) != SQLITE_OK) return failed(store, error);
  sqlite3_busy_timeout(store->database, 5000);
  /* The change to WAL needs the file alone, and SQLite does not wait for that where two ask at once. */
  int code = sqlite3_exec(store->database, setup, NULL, NULL, NULL);
  for (int tries = 0; code == SQLITE_BUSY && tries < 500; tries++) {
    sqlite3_sleep(10);
    code = sqlite3_exec(store->database, setup, NULL, NULL, NULL);
  }
  return code == SQLITE_OK ? PLUG_OK : failed(store, error);
}

static void close_store(plug_store *store) {
  sqlite3_close(store->database);
  free(store);
}

static plug_status open_store(plug_instance *instance, plug_text location, plug_store **out, const plug_sink *error) {
  char path[PATH_MAX];
  if (kit_state(instance) == NULL) return refuse(error, PLUG_STATE, "it is not initialised");
  plug_status status = folder_place(kit_host(instance), location, path, error);
  if (status != PLUG_OK) return status;
  plug_store *store = calloc(1, sizeof *store);
  if (store == NULL) return refuse(error, PLUG_NO_MEMORY, "out of memory");
  status = open_file(store, path, error);
  if (status == PLUG_OK) *out = store;
  else close_store(store);
  return status;
}

/* A statement with a key, and a value where one is given. */
static sqlite3_stmt *prepared(plug_store *store, const char *sql, plug_text key, const plug_text *value) {
  sqlite3_stmt *statement = NULL;
  if (sqlite3_prepare_v2(store->database, sql, -1, &statement, NULL) != SQLITE_OK) return NULL;
  sqlite3_bind_blob64(statement, 1, key.length == 0 ? "" : key.bytes, key.length, SQLITE_STATIC);
  if (value != NULL) {
    sqlite3_bind_blob64(statement, 2, value->length == 0 ? "" : value->bytes, value->length, SQLITE_STATIC);
  }
  return statement;
}

static plug_text column(sqlite3_stmt *statement, int index) {
  const void *bytes = sqlite3_column_blob(statement, index);
  return (plug_text){bytes, (size_t)sqlite3_column_bytes(statement, index)};
}

static bool is_key(plug_text key) { return key.length >= 1 && key.length <= 1024; }

static plug_status wrong_key(const plug_sink *error) {
  return refuse(error, PLUG_INVALID_ARGUMENT, "a key has 1 to 1,024 bytes");
}

static plug_status get(plug_store *store, plug_text key, const plug_sink *out, const plug_sink *error) {
  if (!is_key(key)) return wrong_key(error);
  sqlite3_stmt *statement = prepared(store, "SELECT value FROM pairs WHERE key = ?", key, NULL);
  if (statement == NULL) return failed(store, error);
  int code = sqlite3_step(statement);
  plug_status status = PLUG_OK;
  if (code == SQLITE_DONE) status = refuse(error, PLUG_NOT_FOUND, "there is no such key");
  else if (code != SQLITE_ROW) status = failed(store, error);
  else {
    plug_text value = column(statement, 0);
    bool is_wanted = out != NULL && value.length > 0;
    if (is_wanted && out->write(out->context, value.bytes, value.length) != 0) {
      status = refuse(error, PLUG_SINK, "the sink takes no more");
    }
  }
  sqlite3_finalize(statement);
  return status;
}

static plug_status change(plug_store *store, const char *sql, plug_text key, const plug_text *value,
                          const plug_sink *error) {
  if (!is_key(key)) return wrong_key(error);
  sqlite3_stmt *statement = prepared(store, sql, key, value);
  bool is_done = statement != NULL && sqlite3_step(statement) == SQLITE_DONE;
  plug_status status = is_done ? PLUG_OK : failed(store, error);
  sqlite3_finalize(statement);
  return status;
}

static plug_status put(plug_store *store, plug_text key, plug_text value, const plug_sink *error) {
  return change(store, "INSERT OR REPLACE INTO pairs VALUES (?, ?)", key, &value, error);
}

static plug_status take_away(plug_store *store, plug_text key, const plug_sink *error) {
  return change(store, "DELETE FROM pairs WHERE key = ?", key, NULL, error);
}

static plug_status scan(plug_store *store, plug_text from, const plug_pair_sink *out, const plug_sink *error) {
  sqlite3_stmt *statement = prepared(store, "SELECT key, value FROM pairs WHERE key >= ? ORDER BY key", from, NULL);
  if (statement == NULL) return failed(store, error);
  plug_status status = PLUG_OK;
  int code;
  while (status == PLUG_OK && (code = sqlite3_step(statement)) != SQLITE_DONE) {
    if (code != SQLITE_ROW) status = failed(store, error);
    else if (out->pair(out->context, column(statement, 0), column(statement, 1)) != 0) {
      status = refuse(error, PLUG_SINK, "the sink takes no more");
    }
  }
  sqlite3_finalize(statement);
  return status;
}

/* In this mode a commit may still be lost by a power cut; a checkpoint syncs the log and the file. */
static plug_status sync_store(plug_store *store, const plug_sink *error) {
  int code = sqlite3_wal_checkpoint_v2(store->database, NULL, SQLITE_CHECKPOINT_FULL, NULL, NULL);
  /* Somebody else's checkpoint is not waited for by SQLite. */
  for (int tries = 0; code == SQLITE_BUSY && tries < 500; tries++) {
    sqlite3_sleep(10);
    code = sqlite3_wal_checkpoint_v2(store->database, NULL, SQLITE_CHECKPOINT_FULL, NULL, NULL);
  }
  return code == SQLITE_OK ? PLUG_OK : failed(store, error);
}

static const struct kit_option options[] = {{NULL, JSON_NULL, false, 0, 0}};
static const plug_storage_v1 storage = {sizeof storage, open_store, get, put, take_away, scan, sync_store, close_store};
static const struct kit_interface interfaces[] = {{PLUG_STORAGE, &storage}, {NULL, NULL}};

const struct kit_plugin kit_plugin = {.id = "examples/kv", .options = options, .interfaces = interfaces};
