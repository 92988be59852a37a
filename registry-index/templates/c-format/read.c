/* Lines to an Arrow stream: each record has a `key` and a `value`, both texts and never null. */
#include "plugin.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct reader {
  const plug_source *source;
  size_t batch_rows;
  /* What was read and is not used yet: `bytes` from `used` to `length`. */
  char *bytes;
  size_t used, length, capacity;
  bool is_ended;
  size_t line;
  char reason[80];
};

static int fail(struct reader *reader, int code, const char *reason) {
  snprintf(reader->reason, sizeof reader->reason, "line %zu: %s", reader->line, reason);
  return code;
}

/* ---- Lines ---- */

static int read_more(struct reader *reader) {
  size_t rest = reader->length - reader->used, got = 0;
  if (rest > 0) memmove(reader->bytes, reader->bytes + reader->used, rest);
  reader->used = 0;
  reader->length = rest;
  if (rest == reader->capacity) {
    if (rest > LINE_MAX_BYTES) return fail(reader, EINVAL, "it has more than 1 MiB");
    size_t capacity = rest == 0 ? 65536 : rest * 2;
    char *bytes = realloc(reader->bytes, capacity);
    if (bytes == NULL) return fail(reader, ENOMEM, "out of memory");
    reader->bytes = bytes;
    reader->capacity = capacity;
  }
  const plug_source *source = reader->source;
  if (source->read(source->context, reader->bytes + rest, reader->capacity - rest, &got) != 0) {
    return fail(reader, EIO, "the source can't be read");
  }
  reader->length += got;
  reader->is_ended = got == 0;
  return 0;
}

/* The next line without its end, valid until the one after; a null pointer where there is none. */
static int take_line(struct reader *reader, plug_text *line) {
  size_t seen = 0;
  *line = (plug_text){NULL, 0};
  reader->line++;
  for (;;) {
    size_t rest = reader->length - reader->used;
    const char *start = reader->bytes + reader->used;
    const char *end = rest > seen ? memchr(start + seen, '\n', rest - seen) : NULL;
    if (end != NULL || (reader->is_ended && rest > 0)) {
      *line = (plug_text){start, end != NULL ? (size_t)(end - start) : rest};
      reader->used += end != NULL ? line->length + 1 : rest;
      return line->length <= LINE_MAX_BYTES ? 0 : fail(reader, EINVAL, "it has more than 1 MiB");
    }
    if (reader->is_ended) return 0;
    seen = rest;
    int code = read_more(reader);
    if (code != 0) return code;
  }
}

bool is_utf8(plug_text text) {
  static const uint32_t least[] = {0, 0x80, 0x800, 0x10000};
  const unsigned char *byte = (const unsigned char *)text.bytes, *end = byte + text.length;
  while (byte < end) {
    uint32_t letter = *byte++;
    int more = letter < 0x80 ? 0 : letter < 0xc0 ? -1 : letter < 0xe0 ? 1 : letter < 0xf0 ? 2 : letter < 0xf8 ? 3 : -1;
    if (more < 0 || end - byte < more) return false;
    if (more > 0) letter &= 0x3fu >> more;
    for (int i = 0; i < more; i++, byte++) {
      if ((*byte & 0xc0) != 0x80) return false;
      letter = letter << 6 | (*byte & 0x3f);
    }
    if (letter < least[more] || letter > 0x10ffff || (letter >= 0xd800 && letter <= 0xdfff)) return false;
  }
  return true;
}

/* ---- A batch: a struct of two columns. Who takes it may move its children out, so each has its own release. ---- */

enum { KEY, VALUE, COLUMNS };

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

/* The first buffer says which rows are null; none is, so it stays away. */
static bool make_array(struct ArrowArray *array, int64_t buffers, int64_t children) {
  *array = (struct ArrowArray){.release = release_array};
  array->buffers = calloc((size_t)buffers, sizeof *array->buffers);
  if (array->buffers == NULL) return false;
  array->n_buffers = buffers;
  if (children == 0) return true;
  array->children = calloc((size_t)children, sizeof *array->children);
  return array->children != NULL;
}

/* A column of texts: offsets in buffer 1, bytes in buffer 2. */
static bool make_column(struct ArrowArray *column, size_t rows) {
  if (!make_array(column, 3, 0)) return false;
  column->buffers[1] = calloc(rows + 1, sizeof(int32_t));
  column->buffers[2] = malloc(1);
  return column->buffers[1] != NULL && column->buffers[2] != NULL;
}

static bool make_batch(struct ArrowArray *batch, size_t rows) {
  bool is_made = make_array(batch, 1, COLUMNS);
  for (int i = 0; i < COLUMNS && is_made; i++) {
    struct ArrowArray *column = calloc(1, sizeof *column);
    if (column == NULL) return false;
    batch->children[batch->n_children++] = column;
    is_made = make_column(column, rows);
  }
  return is_made;
}

/* The room is always the least power of two that holds the bytes, so nobody needs to note it. */
static bool add(struct ArrowArray *column, plug_text text) {
  int32_t *offsets = (int32_t *)column->buffers[1];
  size_t length = (size_t)offsets[column->length], capacity = 1;
  while (capacity < length) capacity *= 2;
  if (length + text.length > capacity) {
    while (capacity < length + text.length) capacity *= 2;
    char *bytes = realloc((void *)column->buffers[2], capacity);
    if (bytes == NULL) return false;
    column->buffers[2] = bytes;
  }
  if (text.length > 0) memcpy((char *)column->buffers[2] + length, text.bytes, text.length);
  offsets[++column->length] = (int32_t)(length + text.length);
  return true;
}

static int add_line(struct reader *reader, struct ArrowArray *batch, plug_text line) {
  const char *equals = memchr(line.bytes, '=', line.length);
  if (equals == NULL) return fail(reader, EINVAL, "it has no `=`");
  if (!is_utf8(line)) return fail(reader, EINVAL, "it is no UTF-8");
  size_t length = (size_t)(equals - line.bytes);
  if (!add(batch->children[KEY], (plug_text){line.bytes, length}) ||
      !add(batch->children[VALUE], (plug_text){equals + 1, line.length - length - 1})) {
    return fail(reader, ENOMEM, "out of memory");
  }
  batch->length++;
  return 0;
}

static int fill_batch(struct reader *reader, struct ArrowArray *batch) {
  plug_text line;
  int code = 0;
  while (code == 0 && (size_t)batch->length < reader->batch_rows) {
    code = take_line(reader, &line);
    if (code != 0 || line.bytes == NULL) break;
    if (line.length > 0) code = add_line(reader, batch, line);
  }
  return code;
}

/* ---- The stream ---- */

static void release_schema(struct ArrowSchema *schema) {
  for (int64_t i = 0; i < schema->n_children; i++) {
    if (schema->children[i]->release != NULL) schema->children[i]->release(schema->children[i]);
    free(schema->children[i]);
  }
  free(schema->children);
  schema->release = NULL;
}

static int get_schema(struct ArrowArrayStream *stream, struct ArrowSchema *out) {
  static const char *const names[COLUMNS] = {"key", "value"};
  *out = (struct ArrowSchema){.format = "+s", .name = "", .release = release_schema};
  out->children = calloc(COLUMNS, sizeof *out->children);
  for (int i = 0; i < COLUMNS && out->children != NULL; i++) {
    struct ArrowSchema *child = calloc(1, sizeof *child);
    if (child == NULL) break;
    *child = (struct ArrowSchema){.format = "u", .name = names[i], .release = release_schema};
    out->children[out->n_children++] = child;
  }
  if (out->n_children == COLUMNS) return 0;
  release_schema(out);
  return fail(stream->private_data, ENOMEM, "out of memory");
}

/* A released batch says that there are no more. */
static int get_next(struct ArrowArrayStream *stream, struct ArrowArray *out) {
  struct reader *reader = stream->private_data;
  int code = make_batch(out, reader->batch_rows) ? fill_batch(reader, out) : fail(reader, ENOMEM, "out of memory");
  if (code != 0 || out->length == 0) release_array(out);
  return code;
}

static const char *get_last_error(struct ArrowArrayStream *stream) {
  return ((struct reader *)stream->private_data)->reason;
}

static void release_stream(struct ArrowArrayStream *stream) {
  struct reader *reader = stream->private_data;
  free(reader->bytes);
  free(reader);
  stream->release = NULL;
}

plug_status read_lines(const plug_source *source, size_t batch_rows, struct ArrowArrayStream *out,
                       const plug_sink *error) {
  struct reader *reader = calloc(1, sizeof *reader);
  if (reader == NULL) return refuse(error, PLUG_NO_MEMORY, "out of memory");
  reader->source = source;
  reader->batch_rows = batch_rows;
  *out = (struct ArrowArrayStream){get_schema, get_next, get_last_error, release_stream, reader};
  return PLUG_OK;
}
