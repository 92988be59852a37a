#include "functions.h"

#include <math.h>
#include <stdlib.h>

static bool add_integers(const struct value *v, struct value *answer, struct text *room) {
  (void)room;
  return !__builtin_add_overflow(v[0].integer, v[1].integer, &answer->integer);
}

static bool add_reals(const struct value *v, struct value *answer, struct text *room) {
  (void)room;
  answer->real = v[0].real + v[1].real;
  return true;
}

/* By magnitudes, since that of the smallest number is none of its type. */
static bool gcd(const struct value *v, struct value *answer, struct text *room) {
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

static bool factorial(const struct value *v, struct value *answer, struct text *room) {
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
static bool is_prime(const struct value *v, struct value *answer, struct text *room) {
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

static bool square_root(const struct value *v, struct value *answer, struct text *room) {
  (void)room;
  answer->real = sqrt(v[0].real);
  return v[0].real >= 0;
}

static bool hypotenuse(const struct value *v, struct value *answer, struct text *room) {
  (void)room;
  answer->real = hypot(v[0].real, v[1].real);
  return true;
}

static bool coalesce(const struct value *v, struct value *answer, struct text *room) {
  (void)room;
  *answer = v[0].is_there ? v[0] : v[1];
  return answer->is_there;
}

static bool goes_on(char byte) { return ((unsigned char)byte & 0xc0) == 0x80; }

/* The characters in reverse, each with its bytes in order. */
static bool reverse(const struct value *v, struct value *answer, struct text *room) {
  const char *bytes = v[0].text.bytes;
  for (size_t end = v[0].text.length, start; end > 0; end = start) {
    start = end - 1;
    while (start > 0 && goes_on(bytes[start])) start--;
    text_add(room, bytes + start, end - start);
  }
  answer->text = (plug_text){room->bytes, room->length};
  return !room->has_failed;
}

static bool repeat(const struct value *v, struct value *answer, struct text *room) {
  size_t length = v[0].text.length;
  if (v[1].integer < 0 || (length > 0 && (uint64_t)v[1].integer > (1u << 20) / length)) return false;
  for (int64_t i = 0; i < v[1].integer && length > 0; i++) text_add(room, v[0].text.bytes, length);
  answer->text = (plug_text){room->bytes, room->length};
  return !room->has_failed;
}

static size_t smaller(size_t a, size_t b) { return a < b ? a : b; }

/* Levenshtein's distance in bytes, by one row of his table. */
static bool distance(const struct value *v, struct value *answer, struct text *room) {
  (void)room;
  plug_text a = v[0].text, b = v[1].text;
  size_t *row = malloc((b.length + 1) * sizeof *row);
  if (row == NULL) return false;
  for (size_t j = 0; j <= b.length; j++) row[j] = j;
  for (size_t i = 0; i < a.length; i++) {
    size_t diagonal = row[0];
    row[0] = i + 1;
    for (size_t j = 0; j < b.length; j++) {
      size_t change = diagonal + (a.bytes[i] != b.bytes[j]);
      diagonal = row[j + 1];
      row[j + 1] = smaller(change, smaller(row[j], row[j + 1]) + 1);
    }
  }
  answer->integer = (int64_t)row[b.length];
  free(row);
  return true;
}

const struct function mathfun_functions[] = {{"add", "ii", 'i', false, add_integers},
                                             {"add", "ff", 'f', false, add_reals},
                                             {"gcd", "ii", 'i', false, gcd},
                                             {"factorial", "i", 'i', false, factorial},
                                             {"is_prime", "i", 'b', false, is_prime},
                                             {"square_root", "f", 'f', false, square_root},
                                             {"hypotenuse", "ff", 'f', false, hypotenuse},
                                             {"coalesce", "ii", 'i', true, coalesce},
                                             {"coalesce", "tt", 't', true, coalesce},
                                             {"reverse", "t", 't', false, reverse},
                                             {"repeat", "ti", 't', false, repeat},
                                             {"distance", "tt", 'i', false, distance},
                                             {NULL, NULL, 0, false, NULL}};
