/* Expressions whose parts are known: SQL's logic with nulls, whole numbers that don't overflow. */
#include "plan.h"

#include <stdio.h>
#include <string.h>

static struct json *known(struct json *value) {
  struct json *expression = value == NULL ? NULL : json_new(JSON_OBJECT, NULL);
  if (expression != NULL) json_append(expression, "value", value);
  else json_free(value);
  return expression;
}

static struct json *truth(bool is_true) {
  struct json *value = json_new(JSON_BOOL, NULL);
  if (value != NULL) value->is_true = is_true;
  return known(value);
}

/* Gives `better` in place of `old`, which goes. */
static struct json *instead(struct json *old, struct json *better, struct rewrite *rewrite) {
  if (better == NULL) {
    rewrite->has_failed = true;
    return old;
  }
  rewrite->folded++;
  json_free(old);
  return better;
}

static struct json *folded_numbers(struct json *e, const char *op, int64_t a, int64_t b, struct rewrite *rewrite) {
  char text[32];
  int64_t result;
  bool is_too_big = op[0] == '+'   ? __builtin_add_overflow(a, b, &result)
                    : op[0] == '-' ? __builtin_sub_overflow(a, b, &result)
                                   : __builtin_mul_overflow(a, b, &result);
  if (is_too_big) return e;
  snprintf(text, sizeof text, "%lld", (long long)result);
  return instead(e, known(json_new(JSON_NUMBER, text)), rewrite);
}

static bool holds(const char *op, int order) {
  if (strcmp(op, "=") == 0) return order == 0;
  if (strcmp(op, "<>") == 0) return order != 0;
  if (strcmp(op, "<") == 0) return order < 0;
  if (strcmp(op, "<=") == 0) return order <= 0;
  return strcmp(op, ">") == 0 ? order > 0 : order >= 0;
}

/* Two sides, both known. Texts and truths are left to the engine, which has its own order of them. */
static struct json *fold_two(struct json *e, const char *op, struct rewrite *rewrite) {
  const struct json *first = json_member(e, "arguments")->first;
  const struct json *left = json_member(first, "value"), *right = json_member(first->next, "value");
  int64_t a, b;
  if (left == NULL || right == NULL) return e;
  if (left->kind == JSON_NULL || right->kind == JSON_NULL) return instead(e, known(json_new(JSON_NULL, NULL)), rewrite);
  if (!json_integer(left, &a) || !json_integer(right, &b)) return e;
  if (strchr("+-*", op[0]) != NULL) return folded_numbers(e, op, a, b, rewrite);
  return instead(e, truth(holds(op, (a > b) - (a < b))), rewrite);
}

static struct json *fold_not(struct json *e, struct rewrite *rewrite) {
  const struct json *first = json_member(e, "arguments")->first;
  if (is_truth(first, true)) return instead(e, truth(false), rewrite);
  return is_truth(first, false) ? instead(e, truth(true), rewrite) : e;
}

static bool is_logic(const struct json *e) {
  const struct json *value = json_member(e, "value");
  return json_text(e, "op") != NULL ? strchr("+-*", json_text(e, "op")[0]) == NULL
                                    : value != NULL && (value->kind == JSON_BOOL || value->kind == JSON_NULL);
}

/* `and`: one false decides, a true says nothing; `or` the other way round. Of one logical argument it is that. */
static struct json *fold_many(struct json *e, bool is_and, struct rewrite *rewrite) {
  struct json *arguments = json_member(e, "arguments");
  for (struct json **place = &arguments->first; *place != NULL;) {
    struct json *argument = *place;
    if (is_truth(argument, !is_and)) return instead(e, truth(!is_and), rewrite);
    if (!is_truth(argument, is_and)) {
      place = &argument->next;
      continue;
    }
    *place = argument->next;
    json_free(argument);
    rewrite->folded++;
  }
  if (arguments->first == NULL) return instead(e, truth(is_and), rewrite);
  if (arguments->first->next != NULL || !is_logic(arguments->first)) return e;
  struct json *only = arguments->first;
  arguments->first = NULL;
  return instead(e, only, rewrite);
}

static struct json *fold_call(struct json *e, struct rewrite *rewrite) {
  const struct json *arguments = json_member(e, "arguments");
  for (const struct json *a = arguments->first; a != NULL; a = a->next) {
    if (json_member(a, "value") == NULL) return e;
  }
  struct json *value = plan_dialect.call == NULL ? NULL : plan_dialect.call(json_text(e, "function"), arguments);
  return value == NULL ? e : instead(e, known(value), rewrite);
}

struct json *fold(struct json *e, struct rewrite *rewrite) {
  struct json *arguments = json_member(e, "arguments");
  if (arguments == NULL) return e;
  for (struct json **place = &arguments->first; *place != NULL; place = &(*place)->next) {
    struct json *next = (*place)->next;
    *place = fold(*place, rewrite);
    (*place)->next = next;
  }
  if (json_text(e, "function") != NULL) return fold_call(e, rewrite);
  if (is_op(e, "and") || is_op(e, "or")) return fold_many(e, is_op(e, "and"), rewrite);
  return is_op(e, "not") ? fold_not(e, rewrite) : fold_two(e, json_text(e, "op"), rewrite);
}
