/* Filters go down: through projects and filters, and into the side of a join that has their columns. Not through
 * limits, which would then take other rows. */
#include "plan.h"

#include <string.h>

static bool names(const struct json *list, const char *name) {
  for (const struct json *n = list->first; n != NULL; n = n->next) {
    if (strcmp(n->text, name) == 0) return true;
  }
  return false;
}

static bool has_column(const struct json *plan, const char *name) {
  if (is_op(plan, "join")) return has_column(json_member(plan, "left"), name) || has_column(json_member(plan, "right"), name);
  const struct json *columns = json_member(plan, "columns");
  return columns != NULL ? names(columns, name) : has_column(json_member(plan, "input"), name);
}

/* Whether a plan has all columns of an expression, and there is one. */
static bool has_all(const struct json *plan, const struct json *e, bool *has_any) {
  const char *column = json_text(e, "column");
  const struct json *arguments = json_member(e, "arguments");
  if (column != NULL) *has_any = true;
  if (column != NULL) return has_column(plan, column);
  for (const struct json *a = arguments == NULL ? NULL : arguments->first; a != NULL; a = a->next) {
    if (!has_all(plan, a, has_any)) return false;
  }
  return true;
}

static struct json *new_filter(struct json *input, struct json *where, struct rewrite *rewrite) {
  struct json *filter = json_new(JSON_OBJECT, NULL), *op = json_new(JSON_TEXT, "filter");
  if (filter == NULL || op == NULL) {
    json_free(filter);
    json_free(op);
    rewrite->has_failed = true;
    json_free(where); /* the whole rewrite is thrown away */
    return input;
  }
  json_append(filter, "op", op);
  json_append(filter, "input", input);
  json_append(filter, "where", where);
  return filter;
}

/* Adds a filter upon a member of a plan. */
static void filter_member(struct json *plan, const char *member, struct json *where, struct rewrite *rewrite) {
  struct json *input = json_take(plan, member);
  json_append(plan, member, new_filter(input, where, rewrite));
  rewrite->pushed++;
}

/* The parts of a condition that must all hold, out of their `and`. */
static struct json *parts_of(struct json *where) {
  if (!is_op(where, "and")) return where;
  struct json *arguments = json_member(where, "arguments"), *parts = arguments->first;
  arguments->first = NULL;
  json_free(where);
  return parts;
}

/* One condition of many. */
static struct json *joined(struct json *parts, struct rewrite *rewrite) {
  if (parts->next == NULL) return parts;
  struct json *both = json_new(JSON_OBJECT, NULL), *op = json_new(JSON_TEXT, "and");
  struct json *arguments = json_new(JSON_LIST, NULL);
  if (both == NULL || op == NULL || arguments == NULL) {
    json_free(both), json_free(op), json_free(arguments);
    rewrite->has_failed = true;
    return parts;
  }
  arguments->first = parts;
  json_append(both, "op", op);
  json_append(both, "arguments", arguments);
  return both;
}

/* Gives each part to the side of the join that has its columns; returns what neither takes. */
static struct json *split(struct json *join, struct json *parts, struct rewrite *rewrite) {
  struct json *rest = NULL, **end = &rest;
  while (parts != NULL) {
    struct json *part = parts;
    bool has_left = false, has_right = false;
    parts = part->next;
    part->next = NULL;
    if (has_all(json_member(join, "left"), part, &has_left) && has_left) filter_member(join, "left", part, rewrite);
    else if (has_all(json_member(join, "right"), part, &has_right) && has_right) filter_member(join, "right", part, rewrite);
    else {
      *end = part;
      end = &part->next;
    }
  }
  return rest;
}

/* A filter: what stands in its place. */
static struct json *push_filter(struct json *filter, struct rewrite *rewrite) {
  struct json *input = json_take(filter, "input");
  struct json *where = fold(json_take(filter, "where"), rewrite);
  json_free(filter);
  if (is_truth(where, true)) {
    json_free(where);
    rewrite->folded++;
    return input;
  }
  if (is_op(input, "project")) {
    filter_member(input, "input", where, rewrite);
    return input;
  }
  if (is_op(input, "filter")) {
    struct json *inner = json_take(input, "where"), *below = json_take(input, "input"), *last;
    json_free(input);
    inner = parts_of(inner);
    for (last = inner; last->next != NULL;) last = last->next;
    last->next = parts_of(where);
    rewrite->pushed++;
    return new_filter(below, joined(inner, rewrite), rewrite);
  }
  if (is_op(input, "join")) {
    struct json *rest = split(input, parts_of(where), rewrite);
    return rest == NULL ? input : new_filter(input, joined(rest, rewrite), rewrite);
  }
  return new_filter(input, where, rewrite);
}

struct json *push(struct json *plan, struct rewrite *rewrite) {
  static const char *members[] = {"input", "left", "right"};
  if (is_op(plan, "filter")) plan = push_filter(plan, rewrite);
  struct json *on = json_member(plan, "on") == NULL ? NULL : json_take(plan, "on");
  for (size_t i = 0; i < 3 && !rewrite->has_failed; i++) {
    struct json *member = json_member(plan, members[i]) == NULL ? NULL : json_take(plan, members[i]);
    if (member != NULL) json_append(plan, members[i], push(member, rewrite));
  }
  if (on != NULL) json_append(plan, "on", fold(on, rewrite));
  return plan;
}
