/* The worker's command line. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#define OPTIONS_MAX 512
#define SETTINGS_MAX (1 << 20)

struct list {
  size_t count;
  const char *items[OPTIONS_MAX];
};

enum mode {
  MODE_LOAD,  /* opens a plugin */
  MODE_EXEC,  /* runs a program under limits */
  MODE_SERVE, /* forks a `load` for each request */
};

struct options {
  enum mode mode;
  bool is_sandboxed; /* not with --no-sandbox, for debuggers */
  long memory_mib;
  long cpu_seconds;
  long files;
  long tasks;
  long linger_ms;
  int report_fd;
  int page_fd;
  int control_fd; /* serve: the socket of the requests */
  struct list neighbours; /* opened before the plugin, seen by nobody */
  struct list modules;    /* opened before the plugin, which may use their symbols */
  struct list entries;    /* symbols that must be there */
  struct list writable;   /* folders that may be written; exec: none given means anywhere */
  const char *file;
  /* Of one check of a plugin of plug.h; see checks.h. */
  const char *check;
  const char *id;
  const char *config;
  bool is_config_given; /* by the user, and not the plugin's example */
  const char *dsn;
  const char *data_folder; /* that the plugin is told; writable */
  const char *copy;        /* the same plugin at another path */
  const char *inputs;      /* a file of inputs, for fuzzing */
  struct list interfaces;
  struct list operations; /* as NAME=WEIGHT */
  struct list arguments; /* in hexadecimal digits */
  struct list samples;   /* for what a check lets others do: CHECK=HEX */
  struct drive {
    long milliseconds;
    long sessions;
    long seed;
  } drive;
  bool is_observed;       /* tells what it tries and may not do */
  bool is_network_free;
  bool is_user_kept; /* also where root started it */
  char **command;
};

/* Reads the command line; false, with a sentence on standard error, where it is wrong. */
bool options_read(struct options *options, int argc, char **argv);

#endif
