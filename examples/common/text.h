/* Text that grows; what fails for want of memory is remembered and asked for at the end. */
#ifndef EXAMPLES_TEXT_H
#define EXAMPLES_TEXT_H

#include "plug.h"

#include <stdbool.h>

struct text {
  char *bytes; /* ended by a zero; null while empty */
  size_t length;
  size_t capacity;
  bool has_failed;
};

void text_add(struct text *text, const void *bytes, size_t length);
void text_say(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
void text_free(struct text *text);

/* Gives all of a text to a sink and frees it. */
plug_status text_send(struct text *text, const plug_sink *out);

/* Writes a reason where somebody wants to know it, and returns the status. */
plug_status refuse(const plug_sink *error, plug_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

bool text_is(plug_text text, const char *word);
/* Well-formed UTF-8 without zeros. */
bool text_is_utf8(plug_text text);

#endif
