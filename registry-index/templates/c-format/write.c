/* An Arrow stream to lines. */
#include "plugin.h"

#include <stdbool.h>
#include <string.h>

static bool is_null(const struct ArrowArray *array, int64_t row) {
  const uint8_t *valid = array->buffers[0];
  int64_t place = row + array->offset;
  return valid != NULL && (valid[place / 8] >> place % 8 & 1) == 0;
}

static plug_text text_at(const struct ArrowArray *column, int64_t row) {
  const int32_t *offsets = (const int32_t *)column->buffers[1] + column->offset + row;
  size_t length = (size_t)(offsets[1] - offsets[0]);
  return (plug_text){length == 0 ? NULL : (const char *)column->buffers[2] + offsets[0], length};
}

static bool has(plug_text text, char letter) {
  return text.length > 0 && memchr(text.bytes, letter, text.length) != NULL;
}

static plug_status write_row(const struct ArrowArray *batch, int64_t row, const plug_sink *out, const plug_sink *error) {
  const struct ArrowArray *keys = batch->children[0], *values = batch->children[1];
  int64_t place = row + batch->offset;
  if (is_null(batch, row) || is_null(keys, place) || is_null(values, place)) {
    return refuse(error, PLUG_INVALID_ARGUMENT, "a null can't be written");
  }
  plug_text key = text_at(keys, place), value = text_at(values, place);
  if (has(key, '=')) return refuse(error, PLUG_INVALID_ARGUMENT, "a key has a `=`");
  if (!is_utf8(key) || !is_utf8(value)) return refuse(error, PLUG_INVALID_ARGUMENT, "a text is not UTF-8");
  if (key.length + 1 + value.length > LINE_MAX_BYTES) {
    return refuse(error, PLUG_INVALID_ARGUMENT, "a line would have more than 1 MiB");
  }
  if (has(key, '\n') || has(value, '\n')) return refuse(error, PLUG_INVALID_ARGUMENT, "a text has a line's end");
  plug_status status = say(out, key.bytes, key.length);
  if (status == PLUG_OK) status = say(out, "=", 1);
  if (status == PLUG_OK) status = say(out, value.bytes, value.length);
  if (status == PLUG_OK) status = say(out, "\n", 1);
  return status == PLUG_OK ? status : refuse(error, status, "the lines can't be written");
}

static plug_status write_batch(const struct ArrowArray *batch, const plug_host *host, const plug_sink *out,
                               const plug_sink *error) {
  plug_status status = PLUG_OK;
  for (int64_t row = 0; row < batch->length && status == PLUG_OK; row++) {
    if (PLUG_HAS(host, is_cancelled) && host->is_cancelled(host->context)) {
      return refuse(error, PLUG_CANCELLED, "cancelled");
    }
    status = write_row(batch, row, out, error);
  }
  return status;
}

static bool is_text(const struct ArrowSchema *column) {
  return strcmp(column->format, "u") == 0 && column->dictionary == NULL;
}

static plug_status check_columns(struct ArrowArrayStream *in, const plug_sink *error) {
  struct ArrowSchema schema;
  if (in->get_schema(in, &schema) != 0) return refuse(error, PLUG_SINK, "the stream has no schema");
  bool is_ours = strcmp(schema.format, "+s") == 0 && schema.n_children == 2 && is_text(schema.children[0]) &&
                 is_text(schema.children[1]);
  schema.release(&schema);
  return is_ours ? PLUG_OK : refuse(error, PLUG_UNSUPPORTED, "two columns of utf8 can be written: keys and values");
}

plug_status write_lines(struct ArrowArrayStream *in, const plug_host *host, const plug_sink *out,
                        const plug_sink *error) {
  plug_status status = check_columns(in, error);
  while (status == PLUG_OK) {
    struct ArrowArray batch = {.release = NULL};
    if (in->get_next(in, &batch) != 0) {
      const char *reason = in->get_last_error(in);
      return refuse(error, PLUG_SINK, reason != NULL ? reason : "the stream can't be read");
    }
    if (batch.release == NULL) break;
    status = write_batch(&batch, host, out, error);
    batch.release(&batch);
  }
  return status;
}
