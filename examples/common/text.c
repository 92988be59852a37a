#include "text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool has_room(struct text *text, size_t more) {
  if (text->has_failed) return false;
  if (text->capacity - text->length > more) return true;
  size_t capacity = text->capacity == 0 ? 64 : text->capacity;
  while (capacity - text->length <= more) capacity *= 2;
  char *grown = realloc(text->bytes, capacity);
  text->has_failed = grown == NULL;
  if (grown == NULL) return false;
  text->bytes = grown;
  text->capacity = capacity;
  return true;
}

void text_add(struct text *text, const void *bytes, size_t length) {
  if (!has_room(text, length)) return;
  if (length > 0) memcpy(text->bytes + text->length, bytes, length);
  text->length += length;
  text->bytes[text->length] = 0;
}

void text_say(struct text *text, const char *format, ...) {
  char words[1024];
  va_list arguments;
  va_start(arguments, format);
  int length = vsnprintf(words, sizeof words, format, arguments);
  va_end(arguments);
  if (length < 0) return;
  text_add(text, words, (size_t)length < sizeof words ? (size_t)length : sizeof words - 1);
}

void text_free(struct text *text) {
  free(text->bytes);
  *text = (struct text){0};
}

plug_status text_send(struct text *text, const plug_sink *out) {
  plug_status status = PLUG_OK;
  if (text->has_failed) {
    status = PLUG_NO_MEMORY;
  } else if (out != NULL && text->length > 0 && out->write(out->context, text->bytes, text->length) != 0) {
    status = PLUG_SINK;
  }
  text_free(text);
  return status;
}

plug_status refuse(const plug_sink *error, plug_status status, const char *format, ...) {
  char words[500];
  va_list arguments;
  if (error == NULL) return status;
  va_start(arguments, format);
  int length = vsnprintf(words, sizeof words, format, arguments);
  va_end(arguments);
  if (length < 0) return status;
  error->write(error->context, words, (size_t)length < sizeof words ? (size_t)length : sizeof words - 1);
  return status;
}

bool text_is(plug_text text, const char *word) {
  return text.length == strlen(word) && memcmp(text.bytes, word, text.length) == 0;
}

/* RFC 3629's table. */
bool text_is_utf8(plug_text text) {
  const unsigned char *next = (const unsigned char *)text.bytes, *end = next + text.length;
  while (next < end) {
    unsigned char c = *next++;
    size_t more = c < 0x80 ? 0 : c >= 0xc2 && c < 0xe0 ? 1 : c >= 0xe0 && c < 0xf0 ? 2 : c >= 0xf0 && c < 0xf5 ? 3 : 9;
    if (c == 0 || more > (size_t)(end - next)) return false;
    if ((c == 0xe0 && *next < 0xa0) || (c == 0xed && *next > 0x9f) || (c == 0xf0 && *next < 0x90) ||
        (c == 0xf4 && *next > 0x8f)) {
      return false;
    }
    for (; more > 0; more--) {
      if ((*next++ & 0xc0) != 0x80) return false;
    }
  }
  return true;
}
