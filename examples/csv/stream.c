/* Cells to an Arrow stream: a struct of columns, in batches. */
#include "csv.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct stream {
  struct sheet sheet;
  struct options options;
  char **names;
  char *formats; /* Arrow's letter for each column: b, l, g or u */
  size_t next_row;
};

/* ---- types ---- */

static bool fits(char format, plug_text cell) {
  char copy[64], *end = NULL;
  if (format == 'u') return true;
  if (format == 'b') return text_is(cell, "true") || text_is(cell, "false");
  if (cell.length == 0 || cell.length >= sizeof copy) return false;
  memcpy(copy, cell.bytes, cell.length);
  copy[cell.length] = 0;
  /* No blanks, no hexadecimal, no infinity: strtod would take those. */
  if (strspn(copy, format == 'l' ? "-0123456789" : "+-.0123456789eE") != cell.length) return false;
  errno = 0;
  if (format == 'l') strtoll(copy, &end, 10);
  else strtod(copy, &end);
  return *end == 0 && (errno == 0 || format == 'g');
}

/* The narrowest type that all cells of a column have; text where all are null. */
static char format_of(const struct sheet *sheet, size_t column, size_t first_row) {
  static const char narrow_first[] = "blgu";
  const char *format = narrow_first;
  bool has_value = false;
  for (size_t row = first_row; row < sheet->rows; row++) {
    bool is_null;
    plug_text cell = sheet_cell(sheet, row, column, &is_null);
    if (is_null) continue;
    has_value = true;
    if (sheet->cells[row * sheet->columns + column].is_quoted) return 'u';
    while (!fits(*format, cell)) format++;
  }
  return has_value ? *format : 'u';
}

/* ---- schemas and arrays: children may be moved out, so each has its own release ---- */

static void release_schema(struct ArrowSchema *schema) {
  for (int64_t i = 0; i < schema->n_children; i++) {
    if (schema->children[i]->release != NULL) schema->children[i]->release(schema->children[i]);
    free(schema->children[i]);
  }
  free(schema->children);
  free((char *)schema->name);
  schema->release = NULL;
}

static const char *format_text(char letter) {
  return letter == 'b' ? "b" : letter == 'l' ? "l" : letter == 'g' ? "g" : "u";
}

static int get_schema(struct ArrowArrayStream *self, struct ArrowSchema *out) {
  struct stream *stream = self->private_data;
  size_t columns = stream->sheet.columns;
  *out = (struct ArrowSchema){.format = "+s", .name = strdup(""), .release = release_schema};
  out->children = calloc(columns, sizeof *out->children);
  for (size_t i = 0; i < columns && out->children != NULL; i++) {
    struct ArrowSchema *child = calloc(1, sizeof *child);
    if (child == NULL) break;
    *child = (struct ArrowSchema){.format = format_text(stream->formats[i]),
                                  .name = strdup(stream->names[i]),
                                  .flags = ARROW_FLAG_NULLABLE,
                                  .release = release_schema};
    out->children[out->n_children++] = child;
    if (child->name == NULL) break;
  }
  if (out->n_children == (int64_t)columns && out->name != NULL && out->children[columns - 1]->name != NULL) return 0;
  release_schema(out);
  return ENOMEM;
}

static void release_array(struct ArrowArray *array) {
  for (int64_t i = 0; i < array->n_children; i++) {
    if (array->children[i]->release != NULL) array->children[i]->release(array->children[i]);
    free(array->children[i]);
  }
  for (int64_t i = 0; i < array->n_buffers; i++) free((void *)array->buffers[i]);
  free(array->children);
  free(array->buffers);
  array->release = NULL;
}

static void set_bit(uint8_t *bits, size_t index) { bits[index / 8] = (uint8_t)(bits[index / 8] | 1u << index % 8); }

static void put_cell(char format, uint8_t *values, size_t index, plug_text cell) {
  char copy[64];
  if (format == 'b') {
    if (cell.bytes[0] == 't') set_bit(values, index);
    return;
  }
  memcpy(copy, cell.bytes, cell.length);
  copy[cell.length] = 0;
  if (format == 'l') ((int64_t *)(void *)values)[index] = strtoll(copy, NULL, 10);
  else ((double *)(void *)values)[index] = strtod(copy, NULL);
}

/* The column's cells of some rows; texts have offsets in buffer 1 and bytes in buffer 2. */
static bool fill(struct ArrowArray *array, const struct stream *stream, size_t column, size_t rows) {
  char format = stream->formats[column];
  size_t bytes = 0;
  bool is_null;
  for (size_t i = 0; i < rows; i++) bytes += sheet_cell(&stream->sheet, stream->next_row + i, column, &is_null).length;
  array->n_buffers = format == 'u' ? 3 : 2;
  array->buffers = calloc(3, sizeof *array->buffers);
  if (array->buffers == NULL || bytes > INT32_MAX) return false;
  uint8_t *valid = calloc(rows / 8 + 1, 1), *values = calloc(rows + 1, 8);
  char *text = format == 'u' ? calloc(bytes + 1, 1) : NULL;
  array->buffers[0] = valid;
  array->buffers[1] = values;
  if (format == 'u') array->buffers[2] = text;
  if (valid == NULL || values == NULL || (format == 'u' && text == NULL)) return false;
  int32_t *offsets = (int32_t *)(void *)values;
  for (size_t i = 0, at = 0; i < rows; i++) {
    plug_text cell = sheet_cell(&stream->sheet, stream->next_row + i, column, &is_null);
    if (is_null) array->null_count++;
    else set_bit(valid, i);
    if (format != 'u' && !is_null) put_cell(format, values, i, cell);
    if (format != 'u') continue;
    memcpy(text + at, cell.bytes, cell.length);
    at += cell.length;
    offsets[i + 1] = (int32_t)at;
  }
  return true;
}

static bool fill_batch(struct ArrowArray *out, const struct stream *stream, size_t rows) {
  out->buffers = calloc(1, sizeof *out->buffers);
  out->children = calloc(stream->sheet.columns, sizeof *out->children);
  if (out->buffers == NULL || out->children == NULL) return false;
  out->n_buffers = 1;
  for (size_t i = 0; i < stream->sheet.columns; i++) {
    struct ArrowArray *child = calloc(1, sizeof *child);
    if (child == NULL) return false;
    child->length = (int64_t)rows;
    child->release = release_array;
    out->children[out->n_children++] = child;
    if (!fill(child, stream, i, rows)) return false;
  }
  return true;
}

static int get_next(struct ArrowArrayStream *self, struct ArrowArray *out) {
  struct stream *stream = self->private_data;
  size_t rows = stream->sheet.rows - stream->next_row;
  *out = (struct ArrowArray){.release = NULL};
  if (rows == 0) return 0;
  if (rows > (size_t)stream->options.batch_rows) rows = (size_t)stream->options.batch_rows;
  out->length = (int64_t)rows;
  if (!fill_batch(out, stream, rows)) {
    release_array(out);
    return ENOMEM;
  }
  out->release = release_array;
  stream->next_row += rows;
  return 0;
}

static const char *get_last_error(struct ArrowArrayStream *self) {
  (void)self;
  return "out of memory";
}

static void stream_free(struct stream *stream) {
  for (size_t i = 0; stream->names != NULL && i < stream->sheet.columns; i++) free(stream->names[i]);
  free(stream->names);
  free(stream->formats);
  sheet_free(&stream->sheet);
  free(stream);
}

static void release_stream(struct ArrowArrayStream *self) {
  stream_free(self->private_data);
  self->release = NULL;
}

static bool name_columns(struct stream *stream) {
  const struct sheet *sheet = &stream->sheet;
  bool has_header = stream->options.has_header, is_null;
  stream->names = calloc(sheet->columns, sizeof *stream->names);
  stream->formats = calloc(sheet->columns, 1);
  if (stream->names == NULL || stream->formats == NULL) return false;
  for (size_t i = 0; i < sheet->columns; i++) {
    char number[32];
    plug_text name = sheet_cell(sheet, 0, i, &is_null);
    snprintf(number, sizeof number, "column_%zu", i + 1);
    stream->names[i] = has_header && !is_null ? strndup(name.bytes, name.length) : strdup(number);
    stream->formats[i] = format_of(sheet, i, has_header ? 1 : 0);
    if (stream->names[i] == NULL) return false;
  }
  stream->next_row = has_header ? 1 : 0;
  return true;
}

plug_status stream_of(struct sheet *sheet, const struct options *options, struct ArrowArrayStream *out,
                      const plug_sink *error) {
  struct stream *stream = calloc(1, sizeof *stream);
  if (stream == NULL) {
    sheet_free(sheet);
    return refuse(error, PLUG_NO_MEMORY, "out of memory");
  }
  stream->sheet = *sheet;
  stream->options = *options;
  if (!name_columns(stream)) {
    stream_free(stream);
    return refuse(error, PLUG_NO_MEMORY, "out of memory");
  }
  *out = (struct ArrowArrayStream){get_schema, get_next, get_last_error, release_stream, stream};
  return PLUG_OK;
}
