#include "scalar.h"

#include <math.h>

bool number_add(const struct value *v, struct value *answer, struct text *room) {
  (void)room;
  return !__builtin_add_overflow(v[0].integer, v[1].integer, &answer->integer);
}

bool number_add_reals(const struct value *v, struct value *answer, struct text *room) {
  (void)room;
  answer->real = v[0].real + v[1].real;
  return true;
}

/* By magnitudes, since that of the smallest number is none of its type. */
bool number_gcd(const struct value *v, struct value *answer, struct text *room) {
  (void)room;
  uint64_t a = v[0].integer < 0 ? 0 - (uint64_t)v[0].integer : (uint64_t)v[0].integer;
  uint64_t b = v[1].integer < 0 ? 0 - (uint64_t)v[1].integer : (uint64_t)v[1].integer;
  while (b != 0) {
    uint64_t rest = a % b;
    a = b;
    b = rest;
  }
  answer->integer = (int64_t)a;
  return a <= INT64_MAX;
}

bool number_factorial(const struct value *v, struct value *answer, struct text *room) {
  (void)room;
  if (v[0].integer < 0 || v[0].integer > 20) return false;
  answer->integer = 1;
  for (int64_t i = 2; i <= v[0].integer; i++) answer->integer *= i;
  return true;
}

static uint64_t power_modulo(uint64_t base, uint64_t exponent, uint64_t modulus) {
  unsigned __int128 result = 1, square = base % modulus;
  for (; exponent > 0; exponent >>= 1) {
    if (exponent & 1) result = result * square % modulus;
    square = square * square % modulus;
  }
  return (uint64_t)result;
}

/* Miller and Rabin's test; with the first twelve primes it is certain below 2^64 (OEIS A014233). */
bool number_is_prime(const struct value *v, struct value *answer, struct text *room) {
  static const uint64_t bases[] = {2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37};
  (void)room;
  answer->integer = 0;
  if (v[0].integer < 2) return true;
  uint64_t n = (uint64_t)v[0].integer, odd = n - 1;
  int twos = 0;
  for (; odd % 2 == 0; odd /= 2) twos++;
  for (size_t i = 0; i < sizeof bases / sizeof *bases; i++) {
    if (n % bases[i] == 0) {
      answer->integer = n == bases[i];
      return true;
    }
    uint64_t x = power_modulo(bases[i], odd, n);
    bool is_witness = x != 1 && x != n - 1;
    for (int k = 1; k < twos && is_witness; k++) {
      x = power_modulo(x, 2, n);
      is_witness = x != n - 1;
    }
    if (is_witness) return true;
  }
  answer->integer = 1;
  return true;
}

bool number_square_root(const struct value *v, struct value *answer, struct text *room) {
  (void)room;
  answer->real = sqrt(v[0].real);
  return v[0].real >= 0;
}

bool number_hypotenuse(const struct value *v, struct value *answer, struct text *room) {
  (void)room;
  answer->real = hypot(v[0].real, v[1].real);
  return true;
}
