#include "csv.h"

#include <string.h>

#define BYTES_MAX ((size_t)256 << 20)

static const struct kit_option known[] = {{"delimiter", JSON_TEXT, false, 0, 0},
                                          {"header", JSON_BOOL, false, 0, 0},
                                          {"batch_rows", JSON_NUMBER, false, 1, 1000000},
                                          {NULL, JSON_NULL, false, 0, 0}};

static plug_status take_options(const struct json *json, struct options *options, plug_status status,
                                const plug_sink *error) {
  const char *delimiter = json_text(json, "delimiter");
  if (delimiter != NULL) {
    bool is_good = strlen(delimiter) == 1 && strchr("\"\r\n", delimiter[0]) == NULL && delimiter[0] > 0;
    if (!is_good) return refuse(error, status, "`delimiter` is no single character");
    options->delimiter = delimiter[0];
  }
  options->has_header = kit_truth(json, "header", options->has_header);
  options->batch_rows = kit_number(json, "batch_rows", options->batch_rows);
  return PLUG_OK;
}

static plug_status start(void *context, const plug_host *host, const struct json *config, const plug_sink *error) {
  struct options *options = context;
  (void)host;
  *options = (struct options){',', true, 10000};
  return take_options(config, options, PLUG_INVALID_CONFIG, error);
}

/* The configuration's, and those of one call in their place. */
static plug_status options_of(plug_instance *instance, plug_text text, struct options *options,
                              const plug_sink *error) {
  const struct options *state = kit_state(instance);
  if (state == NULL) return refuse(error, PLUG_STATE, "it is not initialised");
  *options = *state;
  if (text.length == 0) return PLUG_OK;
  struct json *json = json_read(text.bytes, text.length);
  if (json == NULL) return refuse(error, PLUG_INVALID_ARGUMENT, "the options are no JSON");
  plug_status status = kit_check(json, known, PLUG_INVALID_ARGUMENT, error);
  if (status == PLUG_OK) status = take_options(json, options, PLUG_INVALID_ARGUMENT, error);
  json_free(json);
  return status;
}

/* All of it, since the types of the columns depend on the last row as much as on the first. */
static plug_status read_all(const plug_source *source, struct text *all, const plug_sink *error) {
  char piece[65536];
  size_t length = 0;
  do {
    if (source->read(source->context, piece, sizeof piece, &length) != 0) {
      return refuse(error, PLUG_SINK, "the source can't be read");
    }
    text_add(all, piece, length);
    if (all->length > BYTES_MAX) return refuse(error, PLUG_UNSUPPORTED, "it has more than 256 MiB");
  } while (length > 0 && !all->has_failed);
  return all->has_failed ? refuse(error, PLUG_NO_MEMORY, "out of memory") : PLUG_OK;
}

static plug_status read(plug_instance *instance, const plug_source *source, plug_text text,
                        struct ArrowArrayStream *out, const plug_sink *error) {
  struct options options;
  struct text all = {0};
  struct sheet sheet = {.cells = NULL};
  plug_status status = options_of(instance, text, &options, error);
  if (status == PLUG_OK) status = read_all(source, &all, error);
  if (status == PLUG_OK) status = sheet_read(&sheet, (plug_text){all.bytes, all.length}, options.delimiter, error);
  text_free(&all);
  if (status == PLUG_OK) return stream_of(&sheet, &options, out, error);
  sheet_free(&sheet);
  return status;
}

static plug_status write(plug_instance *instance, struct ArrowArrayStream *in, plug_text text, const plug_sink *out,
                         const plug_sink *error) {
  struct options options;
  plug_status status = options_of(instance, text, &options, error);
  if (status == PLUG_OK) status = write_stream(in, &options, kit_host(instance), out, error);
  if (in->release != NULL) in->release(in);
  return status;
}

static const plug_format_v1 format = {sizeof format, read, write};
static const struct kit_interface interfaces[] = {{PLUG_FORMAT, &format}, {NULL, NULL}};

const struct kit_plugin kit_plugin = {.id = "examples/csv",
                                      .options = known,
                                      .interfaces = interfaces,
                                      .state_size = sizeof(struct options),
                                      .start = start};
