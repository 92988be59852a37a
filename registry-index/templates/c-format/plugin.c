/* {{name}}: lines of key=value to and from Arrow. plug.h says what each function must do. */
#include "plugin.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static const char id[] = "{{publisher}}/{{name}}";

/* The bytes of describe.json. */
__asm__(".section .rodata\n.hidden description\n.hidden description_end\n.globl description\n"
        ".globl description_end\ndescription:\n.incbin \"describe.json\"\ndescription_end:\n.byte 0\n.text\n");
extern const char description[], description_end[];

/* A plugin at work. The host makes one call of an instance at a time, so no lock is needed; streams that it made know
 * nothing of it. */
struct plug_instance {
  const plug_host *host;
  size_t batch_rows; /* 0 before initialize */
};

plug_status say(const plug_sink *sink, const char *bytes, size_t length) {
  if (sink == NULL || length == 0) return PLUG_OK;
  return sink->write(sink->context, bytes, length) == 0 ? PLUG_OK : PLUG_SINK;
}

plug_status refuse(const plug_sink *error, plug_status status, const char *reason) {
  say(error, reason, strlen(reason));
  return status;
}

static bool is(plug_text text, const char *word) {
  return text.length == strlen(word) && memcmp(text.bytes, word, text.length) == 0;
}

/* ---- Its configuration: {} or {"batch_rows": 500}, so small that it is read by hand ---- */

static bool take(plug_text *rest, const char *word) {
  size_t length = strlen(word);
  while (rest->length > 0 && memchr(" \t\r\n", rest->bytes[0], 4) != NULL) rest->bytes++, rest->length--;
  if (rest->length < length || memcmp(rest->bytes, word, length) != 0) return false;
  rest->bytes += length;
  rest->length -= length;
  return true;
}

/* 1 to BATCH_ROWS_MAX; 0 where something else stands there. */
static size_t take_number(plug_text *rest) {
  size_t number = 0;
  take(rest, "");
  if (rest->length > 0 && rest->bytes[0] == '0') return 0;
  while (rest->length > 0 && rest->bytes[0] >= '0' && rest->bytes[0] <= '9' && number <= BATCH_ROWS_MAX) {
    number = number * 10 + (size_t)(rest->bytes[0] - '0');
    rest->bytes++, rest->length--;
  }
  return number <= BATCH_ROWS_MAX ? number : 0;
}

/* `usual` where the object has none; 0 where it is no such object. */
static size_t read_batch_rows(plug_text config, size_t usual) {
  size_t rows = usual;
  if (!take(&config, "{")) return 0;
  if (!take(&config, "}")) {
    if (!take(&config, "\"batch_rows\"") || !take(&config, ":")) return 0;
    rows = take_number(&config);
    if (!take(&config, "}")) return 0;
  }
  take(&config, "");
  return config.length == 0 ? rows : 0;
}

/* ---- plug.format/1 ---- */

/* The options of a call stand in for the configuration. */
static plug_status rows_of(const plug_instance *self, plug_text options, size_t *rows, const plug_sink *error) {
  if (self->batch_rows == 0) return refuse(error, PLUG_STATE, "it is not initialised");
  *rows = options.length == 0 ? self->batch_rows : read_batch_rows(options, self->batch_rows);
  if (*rows != 0) return PLUG_OK;
  return refuse(error, PLUG_INVALID_ARGUMENT, "the options have at most `batch_rows`: 1 to 1000");
}

static plug_status read(plug_instance *self, const plug_source *source, plug_text options, struct ArrowArrayStream *out,
                        const plug_sink *error) {
  size_t rows;
  plug_status status = rows_of(self, options, &rows, error);
  return status == PLUG_OK ? read_lines(source, rows, out, error) : status;
}

static plug_status write(plug_instance *self, struct ArrowArrayStream *in, plug_text options, const plug_sink *out,
                         const plug_sink *error) {
  size_t rows;
  plug_status status = rows_of(self, options, &rows, error);
  if (status == PLUG_OK) status = write_lines(in, self->host, out, error);
  if (in->release != NULL) in->release(in);
  return status;
}

static const plug_format_v1 format = {sizeof format, read, write};

/* ---- The table ---- */

static plug_status describe(const plug_sink *out) {
  return say(out, description, (size_t)(description_end - description));
}

static plug_status create(const plug_host *host, plug_text name, plug_instance **instance, const plug_sink *error) {
  if (!is(name, id)) return refuse(error, PLUG_NOT_FOUND, "this library has another plugin");
  *instance = calloc(1, sizeof **instance);
  if (*instance == NULL) return refuse(error, PLUG_NO_MEMORY, "out of memory");
  (*instance)->host = host;
  return PLUG_OK;
}

static plug_status initialize(plug_instance *self, plug_text config, const plug_sink *error) {
  if (self->batch_rows != 0) return refuse(error, PLUG_STATE, "it is initialised already");
  self->batch_rows = read_batch_rows(config, BATCH_ROWS_MAX);
  if (self->batch_rows != 0) return PLUG_OK;
  return refuse(error, PLUG_INVALID_CONFIG, "an object is needed, with at most `batch_rows`: 1 to 1000");
}

static plug_status shut_down(plug_instance *self) {
  self->batch_rows = 0;
  return PLUG_OK;
}

static void destroy(plug_instance *self) { free(self); }

static const void *get_interface(plug_instance *self, plug_text name) {
  (void)self;
  return is(name, PLUG_FORMAT) ? &format : NULL;
}

static plug_status metrics(plug_instance *self, const plug_sink *out) {
  (void)self;
  return say(out, "{}", 2);
}

static const plug_table table = {sizeof table, PLUG_MAJOR, PLUG_MINOR, describe, create, initialize,
                                 shut_down,    destroy,    get_interface, metrics};

const plug_table *plug_entry_v1(uint32_t major, uint32_t minor) {
  (void)minor;
  return major == PLUG_MAJOR ? &table : NULL;
}
