#ifndef FUNCTIONS_H
#define FUNCTIONS_H

#include "kit.h"

#define MOST_ARGUMENTS 3

struct value {
  bool is_there;
  int64_t integer; /* of a truth too */
  double real;
  plug_text text;
};

/* Types are letters: i, f, b, t. */
struct function {
  const char *name;
  const char *arguments;
  char result;
  bool takes_nulls; /* else a null makes the result null */
  /* False for null. Texts that it makes go into `room`. */
  bool (*work)(const struct value *values, struct value *answer, struct text *room);
};

/* Ended by one without a name. */
extern const struct function mathfun_functions[];

#endif
