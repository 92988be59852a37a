#include "checks.h"

#include <string.h>

check_function *check_of(const char *id) {
  static const struct check *const lists[] = {lifecycle_checks, robust_checks, thread_checks, interface_checks,
                                              function_checks,  format_checks,    value_checks,   fuzz_checks,
                                              drive_checks};
  for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
    for (const struct check *check = lists[i]; check->id != NULL; check++) {
      if (strcmp(check->id, id) == 0) return check->run;
    }
  }
  return NULL;
}
