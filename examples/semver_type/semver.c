/* Versions by SemVer 2.0 as a type of values. The stored form is the text itself; the order is that of chapter 11,
 * and where that sees no difference, build metadata by their bytes, so that it is total. Numbers have any length. */
#include "kit.h"

#include <string.h>

/* What a version is made of, as pieces of its text. */
struct version {
  plug_text numbers[3];
  plug_text pre_release;
  plug_text build;
};

static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_letter(char c) { return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-'; }

static bool is_number(plug_text text) {
  for (size_t i = 0; i < text.length; i++) {
    if (!is_digit(text.bytes[i])) return false;
  }
  return text.length > 0;
}

/* Takes the piece up to one of the marks off the front of a text. */
static plug_text take_until(plug_text *rest, const char *marks) {
  plug_text piece = {rest->bytes, 0};
  while (piece.length < rest->length && strchr(marks, rest->bytes[piece.length]) == NULL) piece.length++;
  rest->bytes += piece.length;
  rest->length -= piece.length;
  return piece;
}

static bool take_mark(plug_text *rest, char mark) {
  if (rest->length == 0 || rest->bytes[0] != mark) return false;
  rest->bytes++;
  rest->length--;
  return true;
}

static bool has_leading_zero(plug_text number) { return number.length > 1 && number.bytes[0] == '0'; }

/* Identifiers of letters and digits with dots between; numbers of a pre-release have no zeros in front. */
static bool are_identifiers(plug_text text, bool is_pre_release) {
  do {
    plug_text word = take_until(&text, ".");
    if (word.length == 0) return false;
    for (size_t i = 0; i < word.length; i++) {
      if (!is_letter(word.bytes[i])) return false;
    }
    if (is_pre_release && is_number(word) && has_leading_zero(word)) return false;
  } while (take_mark(&text, '.'));
  return true;
}

static bool read(plug_text text, struct version *version) {
  memset(version, 0, sizeof *version);
  if (text.length > 0 && memchr(text.bytes, 0, text.length) != NULL) return false;
  for (int i = 0; i < 3; i++) {
    if (i > 0 && !take_mark(&text, '.')) return false;
    version->numbers[i] = take_until(&text, i < 2 ? "." : "-+");
    if (!is_number(version->numbers[i]) || has_leading_zero(version->numbers[i])) return false;
  }
  if (take_mark(&text, '-')) {
    version->pre_release = take_until(&text, "+");
    if (!are_identifiers(version->pre_release, true)) return false;
  }
  if (take_mark(&text, '+')) {
    version->build = take_until(&text, "");
    if (!are_identifiers(version->build, false)) return false;
  }
  return text.length == 0;
}

static int by_bytes(plug_text left, plug_text right) {
  size_t shared = left.length < right.length ? left.length : right.length;
  int order = shared == 0 ? 0 : memcmp(left.bytes, right.bytes, shared);
  return order != 0 ? order : (left.length > right.length) - (left.length < right.length);
}

/* Without zeros in front the longer number is the greater. */
static int by_number(plug_text left, plug_text right) {
  if (left.length != right.length) return left.length < right.length ? -1 : 1;
  return by_bytes(left, right);
}

static int by_identifier(plug_text left, plug_text right) {
  bool is_left = is_number(left), is_right = is_number(right);
  if (is_left && is_right) return by_number(left, right);
  if (is_left != is_right) return is_left ? -1 : 1;
  return by_bytes(left, right);
}

static int by_pre_release(plug_text left, plug_text right) {
  if (left.length == 0 || right.length == 0) return (left.length == 0) - (right.length == 0);
  for (;;) {
    int order = by_identifier(take_until(&left, "."), take_until(&right, "."));
    if (order != 0) return order;
    bool has_left = take_mark(&left, '.'), has_right = take_mark(&right, '.');
    if (!has_left || !has_right) return has_left - has_right;
  }
}

static plug_status copy(plug_text text, const plug_sink *out, const plug_sink *error) {
  struct version version;
  if (!read(text, &version)) return refuse(error, PLUG_INVALID_ARGUMENT, "it is no version by SemVer 2.0");
  if (out == NULL || out->write(out->context, text.bytes, text.length) == 0) return PLUG_OK;
  return refuse(error, PLUG_SINK, "the sink takes no more");
}

static plug_status parse(plug_instance *instance, plug_text text, const plug_sink *value, const plug_sink *error) {
  (void)instance;
  return copy(text, value, error);
}

static plug_status format(plug_instance *instance, plug_text value, const plug_sink *text, const plug_sink *error) {
  (void)instance;
  return copy(value, text, error);
}

static plug_status compare(plug_instance *instance, plug_text left, plug_text right, int32_t *order,
                           const plug_sink *error) {
  struct version a, b;
  int found = 0;
  (void)instance;
  if (!read(left, &a) || !read(right, &b)) return refuse(error, PLUG_INVALID_ARGUMENT, "it is no version by SemVer 2.0");
  for (int i = 0; i < 3 && found == 0; i++) found = by_number(a.numbers[i], b.numbers[i]);
  if (found == 0) found = by_pre_release(a.pre_release, b.pre_release);
  if (found == 0) found = by_bytes(a.build, b.build);
  *order = (found > 0) - (found < 0);
  return PLUG_OK;
}

static const struct kit_option options[] = {{NULL, JSON_NULL, false, 0, 0}};
static const plug_type_v1 type = {sizeof type, parse, format, compare};
static const struct kit_interface interfaces[] = {{PLUG_TYPE, &type}, {NULL, NULL}};

const struct kit_plugin kit_plugin = {.id = "examples/semver_type", .options = options, .interfaces = interfaces};
