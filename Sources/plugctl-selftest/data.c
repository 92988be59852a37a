/* The format of lines and the storage in a file. */
#include "selftest.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- lines of text as one column ---- */

struct lines {
  char *text;
  int32_t *offsets;
  int64_t count;
  bool is_given;
  const void *buffers[3];
  struct ArrowArray column;
  struct ArrowArray *columns[1];
};

static void release_child_schema(struct ArrowSchema *schema) { schema->release = NULL; }

static void release_schema(struct ArrowSchema *schema) {
  if (schema->children[0]->release != NULL) schema->children[0]->release(schema->children[0]);
  free(schema->children[0]);
  free(schema->children);
  schema->release = NULL;
}

static int get_schema(struct ArrowArrayStream *stream, struct ArrowSchema *out) {
  (void)stream;
  struct ArrowSchema *child = calloc(1, sizeof *child);
  struct ArrowSchema **children = calloc(1, sizeof *children);
  if (child == NULL || children == NULL) {
    free(child);
    free(children);
    return ENOMEM;
  }
  *child = (struct ArrowSchema){.format = "u", .name = "line", .release = release_child_schema};
  children[0] = child;
  *out = (struct ArrowSchema){.format = "+s", .name = "", .n_children = 1, .children = children, .release = release_schema};
  return 0;
}

static void release_column(struct ArrowArray *array) { array->release = NULL; }

static void release_batch(struct ArrowArray *array) {
  if (array->children[0]->release != NULL) array->children[0]->release(array->children[0]);
  array->release = NULL;
}

static int get_next(struct ArrowArrayStream *stream, struct ArrowArray *out) {
  struct lines *l = stream->private_data;
  *out = (struct ArrowArray){0};
  if (l->is_given) return 0;
  l->is_given = true;
  l->buffers[1] = l->offsets;
  l->buffers[2] = l->text;
  l->column = (struct ArrowArray){.length = l->count, .n_buffers = 3, .buffers = l->buffers, .release = release_column};
  l->columns[0] = &l->column;
  static const void *no_buffers[1];
  *out = (struct ArrowArray){.length = l->count, .n_buffers = 1, .buffers = no_buffers, .n_children = 1,
                             .children = l->columns, .release = release_batch};
  return 0;
}

static const char *get_last_error(struct ArrowArrayStream *stream) {
  (void)stream;
  return NULL;
}

static void release_stream(struct ArrowArrayStream *stream) {
  struct lines *l = stream->private_data;
  free(l->text);
  free(l->offsets);
  free(l);
  stream->release = NULL;
}

static bool read_all(const plug_source *source, char **text, size_t *length) {
  char piece[4096];
  size_t got;
  *text = NULL;
  *length = 0;
  do {
    if (source->read(source->context, piece, sizeof piece, &got) != 0) return false;
    char *grown = realloc(*text, *length + got + 1);
    if (grown == NULL) return false;
    memcpy(grown + *length, piece, got);
    *text = grown;
    *length += got;
  } while (got > 0 && *length < 1 << 24);
  return true;
}

/* Takes the line ends out of the text and notes where lines begin. */
static bool cut(struct lines *l, size_t length) {
  l->offsets = calloc(length + 2, sizeof *l->offsets);
  if (l->offsets == NULL) return false;
  int32_t out = 0;
  for (size_t i = 0; i < length; i++) {
    if (l->text[i] == '\n') l->offsets[++l->count] = out;
    else l->text[out++] = l->text[i];
  }
  if (length > 0 && out > l->offsets[l->count]) l->offsets[++l->count] = out;
  return true;
}

static plug_status read_lines(plug_instance *instance, const plug_source *source, plug_text options,
                              struct ArrowArrayStream *out, const plug_sink *error) {
  struct lines *l = calloc(1, sizeof *l);
  size_t length = 0;
  (void)instance;
  (void)options;
  if (l == NULL || !read_all(source, &l->text, &length) || !cut(l, length)) {
    if (l != NULL) free(l->text);
    free(l);
    put(error, "it can't be read");
    return PLUG_FAILED;
  }
  *out = (struct ArrowArrayStream){get_schema, get_next, get_last_error, release_stream, l};
  return PLUG_OK;
}

static plug_status write_lines(plug_instance *instance, struct ArrowArrayStream *in, plug_text options, const plug_sink *out,
                               const plug_sink *error) {
  (void)instance;
  (void)options;
  (void)error;
  struct ArrowArray batch;
  int code = 0;
  while (in->get_next(in, &batch) == 0 && batch.release != NULL) {
    const int32_t *offsets = batch.children[0]->buffers[1];
    const char *text = batch.children[0]->buffers[2];
    int64_t count = batch.length - (is_bad("i003") ? 1 : 0);
    for (int64_t i = 0; i < count && code == 0; i++) {
      code = out->write(out->context, text + offsets[i], (size_t)(offsets[i + 1] - offsets[i])) | put(out, "\n");
    }
    batch.release(&batch);
  }
  in->release(in);
  return code != 0 ? PLUG_SINK : PLUG_OK;
}

const plug_format_v1 format = {sizeof format, read_lines, write_lines};

/* ---- pairs in memory, in a file after sync or close ---- */

#define PAIRS_MAX 1000

struct pair {
  size_t key_length, value_length;
  char *bytes; /* the key, then the value */
};

struct plug_store {
  char path[8192];
  size_t count;
  struct pair pairs[PAIRS_MAX];
};

static int order(plug_text key, const struct pair *pair) {
  size_t common = key.length < pair->key_length ? key.length : pair->key_length;
  int code = memcmp(key.bytes, pair->bytes, common);
  return code != 0 ? code : (key.length > pair->key_length) - (key.length < pair->key_length);
}

/* The first pair that is not before a key. */
static size_t place(const plug_store *store, plug_text key) {
  size_t at = 0;
  while (key.length > 0 && at < store->count && order(key, &store->pairs[at]) > 0) at++;
  return at;
}

static bool is_at(const plug_store *store, size_t at, plug_text key) {
  return at < store->count && order(key, &store->pairs[at]) == 0;
}

static plug_status put_pair(plug_store *store, plug_text key, plug_text value, const plug_sink *error) {
  if (key.length == 0 || key.length > 1024 || store->count == PAIRS_MAX) {
    put(error, "the key has not 1 to 1,024 bytes");
    return PLUG_INVALID_ARGUMENT;
  }
  size_t at = place(store, key);
  char *bytes = malloc(key.length + value.length);
  if (bytes == NULL) return PLUG_NO_MEMORY;
  memcpy(bytes, key.bytes, key.length);
  if (value.length > 0) memcpy(bytes + key.length, value.bytes, value.length);
  if (is_at(store, at, key)) {
    free(store->pairs[at].bytes);
  } else {
    memmove(&store->pairs[at + 1], &store->pairs[at], (store->count - at) * sizeof *store->pairs);
    store->count++;
  }
  store->pairs[at] = (struct pair){key.length, value.length, bytes};
  return PLUG_OK;
}

static plug_status get_pair(plug_store *store, plug_text key, const plug_sink *out, const plug_sink *error) {
  size_t at = place(store, key);
  if (!is_at(store, at, key)) {
    put(error, "no such key");
    return PLUG_NOT_FOUND;
  }
  const struct pair *pair = &store->pairs[at];
  size_t length = pair->value_length - (is_bad("i007") && pair->value_length > 0 ? 1 : 0);
  return out->write(out->context, pair->bytes + pair->key_length, length) != 0 ? PLUG_SINK : PLUG_OK;
}

static plug_status remove_pair(plug_store *store, plug_text key, const plug_sink *error) {
  (void)error;
  size_t at = place(store, key);
  if (!is_at(store, at, key)) return PLUG_OK;
  free(store->pairs[at].bytes);
  memmove(&store->pairs[at], &store->pairs[at + 1], (store->count - at - 1) * sizeof *store->pairs);
  store->count--;
  return PLUG_OK;
}

static plug_status scan(plug_store *store, plug_text from, const plug_pair_sink *out, const plug_sink *error) {
  (void)error;
  for (size_t i = place(store, from); i < store->count; i++) {
    const struct pair *pair = &store->pairs[i];
    plug_text key = {pair->bytes, pair->key_length}, value = {pair->bytes + pair->key_length, pair->value_length};
    if (out->pair(out->context, key, value) != 0) return PLUG_SINK;
  }
  return PLUG_OK;
}

static plug_status save(plug_store *store, const plug_sink *error) {
  FILE *file = fopen(store->path, "we");
  if (file == NULL) {
    put(error, "the file can't be written");
    return PLUG_IO;
  }
  for (size_t i = 0; i < store->count; i++) {
    const struct pair *pair = &store->pairs[i];
    fwrite(&pair->key_length, sizeof pair->key_length, 1, file);
    fwrite(&pair->value_length, sizeof pair->value_length, 1, file);
    fwrite(pair->bytes, 1, pair->key_length + pair->value_length, file);
  }
  return fclose(file) == 0 ? PLUG_OK : PLUG_IO;
}

static void close_store(plug_store *store) {
  save(store, NULL);
  for (size_t i = 0; i < store->count; i++) free(store->pairs[i].bytes);
  free(store);
}

static void fetch(plug_store *store) {
  size_t key_length, value_length;
  FILE *file = fopen(store->path, "re");
  if (file == NULL) return;
  while (fread(&key_length, sizeof key_length, 1, file) == 1 && fread(&value_length, sizeof value_length, 1, file) == 1) {
    char *bytes = malloc(key_length + value_length + 1);
    if (bytes == NULL || fread(bytes, 1, key_length + value_length, file) != key_length + value_length) {
      free(bytes);
      break;
    }
    put_pair(store, (plug_text){bytes, key_length}, (plug_text){bytes + key_length, value_length}, NULL);
    free(bytes);
  }
  fclose(file);
}

static plug_status open_store(plug_instance *instance, plug_text location, plug_store **store, const plug_sink *error) {
  plug_store *made = calloc(1, sizeof *made);
  if (made == NULL) return PLUG_NO_MEMORY;
  int length = snprintf(made->path, sizeof made->path, "%s/%.*s", instance->folder, (int)location.length, location.bytes);
  if (instance->folder[0] == 0 || length < 0 || (size_t)length >= sizeof made->path) {
    free(made);
    put(error, "there is no folder to write to");
    return PLUG_IO;
  }
  fetch(made);
  *store = made;
  return PLUG_OK;
}

const plug_storage_v1 storage = {sizeof storage, open_store, get_pair, put_pair, remove_pair, scan, save, close_store};
