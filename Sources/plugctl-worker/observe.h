/* What loading a plugin changed in its process. */
#ifndef OBSERVE_H
#define OBSERVE_H

#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#define OBSERVED_FILES 256 /* a multiple of eight */

struct observation {
  unsigned threads;
  bool is_open[OBSERVED_FILES];
  void (*handlers[65])(int);
  uint64_t blocked;
  uint64_t environment;
  mode_t mask;
  int nice;
  uint64_t limits;     /* a hash of all resource limits */
  uint64_t streams[3]; /* which files standard input, output and error are */
  unsigned rounding;   /* of floating point numbers, and what of them traps */
  char locale[256];
  char folder[PATH_MAX];
};

/* Names in a folder, without `.` and `..`. */
unsigned count_entries(const char *path);

void observe(struct observation *now);

/* Reports each difference: `threads`, `fd`, `closed`, `handler`, `changed`. */
void report_changes(const struct observation *before, const struct observation *after);

#endif
