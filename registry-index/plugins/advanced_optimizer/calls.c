/* Calls whose arguments are known become values. The values are those of math_functions and string_functions 1.x, since
 * it is their code that finds them; reals are left to the engine, as the language of plans has none. */
#include "math_more.h"
#include "optimizer.h"
#include "text_more.h"

#include <stdio.h>
#include <string.h>

#define TEXT_MAX 1000 /* a longer one would make the plan dearer than the call */

const struct function scalar_functions[] = {{"add", "ii", 'i', false, number_add},
                                            {"abs", "i", 'i', false, math_absolute},
                                            {"sign", "i", 'i', false, math_sign},
                                            {"gcd", "ii", 'i', false, number_gcd},
                                            {"lcm", "ii", 'i', false, math_lcm},
                                            {"mod", "ii", 'i', false, math_modulo},
                                            {"factorial", "i", 'i', false, number_factorial},
                                            {"is_prime", "i", 'b', false, number_is_prime},
                                            {"power", "ii", 'i', false, math_power},
                                            {"length", "t", 'i', false, string_length},
                                            {"upper", "t", 't', false, string_upper},
                                            {"lower", "t", 't', false, string_lower},
                                            {"trim", "t", 't', false, string_trim},
                                            {"reverse", "t", 't', false, text_reverse},
                                            {"concat", "tt", 't', false, string_concat},
                                            {"substring", "tii", 't', false, string_substring},
                                            {"position", "tt", 'i', false, string_position},
                                            {"replace", "ttt", 't', false, string_replace},
                                            {"starts_with", "tt", 'b', false, string_starts_with},
                                            {"distance", "tt", 'i', false, text_distance},
                                            {NULL, NULL, 0, false, NULL}};

static const struct function *named(const char *name, size_t arguments) {
  for (const struct function *f = scalar_functions; f->name != NULL; f++) {
    if (strcmp(f->name, name) == 0 && strlen(f->arguments) == arguments) return f;
  }
  return NULL;
}

bool call_is_known(const char *name, size_t arguments) { return named(name, arguments) != NULL; }

/* False where it is of another type, which the engine may turn into this one, or may not. */
static bool take(const struct json *value, char type, struct value *taken) {
  if (type == 'i') return json_integer(value, &taken->integer);
  if (value->kind != JSON_TEXT) return false;
  taken->text = (plug_text){value->text, strlen(value->text)};
  return true;
}

static struct json *written(const struct value *answer, char type) {
  char words[TEXT_MAX + 1];
  if (type == 'b') {
    struct json *truth = json_new(JSON_BOOL, NULL);
    if (truth != NULL) truth->is_true = answer->integer != 0;
    return truth;
  }
  if (type == 't' && answer->text.length > TEXT_MAX) return NULL;
  if (type == 'i') {
    snprintf(words, sizeof words, "%lld", (long long)answer->integer);
  } else {
    const char *bytes = answer->text.length == 0 ? "" : answer->text.bytes;
    snprintf(words, sizeof words, "%.*s", (int)answer->text.length, bytes);
  }
  return json_new(type == 'i' ? JSON_NUMBER : JSON_TEXT, words);
}

struct json *call_value(const char *name, const struct json *arguments) {
  const struct function *function = named(name, json_count(arguments));
  struct value values[SCALAR_ARGUMENTS] = {{0}}, answer = {0};
  struct text room = {0};
  int count = 0;
  bool has_null = false;
  for (const struct json *a = arguments->first; a != NULL; a = a->next, count++) {
    const struct json *value = json_member(a, "value");
    if (value->kind == JSON_NULL) has_null = true;
    else if (!take(value, function->arguments[count], &values[count])) return NULL;
  }
  bool is_there = !has_null && function->work(values, &answer, &room);
  struct json *value = is_there ? written(&answer, function->result) : json_new(JSON_NULL, NULL);
  text_free(&room);
  return value;
}
