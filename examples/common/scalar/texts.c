#include "scalar.h"

#include <stdlib.h>

/* Steps that one row may take: a tenth of a second or so. */
#define DISTANCE_WORK 100000000u

bool text_coalesce(const struct value *v, struct value *answer, struct text *room) {
  (void)room;
  *answer = v[0].is_there ? v[0] : v[1];
  return answer->is_there;
}

static bool goes_on(char byte) { return ((unsigned char)byte & 0xc0) == 0x80; }

/* The characters in reverse, each with its bytes in order. */
bool text_reverse(const struct value *v, struct value *answer, struct text *room) {
  const char *bytes = v[0].text.bytes;
  for (size_t end = v[0].text.length, start; end > 0; end = start) {
    start = end - 1;
    while (start > 0 && goes_on(bytes[start])) start--;
    text_add(room, bytes + start, end - start);
  }
  answer->text = (plug_text){room->bytes, room->length};
  return !room->has_failed;
}

bool text_repeat(const struct value *v, struct value *answer, struct text *room) {
  size_t length = v[0].text.length;
  if (v[1].integer < 0 || (length > 0 && (uint64_t)v[1].integer > SCALAR_TEXT_MAX / length)) return false;
  for (int64_t i = 0; i < v[1].integer && length > 0; i++) text_add(room, v[0].text.bytes, length);
  answer->text = (plug_text){room->bytes, room->length};
  return !room->has_failed;
}

static size_t smaller(size_t a, size_t b) { return a < b ? a : b; }

/* Levenshtein's distance in bytes, by one row of his table. */
bool text_distance(const struct value *v, struct value *answer, struct text *room) {
  (void)room;
  plug_text a = v[0].text, b = v[1].text;
  if (a.length > 0 && b.length > DISTANCE_WORK / a.length) return false;
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
