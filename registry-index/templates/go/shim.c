/* The table in C; each function hands on to Go. */
#include "plug.h"

#include <stdlib.h>
#include <string.h>

#pragma GCC visibility push(hidden)
extern plug_status shim_describe(const plug_sink *out);
extern plug_status shim_create(plug_text id, uintptr_t *handle, const plug_sink *error);
extern plug_status shim_initialize(uintptr_t handle, plug_text config, const plug_sink *error);
extern plug_status shim_shutdown(uintptr_t handle);
extern void shim_destroy(uintptr_t handle);
extern plug_status shim_process(uintptr_t handle, plug_text input, const plug_sink *out, const plug_sink *error);
#pragma GCC visibility pop

struct plug_instance {
  uintptr_t handle;
};

static plug_status create(const plug_host *host, plug_text id, plug_instance **instance, const plug_sink *error) {
  (void)host;
  plug_instance *self = calloc(1, sizeof *self);
  if (self == NULL) return PLUG_NO_MEMORY;
  plug_status status = shim_create(id, &self->handle, error);
  if (status == PLUG_OK) *instance = self;
  else free(self);
  return status;
}

static plug_status initialize(plug_instance *self, plug_text config, const plug_sink *error) {
  return shim_initialize(self->handle, config, error);
}

static plug_status shut_down(plug_instance *self) { return shim_shutdown(self->handle); }

static void destroy(plug_instance *self) {
  shim_destroy(self->handle);
  free(self);
}

static plug_status process(plug_instance *self, plug_text input, const plug_sink *out, const plug_sink *error) {
  return shim_process(self->handle, input, out, error);
}

static const plug_processor_v1 processor = {sizeof processor, process};

static const void *get_interface(plug_instance *self, plug_text name) {
  (void)self;
  size_t length = strlen(PLUG_PROCESSOR);
  return name.length == length && memcmp(name.bytes, PLUG_PROCESSOR, length) == 0 ? &processor : NULL;
}

static plug_status metrics(plug_instance *self, const plug_sink *out) {
  (void)self;
  return out == NULL || out->write(out->context, "{}", 2) == 0 ? PLUG_OK : PLUG_SINK;
}

static const plug_table table = {sizeof table, PLUG_MAJOR, PLUG_MINOR, shim_describe, create, initialize,
                                 shut_down,    destroy,    get_interface, metrics};

const plug_table *plug_entry_v1(uint32_t major, uint32_t minor) {
  (void)minor;
  return major == PLUG_MAJOR ? &table : NULL;
}
