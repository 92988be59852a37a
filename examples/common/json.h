/* JSON as a tree (RFC 8259), as much of it as the examples need: at most 64 deep, no member twice, no \u0000. */
#ifndef EXAMPLES_JSON_H
#define EXAMPLES_JSON_H

#include "text.h"

enum json_kind { JSON_NULL, JSON_BOOL, JSON_NUMBER, JSON_TEXT, JSON_LIST, JSON_OBJECT };

struct json {
  enum json_kind kind;
  char *name;         /* of a member of an object */
  char *text;         /* a text without its escapes, or a number as it is written; ended by a zero */
  bool is_true;
  struct json *first; /* of a list or an object */
  struct json *next;  /* its neighbour */
};

/* Null where it is no JSON. */
struct json *json_read(const char *bytes, size_t length);
/* The value with what is in it; its neighbours stay. */
void json_free(struct json *value);

struct json *json_member(const struct json *object, const char *name);
/* The text of a member; null where there is none or it is no text. */
const char *json_text(const struct json *object, const char *name);
/* Whether it is a whole number of 64 bits, and which. */
bool json_integer(const struct json *value, int64_t *number);
size_t json_count(const struct json *value);

/* What a rewrite needs: a new value, and one more at the end of a list or object. Null where memory is missing. */
struct json *json_new(enum json_kind kind, const char *text);
void json_append(struct json *parent, const char *name, struct json *value);
/* Takes a member out, to be freed by the caller; null where there is none. */
struct json *json_take(struct json *object, const char *name);

void json_write(const struct json *value, struct text *out);
void json_write_text(const char *bytes, size_t length, struct text *out);

#endif
