/* What the files of plughost share; no host includes it. */
#ifndef INSIDE_H
#define INSIDE_H

#include "plughost.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

/* Bytes that grow, with a zero after them. */
struct buffer {
  char *bytes;
  size_t length;
  size_t limit; /* more than this is refused */
  bool is_failed;
};

/* A sink that writes to a buffer. */
plug_sink buffer_sink(struct buffer *buffer);

/* The words of a plugin about a failure, as a sink. */
plug_sink error_sink(plughost_error *error);

void plughost_say(plughost_error *error, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The text of a member of a JSON object, to be freed; null where the text is no object or has no such member, or it is
 * no text, or is longer than 200 bytes, or has anything but printable ASCII. */
char *json_text_member(const char *json, size_t length, const char *name);

/* What a process has: for what can't be told apart inside of it. */
struct process_use {
  uint64_t memory;
  uint64_t threads;
  uint64_t files;
};

struct process_use process_use(void);
uint64_t nanoseconds(clockid_t clock);

struct plughost_plugin {
  atomic_size_t holds;
  void *library;  /* null for one that was registered */
  const plug_table *table;
  char *id;
  char *version;
  char *description;
  char *path;
  char *data_folder;
  uint64_t generation;
  plug_host offer;
  void (*log)(void *, const char *, int32_t, plug_text);
  void *log_context;
  atomic_bool is_cancelled;
  /* Of what follows */
  pthread_mutex_t lock;
  plug_instance *instance;
  plughost_limits limits;
  struct process_use before;
  plughost_call *calls;
  plughost_usage usage;
  uint64_t monitored_cpu_ns;
  uint32_t reported; /* a bit for each resource whose excess is not over */
};

struct plughost {
  plughost_options options;
  char *data_folder;
  pthread_rwlock_t lock; /* of the list */
  plughost_plugin **plugins;
  size_t count;
  size_t capacity;
  pthread_t monitor;
  bool has_monitor;
  pthread_mutex_t monitor_lock;
  pthread_cond_t monitor_wake;
  bool is_ending;
};

void *monitor_main(void *host);

#endif
