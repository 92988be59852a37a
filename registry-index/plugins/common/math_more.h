/* Functions of numbers that go beyond those of the examples. math_functions serves them over columns, and
 * advanced_optimizer works them out where all arguments are known. */
#ifndef MATH_MORE_H
#define MATH_MORE_H

#include "scalar.h"

bool math_absolute(const struct value *v, struct value *answer, struct text *room);
bool math_absolute_real(const struct value *v, struct value *answer, struct text *room);
bool math_sign(const struct value *v, struct value *answer, struct text *room);
bool math_lcm(const struct value *v, struct value *answer, struct text *room);
bool math_modulo(const struct value *v, struct value *answer, struct text *room);
bool math_power(const struct value *v, struct value *answer, struct text *room);
bool math_power_real(const struct value *v, struct value *answer, struct text *room);
bool math_round(const struct value *v, struct value *answer, struct text *room);
bool math_floor(const struct value *v, struct value *answer, struct text *room);
bool math_ceiling(const struct value *v, struct value *answer, struct text *room);
bool math_exp(const struct value *v, struct value *answer, struct text *room);
bool math_ln(const struct value *v, struct value *answer, struct text *room);
bool math_log10(const struct value *v, struct value *answer, struct text *room);
bool math_sine(const struct value *v, struct value *answer, struct text *room);
bool math_cosine(const struct value *v, struct value *answer, struct text *room);
bool math_arctangent(const struct value *v, struct value *answer, struct text *room);

#endif
