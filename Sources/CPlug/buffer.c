#include "inside.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int buffer_write(void *context, const char *bytes, size_t length) {
  struct buffer *b = context;
  if (b->is_failed || length > b->limit - b->length) {
    b->is_failed = true;
    return 1;
  }
  char *grown = realloc(b->bytes, b->length + length + 1);
  if (grown == NULL) {
    b->is_failed = true;
    return 1;
  }
  if (length > 0) memcpy(grown + b->length, bytes, length);
  b->bytes = grown;
  b->length += length;
  grown[b->length] = 0;
  return 0;
}

plug_sink buffer_sink(struct buffer *buffer) {
  return (plug_sink){.size = sizeof(plug_sink), .context = buffer, .write = buffer_write};
}

static int error_write(void *context, const char *bytes, size_t length) {
  plughost_error *error = context;
  size_t used = strlen(error->text);
  size_t room = sizeof error->text - 1 - used;
  if (length > room) length = room;
  for (size_t i = 0; i < length; i++) error->text[used + i] = bytes[i] == 0 ? ' ' : bytes[i];
  error->text[used + length] = 0;
  return 0;
}

plug_sink error_sink(plughost_error *error) {
  if (error != NULL) error->text[0] = 0;
  return (plug_sink){.size = sizeof(plug_sink), .context = error, .write = error_write};
}

void plughost_say(plughost_error *error, const char *format, ...) {
  if (error == NULL) return;
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(error->text, sizeof error->text, format, arguments);
  va_end(arguments);
}
