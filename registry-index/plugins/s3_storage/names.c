#include "s3.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#define HASH 64

static const char digits[] = "0123456789abcdef";

/* Letters that a URL and a signature take as they are. */
bool is_location(plug_text location) {
  static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
  size_t part = 0;
  if (location.length < 1 || location.length > 100) return false;
  for (size_t i = 0; i <= location.length; i++) {
    if (i < location.length && location.bytes[i] != '/') {
      if (location.bytes[i] == 0 || strchr(letters, location.bytes[i]) == NULL) return false;
      continue;
    }
    bool is_dots = (i - part == 1 || i - part == 2) && strncmp(location.bytes + part, "..", i - part) == 0;
    if (i == part || is_dots) return false;
    part = i + 1;
  }
  return true;
}

static char *write_hex(const char *bytes, size_t length, char *out) {
  for (size_t i = 0; i < length; i++) {
    *out++ = digits[(unsigned char)bytes[i] >> 4];
    *out++ = digits[(unsigned char)bytes[i] & 15];
  }
  *out = 0;
  return out;
}

void write_sha256(plug_text bytes, char hex[65]) {
  unsigned char digest[32];
  EVP_Digest(bytes.length == 0 ? "" : bytes.bytes, bytes.length, digest, NULL, EVP_sha256(), NULL);
  write_hex((const char *)digest, sizeof digest, hex);
}

bool has_whole_key(plug_text key) { return key.length <= WHOLE; }

void name_of(const struct plug_store *store, plug_text key, char name[NAME_SIZE]) {
  char *end = name + snprintf(name, NAME_SIZE, "%s/", store->location);
  end = write_hex(key.bytes, has_whole_key(key) ? key.length : WHOLE, end);
  if (has_whole_key(key)) return;
  *end++ = '-';
  write_sha256(key, end);
}

/* What follows the location; null in a name of somebody else's. */
static const char *behind_location(const struct plug_store *store, const char *name) {
  size_t length = strlen(store->location);
  return strncmp(name, store->location, length) == 0 && name[length] == '/' ? name + length + 1 : NULL;
}

bool key_in(const struct plug_store *store, const char *name, char key[KEY_MAX], size_t *length) {
  const char *hex = behind_location(store, name);
  size_t count = hex == NULL ? 0 : strlen(hex);
  if (count < 2 || count > 2 * WHOLE || count % 2 != 0 || strspn(hex, digits) != count) return false;
  for (size_t i = 0; i < count / 2; i++) {
    key[i] = (char)((strchr(digits, hex[2 * i]) - digits) << 4 | (strchr(digits, hex[2 * i + 1]) - digits));
  }
  *length = count / 2;
  return true;
}

bool is_cut(const struct plug_store *store, const char *name) {
  const char *hex = behind_location(store, name);
  return hex != NULL && strspn(hex, digits) == 2 * WHOLE && hex[2 * WHOLE] == '-' &&
         strlen(hex) == 2 * WHOLE + 1 + HASH && strspn(hex + 2 * WHOLE + 1, digits) == HASH;
}
