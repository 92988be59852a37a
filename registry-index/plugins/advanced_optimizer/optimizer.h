#ifndef OPTIMIZER_H
#define OPTIMIZER_H

#include "plan.h"

/* calls.c: functions of math_functions and string_functions, worked out by the code of these plugins. */
bool call_is_known(const char *name, size_t arguments);
struct json *call_value(const char *name, const struct json *arguments);

/* rules.c: filters that nothing passes, limits of limits, projects of projects, columns that nobody needs. */
struct json *rules_step(struct json *plan, struct rewrite *rewrite);

#endif
