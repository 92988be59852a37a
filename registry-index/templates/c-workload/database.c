/* SQLite and PostgreSQL by their client libraries. These are opened when a DSN asks for them, so that the plugin builds
 * and loads where neither is. */
#include "plugin.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

struct database {
  void *library;
  void *connection;
  plug_status (*run)(struct database *database, const char *sql, const plug_sink *error);
  void (*close)(struct database *database);
  /* What is needed of the library, as sqlite3.h and libpq-fe.h declare it. */
  union {
    struct {
      int (*open)(const char *path, void **connection, int flags, const char *vfs);
      int (*busy_timeout)(void *connection, int milliseconds);
      int (*exec)(void *connection, const char *sql, void *row, void *context, char **message);
      const char *(*errmsg)(void *connection);
      int (*close)(void *connection);
    } sqlite;
    struct {
      void *(*connect)(const char *dsn);
      int (*status)(const void *connection);
      void *(*set_notices)(void *connection, void (*process)(void *, const char *), void *context);
      void *(*exec)(void *connection, const char *sql);
      int (*result)(const void *result);
      void (*clear)(void *result);
      char *(*message)(const void *connection);
      void (*finish)(void *connection);
    } postgres;
  };
};

struct function {
  const char *name;
  void *place;
};

/* Opens a library and finds functions in it. It stays in the process: not every library survives being closed. */
static plug_status find(struct database *database, const char *library, const struct function *functions, size_t count,
                        const plug_sink *error) {
  database->library = dlopen(library, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (database->library == NULL) return refuse(error, PLUG_UNSUPPORTED, "`%s` can't be opened: %s", library, dlerror());
  for (size_t i = 0; i < count; i++) {
    void *function = dlsym(database->library, functions[i].name);
    if (function == NULL) return refuse(error, PLUG_UNSUPPORTED, "`%s` has no `%s`", library, functions[i].name);
    memcpy(functions[i].place, &function, sizeof function);
  }
  return PLUG_OK;
}

/* ---- SQLite ---- */

static plug_status sqlite_run(struct database *database, const char *sql, const plug_sink *error) {
  if (database->sqlite.exec(database->connection, sql, NULL, NULL, NULL) == 0) return PLUG_OK;
  return refuse(error, PLUG_IO, "SQLite: %s", database->sqlite.errmsg(database->connection));
}

static void sqlite_close(struct database *database) { database->sqlite.close(database->connection); }

static plug_status sqlite_open(struct database *database, const char *path, const plug_sink *error) {
  const struct function functions[] = {{"sqlite3_open_v2", &database->sqlite.open},
                                       {"sqlite3_busy_timeout", &database->sqlite.busy_timeout},
                                       {"sqlite3_exec", &database->sqlite.exec},
                                       {"sqlite3_errmsg", &database->sqlite.errmsg},
                                       {"sqlite3_close", &database->sqlite.close}};
  enum { READ_WRITE = 2, CREATE = 4, NO_MUTEX = 0x8000 };
  plug_status status = find(database, "libsqlite3.so.0", functions, sizeof functions / sizeof *functions, error);
  if (status != PLUG_OK) return status;
  database->run = sqlite_run;
  database->close = sqlite_close;
  if (database->sqlite.open(path, &database->connection, READ_WRITE | CREATE | NO_MUTEX, NULL) != 0) {
    return refuse(error, PLUG_IO, "SQLite: %s", database->sqlite.errmsg(database->connection));
  }
  database->sqlite.busy_timeout(database->connection, 10000);
  /* Readers and a writer don't wait for each other; nothing is set aside in files of other folders. */
  return sqlite_run(database, "PRAGMA journal_mode = WAL; PRAGMA temp_store = MEMORY", error);
}

/* ---- PostgreSQL ---- */

static plug_status postgres_failed(struct database *database, const plug_sink *error) {
  const char *message = database->postgres.message(database->connection);
  return refuse(error, PLUG_IO, "PostgreSQL: %.*s", (int)strcspn(message, "\n"), message);
}

static plug_status postgres_run(struct database *database, const char *sql, const plug_sink *error) {
  enum { COMMAND_OK = 1, TUPLES_OK = 2 };
  void *result = database->postgres.exec(database->connection, sql);
  int code = database->postgres.result(result);
  database->postgres.clear(result);
  return code == COMMAND_OK || code == TUPLES_OK ? PLUG_OK : postgres_failed(database, error);
}

static void postgres_close(struct database *database) { database->postgres.finish(database->connection); }

/* A server's notices would go to standard error. */
static void ignore(void *context, const char *notice) { (void)context, (void)notice; }

static plug_status postgres_open(struct database *database, const char *dsn, const plug_sink *error) {
  const struct function functions[] = {{"PQconnectdb", &database->postgres.connect},
                                       {"PQstatus", &database->postgres.status},
                                       {"PQsetNoticeProcessor", &database->postgres.set_notices},
                                       {"PQexec", &database->postgres.exec},
                                       {"PQresultStatus", &database->postgres.result},
                                       {"PQclear", &database->postgres.clear},
                                       {"PQerrorMessage", &database->postgres.message},
                                       {"PQfinish", &database->postgres.finish}};
  plug_status status = find(database, "libpq.so.5", functions, sizeof functions / sizeof *functions, error);
  if (status != PLUG_OK) return status;
  database->run = postgres_run;
  database->close = postgres_close;
  database->connection = database->postgres.connect(dsn);
  if (database->postgres.status(database->connection) != 0) return postgres_failed(database, error);
  database->postgres.set_notices(database->connection, ignore, NULL);
  return PLUG_OK;
}

/* ---- Both ---- */

plug_status database_open(plug_text dsn, struct database **out, const plug_sink *error) {
  static const char sqlite[] = "sqlite://", postgres[] = "postgresql://";
  struct database *database = calloc(1, sizeof *database);
  char *text = dsn.length == 0 ? strdup("") : strndup(dsn.bytes, dsn.length);
  plug_status status;
  if (database == NULL || text == NULL) {
    status = refuse(error, PLUG_NO_MEMORY, "out of memory");
  } else if (strncmp(text, sqlite, strlen(sqlite)) == 0 && text[strlen(sqlite)] == '/') {
    status = sqlite_open(database, text + strlen(sqlite), error);
  } else if (strncmp(text, postgres, strlen(postgres)) == 0) {
    status = postgres_open(database, text, error);
  } else {
    status = refuse(error, PLUG_INVALID_ARGUMENT, "the DSN is neither sqlite:///PATH nor postgresql://...");
  }
  free(text);
  if (status == PLUG_OK) *out = database;
  else database_close(database);
  return status;
}

plug_status database_run(struct database *database, const char *sql, const plug_sink *error) {
  return database->run(database, sql, error);
}

void database_close(struct database *database) {
  if (database == NULL) return;
  if (database->connection != NULL) database->close(database);
  if (database->library != NULL) dlclose(database->library);
  free(database);
}
