/* Functions of values, of which a plugin has a table: whoever writes one needs to know nothing of columns. */
#ifndef SCALAR_H
#define SCALAR_H

#include "kit.h"

#define SCALAR_ARGUMENTS 4

struct value {
  bool is_there;
  int64_t integer; /* of a truth too */
  double real;
  plug_text text;
};

/* Works out a result; false for null. Texts that it makes go into `room`, which is empty. */
typedef bool (*scalar_work)(const struct value *values, struct value *answer, struct text *room);

/* Types are letters: i, f, b, t. */
struct function {
  const char *name;
  const char *arguments;
  char result;
  bool takes_nulls; /* else a null makes the result null */
  scalar_work work;
};

/* What scalar.c serves: the plugin's own table, ended by one without a name. */
extern const struct function scalar_functions[];
extern const plug_scalar_v1 scalar_interface;

/* The longest text that a function makes. */
#define SCALAR_TEXT_MAX (1u << 20)

/* numbers.c */
bool number_add(const struct value *v, struct value *answer, struct text *room);
bool number_add_reals(const struct value *v, struct value *answer, struct text *room);
bool number_gcd(const struct value *v, struct value *answer, struct text *room);
bool number_factorial(const struct value *v, struct value *answer, struct text *room);
bool number_is_prime(const struct value *v, struct value *answer, struct text *room);
bool number_square_root(const struct value *v, struct value *answer, struct text *room);
bool number_hypotenuse(const struct value *v, struct value *answer, struct text *room);

/* texts.c */
bool text_coalesce(const struct value *v, struct value *answer, struct text *room);
bool text_reverse(const struct value *v, struct value *answer, struct text *room);
bool text_repeat(const struct value *v, struct value *answer, struct text *room);
bool text_distance(const struct value *v, struct value *answer, struct text *room);

#endif
