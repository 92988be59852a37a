/* As much of JSON as a host needs: two members of a description. Reads foreign bytes: each step looks at the end. */
#include "inside.h"

#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX 64
#define TEXT_MAX 200

struct reader {
  const char *next;
  const char *end;
};

static void skip_space(struct reader *r) {
  while (r->next < r->end && memchr(" \t\r\n", *r->next, 4) != NULL) r->next++;
}

static bool take(struct reader *r, char c) {
  skip_space(r);
  if (r->next == r->end || *r->next != c) return false;
  r->next++;
  return true;
}

/* A string's bytes as they stand, escapes and all. */
static bool take_string(struct reader *r, const char **start, size_t *length) {
  if (!take(r, '"')) return false;
  *start = r->next;
  while (r->next < r->end && *r->next != '"') r->next += *r->next == '\\' && r->end - r->next > 1 ? 2 : 1;
  if (r->next >= r->end) return false;
  *length = (size_t)(r->next++ - *start);
  return true;
}

static bool skip_value(struct reader *r, int depth);

static bool skip_members(struct reader *r, char close, int depth) {
  const char *name;
  size_t length;
  if (take(r, close)) return true;
  do {
    if (close == '}' && !(take_string(r, &name, &length) && take(r, ':'))) return false;
    if (!skip_value(r, depth + 1)) return false;
  } while (take(r, ','));
  return take(r, close);
}

static bool skip_value(struct reader *r, int depth) {
  const char *start;
  size_t length;
  skip_space(r);
  if (depth > DEPTH_MAX || r->next == r->end) return false;
  if (*r->next == '"') return take_string(r, &start, &length);
  if (take(r, '{')) return skip_members(r, '}', depth);
  if (take(r, '[')) return skip_members(r, ']', depth);
  start = r->next;
  while (r->next < r->end && strchr("+-.0123456789aeflnrstuE", *r->next) != NULL && *r->next != 0) r->next++;
  return r->next > start;
}

static char *plain_copy(const char *start, size_t length) {
  if (length == 0 || length > TEXT_MAX) return NULL;
  char *copy = calloc(1, length + 1);
  if (copy == NULL) return NULL;
  for (size_t i = 0, out = 0; i < length; i++) {
    /* Some writers escape slashes. */
    if (start[i] == '\\' && i + 1 < length && start[i + 1] == '/') i++;
    if (start[i] <= ' ' || start[i] > '~' || start[i] == '\\') {
      free(copy);
      return NULL;
    }
    copy[out++] = start[i];
  }
  return copy;
}

char *json_text_member(const char *json, size_t json_length, const char *wanted) {
  struct reader r = {json, json + json_length};
  char *found = NULL;
  const char *name, *start;
  size_t length;
  if (!take(&r, '{') || take(&r, '}')) return NULL;
  do {
    if (!take_string(&r, &name, &length) || !take(&r, ':')) goto fault;
    bool is_wanted = length == strlen(wanted) && memcmp(name, wanted, length) == 0;
    skip_space(&r);
    if (is_wanted && found == NULL && r.next < r.end && *r.next == '"') {
      if (!take_string(&r, &start, &length)) goto fault;
      found = plain_copy(start, length);
    } else if (is_wanted || !skip_value(&r, 0)) {
      goto fault; /* named twice, or no text */
    }
  } while (take(&r, ','));
  if (!take(&r, '}')) goto fault;
  skip_space(&r);
  if (r.next != r.end) goto fault;
  return found;
fault:
  free(found);
  return NULL;
}
