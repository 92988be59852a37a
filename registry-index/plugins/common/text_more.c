#include "text_more.h"

#include <string.h>

static bool goes_on(char byte) { return ((unsigned char)byte & 0xc0) == 0x80; }

static int64_t characters(plug_text text) {
  int64_t count = 0;
  for (size_t i = 0; i < text.length; i++) count += !goes_on(text.bytes[i]);
  return count;
}

/* Where a character begins; the end where there are fewer. */
static size_t offset_of(plug_text text, int64_t character) {
  size_t at = 0;
  for (; at < text.length; at++) {
    if (!goes_on(text.bytes[at]) && character-- == 0) break;
  }
  return at;
}

static bool made(const struct text *room, struct value *answer) {
  answer->text = (plug_text){room->bytes, room->length};
  return !room->has_failed && room->length <= SCALAR_TEXT_MAX;
}

/* Null where the second text is not in the first; an empty one is in all, at the beginning. */
static const char *find(plug_text in, plug_text what) {
  if (what.length == 0) return in.bytes == NULL ? "" : in.bytes;
  return in.length < what.length ? NULL : memmem(in.bytes, in.length, what.bytes, what.length);
}

bool string_length(const struct value *v, struct value *answer, struct text *room) {
  (void)room;
  answer->integer = characters(v[0].text);
  return true;
}

static bool each(const struct value *v, struct value *answer, struct text *room, int (*change)(int)) {
  if (v[0].text.length > SCALAR_TEXT_MAX) return false;
  for (size_t i = 0; i < v[0].text.length; i++) {
    unsigned char byte = (unsigned char)v[0].text.bytes[i];
    char changed = byte < 0x80 ? (char)change(byte) : (char)byte;
    text_add(room, &changed, 1);
  }
  return made(room, answer);
}

/* Not toupper(3), which asks the host's locale. */
static int upper(int c) { return c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c; }
static int lower(int c) { return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c; }

bool string_upper(const struct value *v, struct value *answer, struct text *room) {
  return each(v, answer, room, upper);
}
bool string_lower(const struct value *v, struct value *answer, struct text *room) {
  return each(v, answer, room, lower);
}

bool string_trim(const struct value *v, struct value *answer, struct text *room) {
  plug_text text = v[0].text;
  (void)room;
  for (; text.length > 0 && text.bytes[0] == ' '; text.bytes++) text.length--;
  while (text.length > 0 && text.bytes[text.length - 1] == ' ') text.length--;
  answer->text = text;
  return true;
}

bool string_concat(const struct value *v, struct value *answer, struct text *room) {
  if (v[0].text.length > SCALAR_TEXT_MAX || v[1].text.length > SCALAR_TEXT_MAX) return false;
  text_add(room, v[0].text.bytes, v[0].text.length);
  text_add(room, v[1].text.bytes, v[1].text.length);
  return made(room, answer);
}

bool string_substring(const struct value *v, struct value *answer, struct text *room) {
  int64_t first = v[1].integer, end;
  (void)room;
  if (v[2].integer < 0) return false;
  if (__builtin_add_overflow(first, v[2].integer, &end)) end = INT64_MAX;
  if (first < 1) first = 1;
  if (end < first) end = first;
  size_t from = offset_of(v[0].text, first - 1), to = offset_of(v[0].text, end - 1);
  answer->text = (plug_text){v[0].text.bytes + from, to - from};
  return true;
}

bool string_position(const struct value *v, struct value *answer, struct text *room) {
  const char *found = find(v[1].text, v[0].text);
  (void)room;
  answer->integer = 0;
  if (found == NULL) return true;
  size_t before = v[0].text.length == 0 ? 0 : (size_t)(found - v[1].text.bytes);
  answer->integer = characters((plug_text){v[1].text.bytes, before}) + 1;
  return true;
}

bool string_replace(const struct value *v, struct value *answer, struct text *room) {
  plug_text rest = v[0].text, from = v[1].text, to = v[2].text;
  const char *found;
  while (from.length > 0 && room->length <= SCALAR_TEXT_MAX && (found = find(rest, from)) != NULL) {
    size_t before = (size_t)(found - rest.bytes);
    text_add(room, rest.bytes, before);
    text_add(room, to.bytes, to.length);
    rest = (plug_text){found + from.length, rest.length - before - from.length};
  }
  text_add(room, rest.bytes, rest.length);
  return made(room, answer);
}

bool string_starts_with(const struct value *v, struct value *answer, struct text *room) {
  plug_text text = v[0].text, start = v[1].text;
  (void)room;
  answer->integer =
      text.length >= start.length && (start.length == 0 || memcmp(text.bytes, start.bytes, start.length) == 0);
  return true;
}

bool string_split_part(const struct value *v, struct value *answer, struct text *room) {
  plug_text rest = v[0].text, separator = v[1].text;
  int64_t part = v[2].integer;
  (void)room;
  if (part < 1 || separator.length == 0) return false;
  for (;; part--) {
    const char *found = find(rest, separator);
    size_t length = found == NULL ? rest.length : (size_t)(found - rest.bytes);
    answer->text = (plug_text){rest.bytes, part == 1 ? length : 0};
    if (part == 1 || found == NULL) return true;
    rest = (plug_text){found + separator.length, rest.length - length - separator.length};
  }
}

bool string_pad_left(const struct value *v, struct value *answer, struct text *room) {
  int64_t wanted = v[1].integer, there = characters(v[0].text), filling = characters(v[2].text);
  if (wanted < 0 || (uint64_t)wanted > SCALAR_TEXT_MAX || filling == 0) return false;
  for (int64_t missing = wanted - there; missing > 0; missing -= filling) {
    int64_t now = missing < filling ? missing : filling;
    text_add(room, v[2].text.bytes, offset_of(v[2].text, now));
    if (room->length > SCALAR_TEXT_MAX) return false;
  }
  text_add(room, v[0].text.bytes, offset_of(v[0].text, wanted));
  return made(room, answer);
}
