/* What the workloads have in common: weights, sessions, counts, and the coming and going of a database. A workload
 * defines `workload`, and its state begins with a workload_state. */
#ifndef WORKLOAD_H
#define WORKLOAD_H

#include "db.h"

#define WORKLOAD_OPERATIONS 8

struct workload_operation {
  const char *name;
  int64_t weight; /* where the configuration has none */
  plug_status (*run)(plug_session *session, const plug_sink *error);
};

struct workload {
  struct workload_operation operations[WORKLOAD_OPERATIONS]; /* ended by one without a name */
  size_t session_size;                                       /* of what a session has of its own */
  /* Makes tables and data, in a transaction; what was there is gone. */
  plug_status (*setup)(void *state, struct db *db, const plug_sink *error);
  /* Drops what setup made, also where nothing is there. */
  plug_status (*cleanup)(void *state, struct db *db, const plug_sink *error);
  /* Gets a session's own part ready; it is all zeros. */
  plug_status (*open)(plug_session *session, const plug_sink *error);
  /* Called where open succeeded; may be null. */
  void (*close)(plug_session *session);
};

extern const struct workload workload;

struct workload_state {
  const plug_host *host;
  int64_t weights[WORKLOAD_OPERATIONS];
  uint64_t done[WORKLOAD_OPERATIONS];
  uint64_t failed;
  uint64_t sessions;
};

struct plug_session {
  struct workload_state *state;
  struct db db;
  uint64_t random;
  void *own;
};

extern const plug_database_v1 workload_database;
extern const plug_workload_v1 workload_interface;

/* Takes `operation_weights` of a configuration that was looked at. */
plug_status workload_start(struct workload_state *state, const plug_host *host, const struct json *config,
                           const plug_sink *error);
/* Counts of the operations as members of an open object. */
void workload_measure(void *state, struct text *out);

/* A number from 1 to `most`. */
int64_t workload_pick(uint64_t *random, int64_t most);
/* Tells the host's log, at its lowest level, what an operation asked and found: so each answer can be checked. */
void workload_tell(plug_session *session, const char *format, ...) __attribute__((format(printf, 2, 3)));
bool workload_is_cancelled(const struct workload_state *state);
/* Drops tables, in their order up to a null pointer. */
plug_status workload_drop(struct db *db, const char *const *tables, const plug_sink *error);

#endif
