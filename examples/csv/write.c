/* An Arrow stream to text. */
#include "csv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A cell needs quotes where it would be read as something else: also empty ones, for those are null without. */
static bool needs_quotes(plug_text cell, char delimiter) {
  if (cell.length == 0) return true;
  for (size_t i = 0; i < cell.length; i++) {
    if (strchr("\"\r\n", cell.bytes[i]) != NULL || cell.bytes[i] == delimiter) return true;
  }
  return false;
}

static void write_text(plug_text cell, char delimiter, struct text *out) {
  if (!needs_quotes(cell, delimiter)) {
    text_add(out, cell.bytes, cell.length);
    return;
  }
  text_add(out, "\"", 1);
  for (size_t i = 0; i < cell.length; i++) {
    if (cell.bytes[i] == '"') text_add(out, "\"", 1);
    text_add(out, &cell.bytes[i], 1);
  }
  text_add(out, "\"", 1);
}

static bool bit(const void *bits, int64_t index) { return (((const uint8_t *)bits)[index / 8] >> index % 8 & 1) != 0; }

/* The shortest form that reads as the same number, and reads as one with a fraction. */
static void write_real(double value, struct text *out) {
  char text[40];
  for (int digits = 15; digits <= 17; digits++) {
    snprintf(text, sizeof text, "%.*g", digits, value);
    if (strtod(text, NULL) == value) break;
  }
  text_say(out, "%s%s", text, strpbrk(text, ".en") == NULL ? ".0" : "");
}

static void write_cell(const struct ArrowArray *array, char format, int64_t row, char delimiter, struct text *out) {
  int64_t at = row + array->offset;
  if (array->buffers[0] != NULL && !bit(array->buffers[0], at)) return;
  if (format == 'l') text_say(out, "%lld", (long long)((const int64_t *)array->buffers[1])[at]);
  if (format == 'g') write_real(((const double *)array->buffers[1])[at], out);
  if (format == 'b') text_say(out, "%s", bit(array->buffers[1], at) ? "true" : "false");
  if (format == 'u') {
    const int32_t *offsets = array->buffers[1];
    const char *bytes = array->buffers[2];
    size_t length = (size_t)(offsets[at + 1] - offsets[at]);
    write_text((plug_text){length == 0 ? NULL : bytes + offsets[at], length}, delimiter, out);
  }
}

static plug_status send(struct text *line, const plug_sink *out, const plug_sink *error) {
  plug_status status = text_send(line, out);
  return status == PLUG_OK ? status : refuse(error, status, "the text can't be written");
}

static plug_status write_batch(const struct ArrowArray *batch, const char *formats, char delimiter,
                               const plug_host *host, const plug_sink *out, const plug_sink *error) {
  struct text lines = {0};
  plug_status status = PLUG_OK;
  for (int64_t row = 0; row < batch->length && status == PLUG_OK; row++) {
    for (int64_t i = 0; i < batch->n_children; i++) {
      if (i > 0) text_add(&lines, &delimiter, 1);
      write_cell(batch->children[i], formats[i], row + batch->offset, delimiter, &lines);
    }
    text_add(&lines, "\n", 1);
    if (row % 1000 != 999) continue;
    if (PLUG_HAS(host, is_cancelled) && host->is_cancelled(host->context)) {
      status = refuse(error, PLUG_CANCELLED, "cancelled");
    } else {
      status = send(&lines, out, error);
    }
  }
  if (status == PLUG_OK) return send(&lines, out, error);
  text_free(&lines);
  return status;
}

static plug_status write_batches(struct ArrowArrayStream *in, const char *formats, char delimiter,
                                 const plug_host *host, const plug_sink *out, const plug_sink *error) {
  for (plug_status status = PLUG_OK; status == PLUG_OK;) {
    struct ArrowArray batch = {.release = NULL};
    if (in->get_next(in, &batch) != 0) return refuse(error, PLUG_SINK, "the stream can't be read");
    if (batch.release == NULL) return PLUG_OK;
    status = write_batch(&batch, formats, delimiter, host, out, error);
    batch.release(&batch);
    if (status != PLUG_OK) return status;
  }
  return PLUG_OK;
}

/* The letters of the columns' formats; others than ours are refused. */
static char *formats_of(const struct ArrowSchema *schema) {
  if (strcmp(schema->format, "+s") != 0 || schema->n_children == 0) return NULL;
  char *formats = calloc((size_t)schema->n_children + 1, 1);
  for (int64_t i = 0; i < schema->n_children && formats != NULL; i++) {
    const char *format = schema->children[i]->format;
    bool is_known = strlen(format) == 1 && strchr("blgu", format[0]) != NULL && schema->children[i]->dictionary == NULL;
    if (!is_known) {
      free(formats);
      return NULL;
    }
    formats[i] = format[0];
  }
  return formats;
}

plug_status write_stream(struct ArrowArrayStream *in, const struct options *options, const plug_host *host,
                         const plug_sink *out, const plug_sink *error) {
  struct ArrowSchema schema = {.release = NULL};
  struct text header = {0};
  if (in->get_schema(in, &schema) != 0) return refuse(error, PLUG_SINK, "the stream has no schema");
  char *formats = formats_of(&schema);
  plug_status status = PLUG_OK;
  if (formats == NULL) {
    status = refuse(error, PLUG_UNSUPPORTED, "columns of truths, int64, float64 and utf8 can be written");
  } else if (options->has_header) {
    for (int64_t i = 0; i < schema.n_children; i++) {
      const char *name = schema.children[i]->name == NULL ? "" : schema.children[i]->name;
      if (i > 0) text_add(&header, &options->delimiter, 1);
      write_text((plug_text){name, strlen(name)}, options->delimiter, &header);
    }
    text_add(&header, "\n", 1);
    status = send(&header, out, error);
  }
  if (status == PLUG_OK) status = write_batches(in, formats, options->delimiter, host, out, error);
  free(formats);
  schema.release(&schema);
  return status;
}
