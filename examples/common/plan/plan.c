/* What a plan may look like. */
#include "plan.h"

#include <string.h>

static bool is_good_expression(const struct json *expression);

bool is_op(const struct json *node, const char *op) {
  const char *text = json_text(node, "op");
  return text != NULL && strcmp(text, op) == 0;
}

bool is_truth(const struct json *expression, bool truth) {
  const struct json *value = json_member(expression, "value");
  return value != NULL && value->kind == JSON_BOOL && value->is_true == truth;
}

static bool is_value(const struct json *value) {
  int64_t number;
  if (value->kind == JSON_NUMBER) return json_integer(value, &number);
  return value->kind == JSON_NULL || value->kind == JSON_BOOL || value->kind == JSON_TEXT;
}

static bool is_call(const struct json *expression, size_t arguments) {
  const char *name = json_text(expression, "function");
  return name != NULL && plan_dialect.has_function != NULL && plan_dialect.has_function(name, arguments);
}

/* `column`, `value`, or `op` or `function` with arguments, and nothing else. */
static bool is_good_expression(const struct json *expression) {
  static const char *two[] = {"+", "-", "*", "=", "<>", "<", "<=", ">", ">="};
  if (expression == NULL || expression->kind != JSON_OBJECT) return false;
  if (json_count(expression) == 1) {
    const struct json *only = expression->first;
    return (strcmp(only->name, "column") == 0 && only->kind == JSON_TEXT) ||
           (strcmp(only->name, "value") == 0 && is_value(only));
  }
  const struct json *arguments = json_member(expression, "arguments");
  if (json_count(expression) != 2 || arguments == NULL || arguments->kind != JSON_LIST) return false;
  for (const struct json *a = arguments->first; a != NULL; a = a->next) {
    if (!is_good_expression(a)) return false;
  }
  size_t count = json_count(arguments);
  if (json_member(expression, "function") != NULL) return is_call(expression, count);
  for (size_t i = 0; i < sizeof two / sizeof *two; i++) {
    if (is_op(expression, two[i])) return count == 2;
  }
  if (is_op(expression, "not")) return count == 1;
  return (is_op(expression, "and") || is_op(expression, "or")) && count >= 1;
}

static bool are_names(const struct json *list) {
  if (list == NULL || list->kind != JSON_LIST || list->first == NULL) return false;
  for (const struct json *name = list->first; name != NULL; name = name->next) {
    if (name->kind != JSON_TEXT) return false;
  }
  return true;
}

bool plan_is_good(const struct json *plan) {
  int64_t rows;
  if (plan == NULL || plan->kind != JSON_OBJECT) return false;
  size_t count = json_count(plan);
  const struct json *input = json_member(plan, "input");
  if (is_op(plan, "scan")) return count == 3 && json_text(plan, "table") != NULL && are_names(json_member(plan, "columns"));
  if (is_op(plan, "join")) {
    return count == 4 && plan_is_good(json_member(plan, "left")) && plan_is_good(json_member(plan, "right")) &&
           is_good_expression(json_member(plan, "on"));
  }
  if (count != 3 || !plan_is_good(input)) return false;
  if (is_op(plan, "filter")) return is_good_expression(json_member(plan, "where"));
  if (is_op(plan, "project")) return are_names(json_member(plan, "columns"));
  return is_op(plan, "limit") && json_integer(json_member(plan, "rows"), &rows) && rows >= 0;
}
