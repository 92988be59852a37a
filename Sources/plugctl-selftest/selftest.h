/* A plugin that is good unless its file is called after a check: then it is bad in the way that this check is for, and in
 * no other. `plugctl test --self-test` copies it under each of those names. */
#ifndef SELFTEST_H
#define SELFTEST_H

#include "plug.h"

#include <pthread.h>
#include <stdbool.h>
#include <sys/types.h>

struct plug_instance {
  bool is_ready;
  bool has_thread;
  bool is_busy;
  pthread_t thread;
  pid_t maker;
  char folder[4096];
};

/* Whether the file is called after this check: "d021". */
bool is_bad(const char *check);

int put(const plug_sink *sink, const char *text);

extern const plug_database_v1 database;
extern const plug_workload_v1 workload;
extern const plug_format_v1 format;
extern const plug_http_v1 http;
extern const plug_processor_v1 processor;
extern const plug_scalar_v1 scalar;
extern const plug_storage_v1 storage;
extern const plug_query_v1 query;
extern const plug_auth_v1 auth;
extern const plug_type_v1 type;

#endif
