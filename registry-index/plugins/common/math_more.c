/* What a type can't hold is null: the smallest number without its sign, the logarithm of nothing. */
#include "math_more.h"

#include <math.h>

bool math_absolute(const struct value *v, struct value *answer, struct text *room) {
  (void)room;
  if (v[0].integer == INT64_MIN) return false;
  answer->integer = v[0].integer < 0 ? -v[0].integer : v[0].integer;
  return true;
}

bool math_absolute_real(const struct value *v, struct value *answer, struct text *room) {
  (void)room;
  answer->real = fabs(v[0].real);
  return true;
}

bool math_sign(const struct value *v, struct value *answer, struct text *room) {
  (void)room;
  answer->integer = (v[0].integer > 0) - (v[0].integer < 0);
  return true;
}

bool math_lcm(const struct value *v, struct value *answer, struct text *room) {
  struct value divisor;
  answer->integer = 0;
  if (v[0].integer == 0 || v[1].integer == 0) return true;
  if (!number_gcd(v, &divisor, room)) return false;
  if (__builtin_mul_overflow(v[0].integer / divisor.integer, v[1].integer, &answer->integer)) return false;
  return math_absolute(answer, answer, room);
}

/* The rest has the sign of the dividend, as in SQL. */
bool math_modulo(const struct value *v, struct value *answer, struct text *room) {
  (void)room;
  answer->integer = v[1].integer == 0 || v[1].integer == -1 ? 0 : v[0].integer % v[1].integer;
  return v[1].integer != 0;
}

bool math_power(const struct value *v, struct value *answer, struct text *room) {
  int64_t base = v[0].integer, exponent = v[1].integer;
  (void)room;
  answer->integer = 1;
  if (exponent < 0) return false;
  while (exponent > 0) {
    if ((exponent & 1) && __builtin_mul_overflow(answer->integer, base, &answer->integer)) return false;
    exponent >>= 1;
    if (exponent > 0 && __builtin_mul_overflow(base, base, &base)) return false;
  }
  return true;
}

static bool is_finite(double result, struct value *answer) {
  answer->real = result;
  return isfinite(result);
}

bool math_power_real(const struct value *v, struct value *answer, struct text *room) {
  (void)room;
  return is_finite(pow(v[0].real, v[1].real), answer);
}

/* Halves go away from zero, as in SQL. */
bool math_round(const struct value *v, struct value *answer, struct text *room) {
  (void)room;
  return is_finite(round(v[0].real), answer);
}

bool math_floor(const struct value *v, struct value *answer, struct text *room) {
  (void)room;
  return is_finite(floor(v[0].real), answer);
}

bool math_ceiling(const struct value *v, struct value *answer, struct text *room) {
  (void)room;
  return is_finite(ceil(v[0].real), answer);
}

bool math_exp(const struct value *v, struct value *answer, struct text *room) {
  (void)room;
  return is_finite(exp(v[0].real), answer);
}

bool math_ln(const struct value *v, struct value *answer, struct text *room) {
  (void)room;
  return v[0].real > 0 && is_finite(log(v[0].real), answer);
}

bool math_log10(const struct value *v, struct value *answer, struct text *room) {
  (void)room;
  return v[0].real > 0 && is_finite(log10(v[0].real), answer);
}

bool math_sine(const struct value *v, struct value *answer, struct text *room) {
  (void)room;
  return is_finite(sin(v[0].real), answer);
}

bool math_cosine(const struct value *v, struct value *answer, struct text *room) {
  (void)room;
  return is_finite(cos(v[0].real), answer);
}

bool math_arctangent(const struct value *v, struct value *answer, struct text *room) {
  (void)room;
  return is_finite(atan(v[0].real), answer);
}
