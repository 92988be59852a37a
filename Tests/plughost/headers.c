/* Both headers in one file, for C99 and C++17 without extensions; and a host that is small enough to link. */
#include "plug.h"
#include "plughost.h"

int main(void) {
  plughost *host = plughost_new(0);
  int is_there = host != 0 && plughost_get(host, "test/none") == 0 && PLUG_HOST_MINIMUM >= sizeof(void *);
  plughost_free(host);
  return !is_there;
}
