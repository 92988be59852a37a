/* plg-i003: a format reads its sample, writes what it read, and reads that again. */
#include "checks.h"
#include "table.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct bytes {
  const char *next;
  size_t left;
  size_t step;
};

static int read_bytes(void *context, char *out, size_t capacity, size_t *length) {
  struct bytes *b = context;
  size_t count = b->left < capacity ? b->left : capacity;
  if (b->step != 0 && count > b->step) count = b->step;
  memcpy(out, b->next, count);
  b->next += count;
  b->left -= count;
  *length = count;
  return 0;
}

static bool look_at_schema(struct ArrowArrayStream *stream, struct table *table) {
  struct ArrowSchema schema;
  if (stream->get_schema(stream, &schema) != 0) return false;
  struct text text = {.limit = 1 << 20};
  plug_sink sink = text_sink(&text);
  table->columns = schema.n_children;
  for (int64_t i = 0; i < schema.n_children; i++) {
    const struct ArrowSchema *child = schema.children[i];
    const char *name = child->name != NULL ? child->name : "";
    sink.write(sink.context, name, strlen(name) + 1);
    sink.write(sink.context, child->format, strlen(child->format) + 1);
  }
  if (strcmp(schema.format, "+s") != 0) bad("the stream's schema is `%s`, not a struct of columns", schema.format);
  if (schema.release != NULL) schema.release(&schema);
  if (schema.release != NULL) bad("releasing the schema did not mark it as released");
  size_t length = text.length;
  table->schema = malloc(length + sizeof length);
  if (table->schema == NULL) abort();
  memcpy(table->schema, &length, sizeof length);
  if (length > 0) memcpy(table->schema + sizeof length, text.bytes, length);
  text_clear(&text);
  return true;
}

static bool is_same_schema(const struct table *a, const struct table *b) {
  size_t x, y;
  memcpy(&x, a->schema, sizeof x);
  memcpy(&y, b->schema, sizeof y);
  return x == y && memcmp(a->schema + sizeof x, b->schema + sizeof y, x) == 0;
}

static uint64_t hash_on(uint64_t hash, const void *bytes, size_t length) {
  for (size_t i = 0; i < length; i++) hash = (hash ^ ((const unsigned char *)bytes)[i]) * 1099511628211U;
  return hash;
}

/* Bytes of a value of a plain type; 0 for others. */
static size_t width_of(const char *format) {
  static const char *const formats[] = {"c", "C", "s", "S", "i", "I", "l", "L", "f", "g", "tdD"};
  static const size_t widths[] = {1, 1, 2, 2, 4, 4, 8, 8, 4, 8, 4};
  for (size_t i = 0; i < sizeof widths / sizeof *widths; i++) {
    if (strcmp(format, formats[i]) == 0) return widths[i];
  }
  return format[0] == 't' && format[1] == 's' ? 8 : 0;
}

static bool has_bit(const unsigned char *bits, int64_t place) { return (bits[place / 8] >> (place % 8) & 1) != 0; }

/* One value on, or that there is none. */
static uint64_t hash_value(uint64_t hash, const char *format, const struct ArrowArray *column, int64_t row) {
  const unsigned char *valid = column->buffers[0];
  int64_t place = row + column->offset;
  size_t width = width_of(format);
  if (valid != NULL && !has_bit(valid, place)) return hash_on(hash, "null", 5);
  if (width > 0) return hash_on(hash, (const char *)column->buffers[1] + (size_t)place * width, width);
  if (strcmp(format, "b") == 0) return hash_on(hash, has_bit(column->buffers[1], place) ? "1" : "0", 2);
  if (strcmp(format, "u") == 0 || strcmp(format, "z") == 0) {
    const int32_t *offsets = column->buffers[1];
    size_t length = (size_t)(offsets[place + 1] - offsets[place]);
    return hash_on(hash_on(hash, &length, sizeof length), (const char *)column->buffers[2] + offsets[place], length);
  }
  return hash;
}

static void hash_batch(struct table *table, const struct ArrowArray *batch) {
  const char *next = table->schema + sizeof(size_t);
  for (int64_t i = 0; i < batch->n_children && i < table->columns && i < COLUMNS_COMPARED; i++) {
    const char *format = next + strlen(next) + 1;
    for (int64_t row = 0; row < batch->children[i]->length; row++) {
      table->values[i] = hash_value(table->values[i], format, batch->children[i], row);
    }
    next = format + strlen(format) + 1;
  }
}

/* Reads a stream to its end and releases it. */
static bool consume(struct ArrowArrayStream *stream, struct table *table) {
  *table = (struct table){0};
  bool is_good = look_at_schema(stream, table);
  while (is_good) {
    struct ArrowArray array = {0};
    if (stream->get_next(stream, &array) != 0) {
      is_good = false;
      break;
    }
    if (array.release == NULL) break;
    table->rows += array.length;
    if (array.n_children == table->columns) hash_batch(table, &array);
    if (array.n_children != table->columns) bad("a batch has %ld columns, the schema %ld", (long)array.n_children, table->columns);
    array.release(&array);
    if (array.release != NULL) bad("releasing a batch did not mark it as released");
  }
  stream->release(stream);
  if (stream->release != NULL) bad("releasing the stream did not mark it as released");
  return is_good;
}

bool read_table(const plug_format_v1 *f, plug_instance *instance, const char *input, size_t length, size_t step,
                       struct table *table) {
  struct bytes bytes = {input, length, step};
  plug_source source = {.size = sizeof source, .context = &bytes, .read = read_bytes};
  struct ArrowArrayStream stream = {0};
  *table = (struct table){0};
  if (f->read(instance, &source, plain(""), &stream, NULL) != PLUG_OK) return false;
  if (stream.release == NULL) {
    bad("read returned OK and a released stream");
    return false;
  }
  return consume(&stream, table);
}

/* A stream of the plugin's own, given back to it: counts how often it is released. */
struct counted {
  struct ArrowArrayStream inner;
  int releases;
};

static int counted_schema(struct ArrowArrayStream *s, struct ArrowSchema *out) {
  struct counted *c = s->private_data;
  return c->inner.get_schema(&c->inner, out);
}

static int counted_next(struct ArrowArrayStream *s, struct ArrowArray *out) {
  struct counted *c = s->private_data;
  return c->inner.get_next(&c->inner, out);
}

static const char *counted_error(struct ArrowArrayStream *s) {
  struct counted *c = s->private_data;
  return c->inner.get_last_error(&c->inner);
}

static void counted_release(struct ArrowArrayStream *s) {
  struct counted *c = s->private_data;
  if (c->releases++ == 0) c->inner.release(&c->inner);
  s->release = NULL;
}

static bool write_again(const plug_format_v1 *f, plug_instance *instance, const char *input, size_t length,
                        struct text *out) {
  struct bytes bytes = {input, length, 0};
  plug_source source = {.size = sizeof source, .context = &bytes, .read = read_bytes};
  struct counted counted = {.releases = 0};
  if (f->read(instance, &source, plain(""), &counted.inner, NULL) != PLUG_OK) return false;
  struct ArrowArrayStream stream = {.get_schema = counted_schema, .get_next = counted_next,
                                    .get_last_error = counted_error, .release = counted_release,
                                    .private_data = &counted};
  plug_sink sink = text_sink(out);
  plug_status status = f->write(instance, &stream, plain(""), &sink, NULL);
  if (counted.releases != 1) bad("write released its stream %d times, not once", counted.releases);
  if (status != PLUG_OK) bad("write of what it read returned %s", status_name(status));
  return status == PLUG_OK;
}

static void round_trip(const plug_format_v1 *f, plug_instance *instance, const char *input, size_t length) {
  struct table first, second, third;
  struct text again = {0}, twice = {0};
  if (!read_table(f, instance, input, length, 0, &first)) {
    bad("its own sample can't be read");
    return;
  }
  if (read_table(f, instance, input, length, 1, &third)) {
    if (third.rows != first.rows || !is_same_schema(&first, &third)) bad("a source that gives single bytes changes what is read");
  } else {
    bad("its sample can't be read from a source that gives single bytes");
  }
  if (write_again(f, instance, input, length, &again)) {
    if (!read_table(f, instance, again.bytes, again.length, 0, &second)) {
      bad("it can't read what it wrote");
    } else if (first.rows != second.rows || !is_same_schema(&first, &second)) {
      bad("%ld rows were read, and after writing %ld, of %s schema", first.rows, second.rows,
          is_same_schema(&first, &second) ? "the same" : "another");
    } else if (memcmp(first.values, second.values, sizeof first.values) != 0) {
      bad("other values are read than were written");
    } else if (write_again(f, instance, again.bytes, again.length, &twice) &&
               (again.length != twice.length || memcmp(again.bytes, twice.bytes, again.length) != 0)) {
      bad("writing what was read twice gives other bytes");
    }
  }
  free(first.schema);
  text_clear(&again);
  text_clear(&twice);
}

static uint64_t random_state = 0x9E3779B97F4A7C15u;
static uint64_t random_next(void) {
  random_state ^= random_state << 13;
  random_state ^= random_state >> 7;
  random_state ^= random_state << 17;
  return random_state;
}

static void format(struct subject *s) {
  plug_instance *instance = ready(s);
  const plug_format_v1 *f = instance == NULL ? NULL : interface_of(s, instance, PLUG_FORMAT);
  if (f == NULL) return;
  if (s->options->arguments.count == 0) return skipped("its description has no sample");
  size_t length;
  char *input = argument(s->options, 0, &length);
  struct table table;
  round_trip(f, instance, input, length);
  /* What these give is its own business, but it must come to an end. */
  for (size_t cut = 0; cut < length; cut += 1 + length / 64) read_table(f, instance, input, cut, 0, &table);
  char noise[4096];
  for (int round = 0; round < 32; round++) {
    for (size_t i = 0; i < sizeof noise; i++) noise[i] = (char)random_next();
    read_table(f, instance, noise, random_next() % sizeof noise, 0, &table);
  }
  free(input);
  ended(s, instance);
}

const struct check format_checks[] = {{"plg-i003", format}, {NULL, NULL}};
