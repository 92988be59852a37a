/* Functions of numbers and texts over columns. Each row is worked out by itself, so nothing depends on how rows are
 * cut into calls. A result that its type can't hold is null. */
#include "scalar.h"

#include <string.h>

static size_t count_of(const struct function *function) { return strlen(function->arguments); }

static int32_t type_of(char letter) {
  return letter == 'i' ? PLUG_I64 : letter == 'f' ? PLUG_F64 : letter == 'b' ? PLUG_BOOL : PLUG_TEXT;
}

static const char *type_name(char letter) {
  return letter == 'i' ? "i64" : letter == 'f' ? "f64" : letter == 'b' ? "bool" : "text";
}

static bool fits(const struct function *function, const plug_column *columns, size_t count) {
  if (count != count_of(function)) return false;
  for (size_t i = 0; i < count; i++) {
    if (columns[i].type != type_of(function->arguments[i])) return false;
  }
  return true;
}

/* The value of a row; false where it is null. */
static bool get(const plug_column *column, size_t row, struct value *value) {
  if (column->valid != NULL && column->valid[row] == 0) return false;
  if (column->type == PLUG_I64) value->integer = ((const int64_t *)column->values)[row];
  if (column->type == PLUG_F64) value->real = ((const double *)column->values)[row];
  if (column->type == PLUG_BOOL) value->integer = ((const uint8_t *)column->values)[row];
  if (column->type == PLUG_TEXT) value->text = ((const plug_text *)column->values)[row];
  return true;
}

static void set(const plug_result *result, char type, size_t row, const struct value *value) {
  if (type == 'i') result->set_i64(result->context, row, value->integer);
  if (type == 'f') result->set_f64(result->context, row, value->real);
  if (type == 'b') result->set_bool(result->context, row, value->integer != 0);
  if (type == 't') result->set_text(result->context, row, value->text);
}

static plug_status work(const struct function *function, const plug_column *columns, size_t rows,
                        const plug_result *result, const plug_host *host) {
  struct text room = {0};
  for (size_t row = 0; row < rows; row++) {
    struct value values[SCALAR_ARGUMENTS] = {{0}}, answer = {0};
    bool has_null = false;
    if (row % 1024 == 1023 && PLUG_HAS(host, is_cancelled) && host->is_cancelled(host->context)) {
      text_free(&room);
      return PLUG_CANCELLED;
    }
    for (size_t i = 0; i < count_of(function); i++) {
      values[i].is_there = get(&columns[i], row, &values[i]);
      has_null = has_null || !values[i].is_there;
    }
    if (has_null && !function->takes_nulls) continue;
    room.length = 0;
    if (function->work(values, &answer, &room)) set(result, function->result, row, &answer);
  }
  bool has_failed = room.has_failed;
  text_free(&room);
  return has_failed ? PLUG_NO_MEMORY : PLUG_OK;
}

static plug_status call(plug_instance *instance, plug_text name, const plug_column *columns, size_t count, size_t rows,
                        const plug_result *result, const plug_sink *error) {
  bool is_named = false;
  if (kit_state(instance) == NULL) return refuse(error, PLUG_STATE, "it is not initialised");
  for (const struct function *f = scalar_functions; f->name != NULL; f++) {
    if (!text_is(name, f->name)) continue;
    if (fits(f, columns, count)) {
      plug_status status = work(f, columns, rows, result, kit_host(instance));
      return status == PLUG_OK ? status : refuse(error, status, "it could not go on");
    }
    is_named = true;
  }
  if (is_named) return refuse(error, PLUG_INVALID_ARGUMENT, "it takes other arguments");
  return refuse(error, PLUG_NOT_FOUND, "there is no such function");
}

static plug_status functions(plug_instance *instance, const plug_sink *out) {
  struct text text = {0};
  (void)instance;
  for (const struct function *f = scalar_functions; f->name != NULL; f++) {
    text_say(&text, "%s{\"name\": \"%s\", \"arguments\": [", f == scalar_functions ? "[" : ", ", f->name);
    for (const char *type = f->arguments; *type != 0; type++) {
      text_say(&text, "%s\"%s\"", type == f->arguments ? "" : ", ", type_name(*type));
    }
    text_say(&text, "], \"result\": \"%s\", \"nulls\": \"%s\"}", type_name(f->result),
             f->takes_nulls ? "called" : "propagate");
  }
  text_add(&text, "]", 1);
  return text_send(&text, out);
}

const plug_scalar_v1 scalar_interface = {sizeof scalar_interface, functions, call};
