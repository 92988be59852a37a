/* The tree. Reading is in json_read.c. */
#include "json.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void json_free(struct json *value) {
  if (value == NULL) return;
  for (struct json *child = value->first, *next; child != NULL; child = next) {
    next = child->next;
    json_free(child);
  }
  free(value->name);
  free(value->text);
  free(value);
}

struct json *json_member(const struct json *object, const char *name) {
  if (object == NULL || object->kind != JSON_OBJECT) return NULL;
  for (struct json *child = object->first; child != NULL; child = child->next) {
    if (strcmp(child->name, name) == 0) return child;
  }
  return NULL;
}

const char *json_text(const struct json *object, const char *name) {
  const struct json *member = json_member(object, name);
  return member != NULL && member->kind == JSON_TEXT ? member->text : NULL;
}

bool json_integer(const struct json *value, int64_t *number) {
  if (value == NULL || value->kind != JSON_NUMBER || strpbrk(value->text, ".eE") != NULL) return false;
  errno = 0;
  *number = strtoll(value->text, NULL, 10);
  return errno == 0;
}

size_t json_count(const struct json *value) {
  size_t count = 0;
  for (const struct json *child = value->first; child != NULL; child = child->next) count++;
  return count;
}

struct json *json_new(enum json_kind kind, const char *text) {
  struct json *value = calloc(1, sizeof *value);
  if (value == NULL) return NULL;
  value->kind = kind;
  if (text != NULL) value->text = strdup(text);
  if (text == NULL || value->text != NULL) return value;
  free(value);
  return NULL;
}

void json_append(struct json *parent, const char *name, struct json *value) {
  struct json **place = &parent->first;
  while (*place != NULL) place = &(*place)->next;
  free(value->name);
  value->name = name == NULL ? NULL : strdup(name);
  value->next = NULL;
  *place = value;
}

struct json *json_take(struct json *object, const char *name) {
  for (struct json **place = &object->first; *place != NULL; place = &(*place)->next) {
    struct json *found = *place;
    if (found->name == NULL || strcmp(found->name, name) != 0) continue;
    *place = found->next;
    found->next = NULL;
    return found;
  }
  return NULL;
}

void json_write_text(const char *bytes, size_t length, struct text *out) {
  text_add(out, "\"", 1);
  for (size_t i = 0; i < length; i++) {
    unsigned char c = (unsigned char)bytes[i];
    if (c == '"' || c == '\\') text_say(out, "\\%c", c);
    else if (c < ' ') text_say(out, "\\u%04x", c);
    else text_add(out, &bytes[i], 1);
  }
  text_add(out, "\"", 1);
}

static void write_children(const struct json *value, const char *brackets, struct text *out) {
  text_add(out, brackets, 1);
  for (const struct json *child = value->first; child != NULL; child = child->next) {
    if (child != value->first) text_add(out, ",", 1);
    if (value->kind == JSON_OBJECT) {
      json_write_text(child->name, strlen(child->name), out);
      text_add(out, ":", 1);
    }
    json_write(child, out);
  }
  text_add(out, brackets + 1, 1);
}

void json_write(const struct json *value, struct text *out) {
  switch (value->kind) {
  case JSON_NULL: text_add(out, "null", 4); break;
  case JSON_BOOL: text_say(out, "%s", value->is_true ? "true" : "false"); break;
  case JSON_NUMBER: text_add(out, value->text, strlen(value->text)); break;
  case JSON_TEXT: json_write_text(value->text, strlen(value->text), out); break;
  case JSON_LIST: write_children(value, "[]", out); break;
  case JSON_OBJECT: write_children(value, "{}", out); break;
  }
}
