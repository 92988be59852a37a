/* Reads foreign bytes: each step looks at the end. */
#include "json.h"

#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX 64

struct reader {
  const char *next;
  const char *end;
};

static struct json *read_value(struct reader *r, int depth);

static void skip_space(struct reader *r) {
  while (r->next < r->end && memchr(" \t\r\n", *r->next, 4) != NULL) r->next++;
}

static bool take(struct reader *r, const char *word) {
  size_t length = strlen(word);
  if ((size_t)(r->end - r->next) < length || memcmp(r->next, word, length) != 0) return false;
  r->next += length;
  return true;
}

static bool take_mark(struct reader *r, const char *mark) {
  skip_space(r);
  return take(r, mark);
}

static bool is_digit(struct reader *r) { return r->next < r->end && *r->next >= '0' && *r->next <= '9'; }

static bool skip_digits(struct reader *r) {
  if (!is_digit(r)) return false;
  while (is_digit(r)) r->next++;
  return true;
}

static char *read_number(struct reader *r) {
  const char *start = r->next;
  take(r, "-");
  if (!take(r, "0") && !skip_digits(r)) return NULL;
  if (take(r, ".") && !skip_digits(r)) return NULL;
  if (take(r, "e") || take(r, "E")) {
    if (!take(r, "+")) take(r, "-");
    if (!skip_digits(r)) return NULL;
  }
  return strndup(start, (size_t)(r->next - start));
}

static bool read_unit(struct reader *r, uint32_t *unit) {
  *unit = 0;
  for (int i = 0; i < 4; i++, r->next++) {
    static const char digits[] = "0123456789abcdef";
    const char *digit = r->next < r->end && *r->next != 0 ? strchr(digits, *r->next | 0x20) : NULL;
    if (digit == NULL || *digit == 0) return false;
    *unit = *unit * 16 + (uint32_t)(digit - digits);
  }
  return true;
}

static bool read_code_point(struct reader *r, struct text *out) {
  uint32_t c, low;
  if (!read_unit(r, &c) || c == 0 || (c >= 0xdc00 && c < 0xe000)) return false;
  if (c >= 0xd800 && c < 0xdc00) {
    if (!take(r, "\\u") || !read_unit(r, &low) || low < 0xdc00 || low > 0xdfff) return false;
    c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
  }
  char bytes[4];
  size_t length = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
  static const unsigned char first[] = {0, 0, 0xc0, 0xe0, 0xf0};
  for (size_t i = length; i-- > 1; c >>= 6) bytes[i] = (char)(0x80 | (c & 0x3f));
  bytes[0] = (char)(first[length] | c);
  text_add(out, bytes, length);
  return true;
}

static bool read_escape(struct reader *r, struct text *out) {
  static const char names[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
  if (take(r, "u")) return read_code_point(r, out);
  const char *name = r->next < r->end && *r->next != 0 ? strchr(names, *r->next) : NULL;
  if (name == NULL) return false;
  r->next++;
  text_add(out, &values[name - names], 1);
  return true;
}

static char *read_text(struct reader *r) {
  struct text out = {0};
  text_add(&out, "", 0);
  if (!take(r, "\"")) goto fault;
  while (!take(r, "\"")) {
    if (r->next == r->end || (unsigned char)*r->next < ' ') goto fault;
    if (!take(r, "\\")) text_add(&out, r->next++, 1);
    else if (!read_escape(r, &out)) goto fault;
  }
  if (!out.has_failed) return out.bytes;
fault:
  text_free(&out);
  return NULL;
}

static struct json *read_child(struct reader *r, const struct json *parent, int depth) {
  char *name = NULL;
  if (parent->kind == JSON_OBJECT) {
    skip_space(r);
    name = read_text(r);
    if (name == NULL || json_member(parent, name) != NULL || !take_mark(r, ":")) {
      free(name);
      return NULL;
    }
  }
  struct json *child = read_value(r, depth + 1);
  if (child != NULL) child->name = name;
  else free(name);
  return child;
}

static bool read_children(struct reader *r, struct json *value, const char *close, int depth) {
  struct json **place = &value->first;
  if (take_mark(r, close)) return true;
  do {
    *place = read_child(r, value, depth);
    if (*place == NULL) return false;
    place = &(*place)->next;
  } while (take_mark(r, ","));
  return take_mark(r, close);
}

static bool read_into(struct reader *r, struct json *value, int depth) {
  if (take(r, "null")) return true;
  value->kind = JSON_BOOL;
  value->is_true = take(r, "true");
  if (value->is_true || take(r, "false")) return true;
  value->kind = JSON_LIST;
  if (take(r, "[")) return read_children(r, value, "]", depth);
  value->kind = JSON_OBJECT;
  if (take(r, "{")) return read_children(r, value, "}", depth);
  bool is_text = r->next < r->end && *r->next == '"';
  value->kind = is_text ? JSON_TEXT : JSON_NUMBER;
  value->text = is_text ? read_text(r) : read_number(r);
  return value->text != NULL;
}

static struct json *read_value(struct reader *r, int depth) {
  skip_space(r);
  struct json *value = depth > DEPTH_MAX ? NULL : json_new(JSON_NULL, NULL);
  if (value == NULL || read_into(r, value, depth)) return value;
  json_free(value);
  return NULL;
}

struct json *json_read(const char *bytes, size_t length) {
  struct reader r = {bytes, bytes + length};
  struct json *value = read_value(&r, 0);
  skip_space(&r);
  if (r.next == r.end) return value;
  json_free(value);
  return NULL;
}
