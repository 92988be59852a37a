/* plughost: the small core that opens plugins.
 *
 * The process that tests a plugin and a host that runs it link the same code, so that what was
 * tested is what runs. C11, libc only; nothing is allocated, and nothing is global. One plughost
 * belongs to one thread at a time, as dlopen's own error text does.
 */
#ifndef PLUGHOST_H
#define PLUGHOST_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* As many libraries as one plughost can hold open. */
#define PLUGHOST_MAX 256

/* The libraries that were opened, in their order. Start with `struct plughost host = {0};`. */
struct plughost {
  size_t count;
  void *handles[PLUGHOST_MAX];
};

/* Who sees the symbols of a library. */
enum plughost_scope {
  PLUGHOST_LOCAL, /* itself only: a plugin */
  PLUGHOST_SHARED /* libraries opened later too: a module that others are built on */
};

/* Opens a library and resolves every symbol at once (RTLD_NOW), so that what is missing shows
 * here and not at the first call. `path` must contain a slash, or the library path is searched.
 * Constructors of the library run inside this call.
 *
 * Returns NULL, or the reason as a text that is valid until the next call in this thread. */
const char *plughost_open(struct plughost *host, const char *path, enum plughost_scope scope);

/* The address of a symbol of the library that was opened last, or of one that it needs; NULL where
 * there is none or nothing is open. The symbol is not called. */
void *plughost_symbol(const struct plughost *host, const char *name);

/* Closes all libraries, the last one first. A library may stay mapped (see dlclose(3)): Go, Swift
 * and libraries with unique symbols do, and a new version of those needs a new process. */
void plughost_close(struct plughost *host);

#ifdef __cplusplus
}
#endif

#endif
