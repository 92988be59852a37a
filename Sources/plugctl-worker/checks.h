/* The checks that call a plugin of plug.h: one for each run of the worker, so that each begins anew, and each crash is
 * that check's. */
#ifndef CHECKS_H
#define CHECKS_H

#include "subject.h"

typedef void check_function(struct subject *subject);

struct check {
  const char *id;
  check_function *run;
};

/* Each ended by one without an id. */
extern const struct check lifecycle_checks[];
extern const struct check robust_checks[];
extern const struct check thread_checks[];
extern const struct check interface_checks[];
extern const struct check function_checks[];
extern const struct check format_checks[];
extern const struct check value_checks[];
extern const struct check fuzz_checks[];
extern const struct check drive_checks[];

/* The check of an id; null for one that the worker does not have. */
check_function *check_of(const char *id);

/* For plg-d035, before anything of the plugin runs: what is registered first comes last. */
void state_the_end_at_exit(void);

/* What conduct is judged by: an ordinary life with each interface used once. */
void live_once(struct subject *subject);

#endif
