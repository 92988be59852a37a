/* plg-i005: functions keep their laws. */
#include "checks.h"

#include <stdlib.h>
#include <string.h>

#define UNKNOWN "plugctl_no_such_thing"

#define ROWS 257
#define ARGUMENTS_MAX 16

union value {
  int64_t i64;
  double f64;
  uint8_t boolean;
  plug_text text;
};

struct filled {
  int type;     /* what the plugin calls it */
  size_t limit; /* rows of this call */
  size_t start; /* of this call's first row */
  bool is_wrong_row;
  bool is_wrong_type;
  bool is_set[ROWS];
  union value values[ROWS];
  char *texts[ROWS];
};

static union value *place(void *context, size_t row, int type) {
  struct filled *f = context;
  if (row >= f->limit) {
    f->is_wrong_row = true;
    return NULL;
  }
  if (type != f->type) f->is_wrong_type = true;
  f->is_set[f->start + row] = true;
  return &f->values[f->start + row];
}

static void set_i64(void *context, size_t row, int64_t value) {
  union value *v = place(context, row, PLUG_I64);
  if (v != NULL) v->i64 = value;
}

static void set_f64(void *context, size_t row, double value) {
  union value *v = place(context, row, PLUG_F64);
  if (v != NULL) v->f64 = value;
}

static void set_bool(void *context, size_t row, int value) {
  union value *v = place(context, row, PLUG_BOOL);
  if (v != NULL) v->boolean = value != 0;
}

static void set_text(void *context, size_t row, plug_text value) {
  struct filled *f = context;
  union value *v = place(context, row, PLUG_TEXT);
  if (v == NULL) return;
  free(f->texts[f->start + row]);
  char *copy = malloc(value.length + 1);
  if (copy == NULL) abort();
  if (value.length > 0) memcpy(copy, value.bytes, value.length);
  f->texts[f->start + row] = copy;
  v->text = (plug_text){copy, value.length};
}

static const struct {
  const char *name;
  int type;
  size_t size;
} types[] = {{"i64", PLUG_I64, sizeof(int64_t)}, {"f64", PLUG_F64, sizeof(double)}, {"bool", PLUG_BOOL, 1},
             {"text", PLUG_TEXT, sizeof(plug_text)}};

static int type_of(const char *name, size_t length) {
  for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
    if (strlen(types[i].name) == length && memcmp(types[i].name, name, length) == 0) return (int)i;
  }
  return -1;
}

struct vector {
  int type; /* index in `types` */
  char *values;
  uint8_t valid[ROWS];
};

static struct vector vector_of(int type, size_t seed) {
  static const char *const words[] = {"", "a", "Hello, world", "0", "-12.5", "\xc3\xa9t\xc3\xa9", "   ", "NULL"};
  static const int64_t numbers[] = {0, 1, -1, 7, 1000000007, INT64_MAX, INT64_MIN, 42};
  static const double reals[] = {0, 1, -1.5, 1e300, 1e-300, 3.25, -0.0, 100};
  struct vector v = {.type = type, .values = calloc(ROWS, types[type].size)};
  if (v.values == NULL) abort();
  for (size_t row = 0; row < ROWS; row++) {
    size_t n = (row * 5 + seed * 3 + row / 8) % 8;
    char *place = v.values + row * types[type].size;
    plug_text text = plain(words[n]);
    v.valid[row] = (row + seed * 2) % 7 != 3;
    switch (types[type].type) {
      case PLUG_I64: memcpy(place, &numbers[n], sizeof numbers[n]); break;
      case PLUG_F64: memcpy(place, &reals[n], sizeof reals[n]); break;
      case PLUG_BOOL: *place = (char)(n & 1); break;
      default: memcpy(place, &text, sizeof text); break;
    }
  }
  return v;
}

struct function {
  const char *name;
  int result; /* index in `types` */
  bool is_propagating;
  size_t count;
  struct vector vectors[ARGUMENTS_MAX];
};

static plug_status call_rows(struct subject *s, plug_instance *instance, const plug_scalar_v1 *scalar,
                             const struct function *f, size_t count, size_t start, size_t rows, struct filled *out) {
  (void)s;
  plug_column columns[ARGUMENTS_MAX];
  for (size_t i = 0; i < count; i++) {
    const struct vector *v = &f->vectors[i];
    columns[i] = (plug_column){.size = sizeof(plug_column),
                               .type = types[v->type].type,
                               .values = v->values + start * types[v->type].size,
                               .valid = v->valid + start};
  }
  out->type = types[f->result].type;
  out->limit = rows;
  out->start = start;
  plug_result result = {.size = sizeof result,   .context = out,       .set_i64 = set_i64,
                        .set_f64 = set_f64,      .set_bool = set_bool, .set_text = set_text};
  return scalar->call(instance, plain(f->name), columns, count, rows, &result, NULL);
}

static bool is_same(const struct filled *a, const struct filled *b, size_t row) {
  if (a->is_set[row] != b->is_set[row]) return false;
  if (!a->is_set[row]) return true;
  const union value *x = &a->values[row], *y = &b->values[row];
  switch (a->type) {
    case PLUG_I64: return x->i64 == y->i64;
    case PLUG_F64: return memcmp(&x->f64, &y->f64, sizeof x->f64) == 0;
    case PLUG_BOOL: return x->boolean == y->boolean;
    default:
      return x->text.length == y->text.length && memcmp(x->text.bytes, y->text.bytes, x->text.length) == 0;
  }
}

static void judge_rows(const struct function *f, const struct filled *whole, const struct filled *cut) {
  if (whole->is_wrong_row || cut->is_wrong_row) bad("`%s` set a row that was not asked for", f->name);
  if (whole->is_wrong_type) bad("`%s` sets another type than it declares", f->name);
  for (size_t row = 0; row < ROWS; row++) {
    bool has_null = false;
    for (size_t i = 0; i < f->count; i++) has_null |= f->vectors[i].valid[row] == 0;
    if (f->is_propagating && has_null && whole->is_set[row]) {
      bad("`%s` gives a value in row %zu although an argument is null there", f->name, row);
      break;
    }
    if (!is_same(whole, cut, row)) {
      bad("`%s` gives another result in row %zu when rows are cut into other calls", f->name, row);
      break;
    }
  }
}

static void free_filled(struct filled *f) {
  for (size_t i = 0; i < ROWS; i++) free(f->texts[i]);
  free(f);
}

static void laws(struct subject *s, plug_instance *instance, const plug_scalar_v1 *scalar, const struct function *f) {
  struct filled *whole = calloc(1, sizeof *whole), *cut = calloc(1, sizeof *cut);
  if (whole == NULL || cut == NULL) abort();
  plug_status status = call_rows(s, instance, scalar, f, f->count, 0, ROWS, whole);
  if (status != PLUG_OK) bad("`%s` with arguments as it declares them returned %s", f->name, status_name(status));
  static const size_t cuts[] = {0, 1, 2, 3, 5, 8, 64, 100, 74};
  size_t start = 0;
  for (size_t i = 0; i < sizeof cuts / sizeof *cuts; i++) {
    plug_status part = call_rows(s, instance, scalar, f, f->count, start, cuts[i], cut);
    if (part != status) bad("`%s` returned %s for %zu rows", f->name, status_name(part), cuts[i]);
    start += cuts[i];
  }
  if (status == PLUG_OK) judge_rows(f, whole, cut);
  if (f->count > 0 && call_rows(s, instance, scalar, f, f->count - 1, 0, 1, cut) == PLUG_OK) {
    fact("`%s` also takes %zu arguments", f->name, f->count - 1);
  }
  free_filled(whole);
  free_filled(cut);
}

/* An argument is `NAME TYPE,TYPE RESULT NULLS`, with `-` for no types. */
static void one_function(struct subject *s, plug_instance *instance, const plug_scalar_v1 *scalar, char *line) {
  char *rest, *name = strtok_r(line, " ", &rest), *list = strtok_r(NULL, " ", &rest);
  char *result = strtok_r(NULL, " ", &rest), *nulls = strtok_r(NULL, " ", &rest);
  if (nulls == NULL) return;
  struct function f = {.name = name, .result = type_of(result, strlen(result)),
                       .is_propagating = strcmp(nulls, "propagate") == 0};
  for (char *next = list, *word; strcmp(list, "-") != 0 && (word = strsep(&next, ",")) != NULL;) {
    int type = type_of(word, strlen(word));
    if (type < 0 || f.count == ARGUMENTS_MAX) return skipped("`%s` has more than %d arguments", name, ARGUMENTS_MAX);
    f.vectors[f.count] = vector_of(type, f.count);
    f.count++;
  }
  if (f.result >= 0) laws(s, instance, scalar, &f);
  for (size_t i = 0; i < f.count; i++) free(f.vectors[i].values);
}

static void scalar(struct subject *s) {
  plug_instance *instance = ready(s);
  const plug_scalar_v1 *f = instance == NULL ? NULL : interface_of(s, instance, PLUG_SCALAR);
  if (f == NULL) return;
  struct text text = {.limit = 64 << 10};
  plug_sink sink = text_sink(&text);
  plug_status status = f->functions(instance, &sink);
  if (status != PLUG_OK) bad("functions returned %s", status_name(status));
  if (s->options->arguments.count == 0) deliver("functions", text.bytes, text.length);
  text_clear(&text);
  struct function unknown = {.name = UNKNOWN};
  struct filled *out = calloc(1, sizeof *out);
  if (out == NULL) abort();
  status = call_rows(s, instance, f, &unknown, 0, 0, 1, out);
  if (status != PLUG_NOT_FOUND) bad("a call of an unknown function returned %s, not NOT_FOUND", status_name(status));
  free_filled(out);
  for (size_t i = 0; i < s->options->arguments.count; i++) {
    size_t length;
    char *line = argument(s->options, i, &length);
    one_function(s, instance, f, line);
    free(line);
  }
  ended(s, instance);
}

const struct check function_checks[] = {{"plg-i005", scalar}, {NULL, NULL}};
