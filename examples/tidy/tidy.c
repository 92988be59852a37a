/* Tidies text: tabs become spaces, blanks before line ends go, and every line ends with one newline. */
#include "kit.h"

#include <string.h>

struct state {
  size_t tab_width;
  bool has_final_newline;
};

static plug_status start(void *context, const plug_host *host, const struct json *config, const plug_sink *error) {
  struct state *state = context;
  (void)host, (void)error;
  state->tab_width = (size_t)kit_number(config, "tab_width", 8);
  state->has_final_newline = kit_truth(config, "final_newline", true);
  return PLUG_OK;
}

/* One line without its end. Columns count characters: bytes that go on with a UTF-8 character take no room. */
static void tidy_line(const struct state *state, const char *line, size_t length, struct text *out) {
  static const char spaces[] = "                ";
  size_t column = 0;
  while (length > 0 && memchr(" \t\r", line[length - 1], 3) != NULL) length--;
  for (size_t i = 0; i < length; i++) {
    if (line[i] == '\t') {
      size_t width = state->tab_width - column % state->tab_width;
      text_add(out, spaces, width);
      column += width;
    } else {
      text_add(out, &line[i], 1);
      column += ((unsigned char)line[i] & 0xc0) != 0x80;
    }
  }
}

static plug_status process(plug_instance *instance, plug_text input, const plug_sink *out, const plug_sink *error) {
  const struct state *state = kit_state(instance);
  const plug_host *host = kit_host(instance);
  struct text tidy = {0};
  if (state == NULL) return refuse(error, PLUG_STATE, "it is not initialised");
  const char *next = input.bytes, *end = input.bytes + input.length;
  for (size_t lines = 0; next < end; lines++) {
    if (lines % 4096 == 0 && PLUG_HAS(host, is_cancelled) && host->is_cancelled(host->context)) {
      text_free(&tidy);
      return refuse(error, PLUG_CANCELLED, "cancelled");
    }
    const char *stop = memchr(next, '\n', (size_t)(end - next));
    tidy_line(state, next, (size_t)((stop == NULL ? end : stop) - next), &tidy);
    if (stop != NULL || state->has_final_newline) text_add(&tidy, "\n", 1);
    next = stop == NULL ? end : stop + 1;
  }
  return text_send(&tidy, out);
}

static const struct kit_option options[] = {
    {"tab_width", JSON_NUMBER, false, 1, 16}, {"final_newline", JSON_BOOL, false, 0, 0}, {NULL, JSON_NULL, false, 0, 0}};
static const plug_processor_v1 processor = {sizeof processor, process};
static const struct kit_interface interfaces[] = {{PLUG_PROCESSOR, &processor}, {NULL, NULL}};

const struct kit_plugin kit_plugin = {.id = "examples/tidy",
                                      .options = options,
                                      .interfaces = interfaces,
                                      .state_size = sizeof(struct state),
                                      .start = start};
