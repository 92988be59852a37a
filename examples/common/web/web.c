#include "web.h"

#include <string.h>

static int hex(char c) {
  static const char digits[] = "0123456789abcdef";
  const char *digit = c == 0 ? NULL : strchr(digits, c | 0x20);
  return digit == NULL || *digit == 0 ? -1 : (int)(digit - digits);
}

static void decode(const char *next, const char *end, struct text *out) {
  out->length = 0;
  text_add(out, "", 0);
  for (; next < end; next++) {
    bool is_code = *next == '%' && end - next > 2 && hex(next[1]) >= 0 && hex(next[2]) >= 0;
    char c = *next == '+' ? ' ' : *next;
    if (is_code) c = (char)(hex(next[1]) * 16 + hex(next[2])), next += 2;
    text_add(out, &c, 1);
  }
}

bool query_next(plug_text *query, struct text *name, struct text *value) {
  if (query->length == 0) return false;
  const char *start = query->bytes, *end = start + query->length;
  const char *stop = memchr(start, '&', query->length), *equals;
  if (stop == NULL) stop = end;
  equals = memchr(start, '=', (size_t)(stop - start));
  decode(start, equals == NULL ? stop : equals, name);
  decode(equals == NULL ? stop : equals + 1, stop, value);
  *query = stop == end ? (plug_text){NULL, 0} : (plug_text){stop + 1, (size_t)(end - stop - 1)};
  return true;
}

plug_status reply(const plug_response *response, int32_t status, struct text *body) {
  static const plug_header json = {{"Content-Type", 12}, {"application/json", 16}};
  if (body->has_failed) {
    text_free(body);
    return PLUG_NO_MEMORY;
  }
  bool is_gone = response->head(response->context, status, &json, body->length > 0 ? 1 : 0) != 0;
  if (!is_gone && body->length > 0) is_gone = response->body(response->context, body->bytes, body->length) != 0;
  text_free(body);
  return is_gone ? PLUG_SINK : PLUG_OK;
}

plug_status reply_fault(const plug_response *response, int32_t status, const char *reason) {
  struct text body = {0};
  text_say(&body, "{\"error\": ");
  json_write_text(reason, strlen(reason), &body);
  text_say(&body, "}\n");
  return reply(response, status, &body);
}

int64_t path_number(plug_text text) {
  int64_t number = 0;
  if (text.length > 15) return 0;
  for (size_t i = 0; i < text.length; i++) {
    if (text.bytes[i] < '0' || text.bytes[i] > '9') return 0;
    number = number * 10 + (text.bytes[i] - '0');
  }
  return number;
}
