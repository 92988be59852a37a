/* {{name}}: counts the words of a text. plug.h says what each function must do. */
#include "plug.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char id[] = "{{publisher}}/{{name}}";

/* The bytes of describe.json. */
__asm__(".section .rodata\n.hidden description\n.hidden description_end\n.globl description\n"
        ".globl description_end\ndescription:\n.incbin \"describe.json\"\ndescription_end:\n.byte 0\n.text\n");
extern const char description[], description_end[];

/* A plugin at work. The host makes one call of an instance at a time, so no lock is needed. */
struct plug_instance {
  size_t shortest; /* letters of a word that counts; 0 before initialize */
};

static plug_status say(const plug_sink *sink, const char *bytes, size_t length) {
  if (sink == NULL || length == 0) return PLUG_OK;
  return sink->write(sink->context, bytes, length) == 0 ? PLUG_OK : PLUG_SINK;
}

static plug_status refuse(const plug_sink *error, plug_status status, const char *reason) {
  say(error, reason, strlen(reason));
  return status;
}

/* ---- What it does ---- */

static bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

/* Words between spaces; a byte that goes on with a UTF-8 letter is no letter of its own. */
static size_t count_words(const char *bytes, size_t length, size_t shortest) {
  size_t words = 0, letters = 0;
  for (size_t i = 0; i < length; i++) {
    if (!is_space(bytes[i])) {
      letters += ((unsigned char)bytes[i] & 0xc0) != 0x80;
      continue;
    }
    words += letters >= shortest;
    letters = 0;
  }
  return words + (letters >= shortest);
}

static plug_status process(plug_instance *self, plug_text input, const plug_sink *out, const plug_sink *error) {
  char answer[32];
  if (self->shortest == 0) return refuse(error, PLUG_STATE, "it is not initialised");
  int length = snprintf(answer, sizeof answer, "%zu\n", count_words(input.bytes, input.length, self->shortest));
  return say(out, answer, (size_t)length);
}

/* ---- Its configuration: {} or {"shortest": 3}, so small that it is read by hand ---- */

static bool take(plug_text *rest, const char *word) {
  size_t length = strlen(word);
  while (rest->length > 0 && memchr(" \t\r\n", rest->bytes[0], 4) != NULL) rest->bytes++, rest->length--;
  if (rest->length < length || memcmp(rest->bytes, word, length) != 0) return false;
  rest->bytes += length;
  rest->length -= length;
  return true;
}

/* 1 to 100; 0 where something else stands there. */
static size_t take_number(plug_text *rest) {
  size_t number = 0;
  take(rest, "");
  if (rest->length > 0 && rest->bytes[0] == '0') return 0;
  while (rest->length > 0 && rest->bytes[0] >= '0' && rest->bytes[0] <= '9' && number <= 100) {
    number = number * 10 + (size_t)(rest->bytes[0] - '0');
    rest->bytes++, rest->length--;
  }
  return number <= 100 ? number : 0;
}

static size_t read_shortest(plug_text config) {
  size_t shortest = 1;
  if (!take(&config, "{")) return 0;
  if (!take(&config, "}")) {
    if (!take(&config, "\"shortest\"") || !take(&config, ":")) return 0;
    shortest = take_number(&config);
    if (!take(&config, "}")) return 0;
  }
  take(&config, "");
  return config.length == 0 ? shortest : 0;
}

/* ---- The table ---- */

static plug_status describe(const plug_sink *out) {
  return say(out, description, (size_t)(description_end - description));
}

static plug_status create(const plug_host *host, plug_text name, plug_instance **instance, const plug_sink *error) {
  (void)host;
  if (name.length != sizeof id - 1 || memcmp(name.bytes, id, name.length) != 0) {
    return refuse(error, PLUG_NOT_FOUND, "this library has another plugin");
  }
  *instance = calloc(1, sizeof **instance);
  return *instance == NULL ? PLUG_NO_MEMORY : PLUG_OK;
}

static plug_status initialize(plug_instance *self, plug_text config, const plug_sink *error) {
  if (self->shortest != 0) return refuse(error, PLUG_STATE, "it is initialised already");
  self->shortest = read_shortest(config);
  if (self->shortest != 0) return PLUG_OK;
  return refuse(error, PLUG_INVALID_CONFIG, "an object is needed, with at most `shortest`: 1 to 100");
}

static plug_status shut_down(plug_instance *self) {
  self->shortest = 0;
  return PLUG_OK;
}

static void destroy(plug_instance *self) { free(self); }

static const plug_processor_v1 processor = {sizeof processor, process};

static const void *get_interface(plug_instance *self, plug_text name) {
  size_t length = strlen(PLUG_PROCESSOR);
  (void)self;
  return name.length == length && memcmp(name.bytes, PLUG_PROCESSOR, length) == 0 ? &processor : NULL;
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
