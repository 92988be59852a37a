/* Rules upon whole plans. Limits say nothing of which rows they take, so nothing that could change these goes through
 * them. */
#include "optimizer.h"

#include <stdio.h>
#include <string.h>

#define NAMES_MAX 256

/* Columns that somebody above needs; more than there is room for are all. */
struct names {
  const char *list[NAMES_MAX];
  size_t count;
  bool are_all;
};

/* Takes a member out of a plan, which goes. */
static struct json *member_of(struct json *plan, const char *name) {
  struct json *member = json_take(plan, name);
  json_free(plan);
  return member;
}

/* ---- plan by plan ---- */

static bool set_rows(struct json *limit, int64_t rows) {
  char words[24];
  snprintf(words, sizeof words, "%lld", (long long)rows);
  struct json *number = json_new(JSON_NUMBER, words);
  if (number == NULL) return false;
  json_free(json_take(limit, "rows"));
  json_append(limit, "rows", number);
  return true;
}

/* Nothing passes: no row, of the same columns. */
static struct json *none_of(struct json *filter, struct rewrite *rewrite) {
  struct json *op = json_new(JSON_TEXT, "limit");
  if (op == NULL || !set_rows(filter, 0)) {
    json_free(op);
    rewrite->has_failed = true;
    return filter;
  }
  json_free(json_take(filter, "where"));
  json_free(json_take(filter, "op"));
  json_append(filter, "op", op);
  rewrite->folded++;
  return filter;
}

static bool passes_nothing(const struct json *filter) {
  const struct json *where = json_member(filter, "where"), *value = json_member(where, "value");
  return is_truth(where, false) || (value != NULL && value->kind == JSON_NULL);
}

static struct json *smaller_limit(struct json *outer, struct rewrite *rewrite) {
  int64_t a, b;
  struct json *inner = json_member(outer, "input");
  json_integer(json_member(outer, "rows"), &a);
  json_integer(json_member(inner, "rows"), &b);
  if (a < b && !set_rows(inner, a)) {
    rewrite->has_failed = true;
    return outer;
  }
  rewrite->folded++;
  return member_of(outer, "input");
}

static struct json *outer_project(struct json *outer, struct rewrite *rewrite) {
  struct json *inner = json_take(outer, "input");
  json_append(outer, "input", member_of(inner, "input"));
  rewrite->folded++;
  return outer;
}

static struct json *simpler(struct json *plan, struct rewrite *rewrite) {
  const struct json *input = json_member(plan, "input");
  if (is_op(plan, "filter") && passes_nothing(plan)) return none_of(plan, rewrite);
  if (is_op(plan, "limit") && is_op(input, "limit")) return smaller_limit(plan, rewrite);
  if (is_op(plan, "project") && is_op(input, "project")) return outer_project(plan, rewrite);
  return plan;
}

static struct json *simplify(struct json *plan, struct rewrite *rewrite) {
  static const char *const members[] = {"input", "left", "right"};
  for (size_t i = 0; i < 3 && !rewrite->has_failed; i++) {
    struct json *member = json_member(plan, members[i]) == NULL ? NULL : json_take(plan, members[i]);
    if (member != NULL) json_append(plan, members[i], simplify(member, rewrite));
  }
  return rewrite->has_failed ? plan : simpler(plan, rewrite);
}

/* ---- columns that nobody needs ---- */

static bool has_name(const struct names *names, const char *name) {
  for (size_t i = 0; i < names->count; i++) {
    if (strcmp(names->list[i], name) == 0) return true;
  }
  return names->are_all;
}

static void add_name(struct names *names, const char *name) {
  if (has_name(names, name)) return;
  if (names->count == NAMES_MAX) names->are_all = true;
  else names->list[names->count++] = name;
}

static void add_columns(struct names *names, const struct json *expression) {
  const char *column = json_text(expression, "column");
  const struct json *arguments = json_member(expression, "arguments");
  if (column != NULL) add_name(names, column);
  for (const struct json *a = arguments == NULL ? NULL : arguments->first; a != NULL; a = a->next) {
    add_columns(names, a);
  }
}

/* Keeps what is needed of a list, and always one. */
static void narrow(struct json *columns, const struct names *needed, struct rewrite *rewrite) {
  struct json **place = &columns->first;
  while (*place != NULL) {
    struct json *column = *place;
    bool is_last_hope = place == &columns->first && column->next == NULL;
    if (has_name(needed, column->text) || is_last_hope) {
      place = &column->next;
      continue;
    }
    *place = column->next;
    column->next = NULL;
    json_free(column);
    rewrite->pushed++;
  }
}

static void prune(struct json *plan, struct names needed, struct rewrite *rewrite) {
  struct json *columns = json_member(plan, "columns");
  if (columns != NULL) narrow(columns, &needed, rewrite);
  if (is_op(plan, "scan")) return;
  if (is_op(plan, "limit")) needed = (struct names){.are_all = true};
  if (is_op(plan, "project")) needed = (struct names){.count = 0};
  for (const struct json *c = columns == NULL ? NULL : columns->first; c != NULL; c = c->next) {
    add_name(&needed, c->text);
  }
  if (is_op(plan, "filter")) add_columns(&needed, json_member(plan, "where"));
  if (is_op(plan, "join")) {
    add_columns(&needed, json_member(plan, "on"));
    prune(json_member(plan, "left"), needed, rewrite);
    prune(json_member(plan, "right"), needed, rewrite);
    return;
  }
  prune(json_member(plan, "input"), needed, rewrite);
}

struct json *rules_step(struct json *plan, struct rewrite *rewrite) {
  plan = simplify(plan, rewrite);
  if (!rewrite->has_failed) prune(plan, (struct names){.are_all = true}, rewrite);
  return plan;
}
