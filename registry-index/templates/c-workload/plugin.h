/* What the files of {{name}} share. */
#ifndef PLUGIN_H
#define PLUGIN_H

#include "plug.h"

/* Writes to a sink, which may be null. */
plug_status say(const plug_sink *sink, const char *bytes, size_t length);

/* Writes a reason to `error`; gives the status back. */
plug_status refuse(const plug_sink *error, plug_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* A connection to SQLite or PostgreSQL, for one thread. */
struct database;

/* By a DSN: `sqlite:///tmp/a.db`, or one of libpq's, `postgresql://...`. */
plug_status database_open(plug_text dsn, struct database **database, const plug_sink *error);

/* Runs a statement; the rows that it finds are read and dropped. */
plug_status database_run(struct database *database, const char *sql, const plug_sink *error);

void database_close(struct database *database);

#endif
