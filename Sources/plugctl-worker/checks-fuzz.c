/* plg-f001 and f002: made-up input, from a file that the parent made. */
#include "checks.h"
#include "report.h"
#include "table.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* A file of inputs, each after its length in 4 bytes, little-endian. */
static void each_input(struct subject *s, void (*body)(struct subject *, plug_text)) {
  FILE *file = fopen(s->options->inputs, "re");
  if (file == NULL) return skipped("the inputs can't be read");
  unsigned char size[4];
  for (uint32_t number = 1; fread(size, 1, 4, file) == 4; number++) {
    size_t length = size[0] | (size_t)size[1] << 8 | (size_t)size[2] << 16 | (size_t)size[3] << 24;
    char *bytes = malloc(length + 1);
    if (bytes == NULL || fread(bytes, 1, length, file) != length) break;
    bytes[length] = 0;
    report_stage(STAGE_INPUT, number);
    body(s, (plug_text){bytes, length});
    free(bytes);
  }
  fclose(file);
}

static void try_config(struct subject *s, plug_text config) {
  plug_instance *instance = created(s);
  if (instance == NULL) return;
  s->table->initialize(instance, config, NULL);
  ended(s, instance);
}

static void fuzz_config(struct subject *s) { each_input(s, try_config); }

static plug_instance *fuzzed;

static bool is_parsed(const plug_type_v1 *t, plug_text text, struct text *value) {
  plug_sink sink = text_sink(value);
  return t->parse(fuzzed, text, &sink, NULL) == PLUG_OK;
}

static void try_data(struct subject *s, plug_text input) {
  const plug_format_v1 *f = s->table->get_interface(fuzzed, plain(PLUG_FORMAT));
  const plug_processor_v1 *p = s->table->get_interface(fuzzed, plain(PLUG_PROCESSOR));
  const plug_type_v1 *t = s->table->get_interface(fuzzed, plain(PLUG_TYPE));
  struct text out = {0};
  plug_sink sink = text_sink(&out);
  if (f != NULL) {
    struct table table;
    if (read_table(f, fuzzed, input.bytes, input.length, 0, &table)) free(table.schema);
  }
  if (p != NULL) p->process(fuzzed, input, &sink, NULL);
  text_clear(&out);
  if (t != NULL) {
    struct text value = {0};
    int32_t order;
    if (is_parsed(t, input, &value)) t->format(fuzzed, text_of(&value), &sink, NULL);
    t->format(fuzzed, input, &sink, NULL);
    t->compare(fuzzed, input, input, &order, NULL);
    text_clear(&value);
  }
  text_clear(&out);
}

static void fuzz_data(struct subject *s) {
  fuzzed = ready(s);
  if (fuzzed == NULL) return;
  each_input(s, try_data);
  ended(s, fuzzed);
}

const struct check fuzz_checks[] = {{"plg-f001", fuzz_config}, {"plg-f002", fuzz_data}, {NULL, NULL}};
