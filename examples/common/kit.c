#include "kit.h"
#include "embed.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

EMBED(kit_description, DESCRIPTION);
extern const char kit_description[] __attribute__((visibility("hidden")));
extern const char kit_description_end[] __attribute__((visibility("hidden")));

struct plug_instance {
  const plug_host *host;
  pthread_mutex_t lock; /* of coming and going */
  void *state;
};

void *kit_state(plug_instance *self) { return self->state; }
const plug_host *kit_host(plug_instance *self) { return self->host; }

static const struct kit_option *option_named(const struct kit_option *options, const char *name) {
  for (; options->name != NULL; options++) {
    if (strcmp(options->name, name) == 0) return options;
  }
  return NULL;
}

plug_status kit_check(const struct json *object, const struct kit_option *options, plug_status status,
                      const plug_sink *error) {
  if (object->kind != JSON_OBJECT) return refuse(error, status, "it is no object");
  for (const struct json *member = object->first; member != NULL; member = member->next) {
    const struct kit_option *option = option_named(options, member->name);
    int64_t number;
    if (option == NULL) return refuse(error, status, "there is no option `%.100s`", member->name);
    if (member->kind != option->kind) return refuse(error, status, "`%s` has the wrong type", option->name);
    if (member->kind != JSON_NUMBER) continue;
    if (!json_integer(member, &number) || number < option->least || number > option->most) {
      return refuse(error, status, "`%s` is no whole number from %lld to %lld", option->name,
                    (long long)option->least, (long long)option->most);
    }
  }
  for (; options->name != NULL; options++) {
    if (options->is_required && json_member(object, options->name) == NULL) {
      return refuse(error, status, "`%s` is missing", options->name);
    }
  }
  return PLUG_OK;
}

int64_t kit_number(const struct json *config, const char *name, int64_t otherwise) {
  int64_t number;
  return json_integer(json_member(config, name), &number) ? number : otherwise;
}

bool kit_truth(const struct json *config, const char *name, bool otherwise) {
  const struct json *member = json_member(config, name);
  return member == NULL ? otherwise : member->is_true;
}

static plug_status describe(const plug_sink *out) {
  size_t length = (size_t)(kit_description_end - kit_description);
  return out->write(out->context, kit_description, length) == 0 ? PLUG_OK : PLUG_SINK;
}

static plug_status create(const plug_host *host, plug_text id, plug_instance **instance, const plug_sink *error) {
  if (!text_is(id, kit_plugin.id)) return refuse(error, PLUG_NOT_FOUND, "this is `%s`", kit_plugin.id);
  plug_instance *self = calloc(1, sizeof *self);
  if (self == NULL || pthread_mutex_init(&self->lock, NULL) != 0) {
    free(self);
    return refuse(error, PLUG_NO_MEMORY, "out of memory");
  }
  self->host = host;
  *instance = self;
  return PLUG_OK;
}

static void drop(void *state) {
  if (state == NULL) return;
  if (kit_plugin.stop != NULL) kit_plugin.stop(state);
  free(state);
}

static plug_status start(plug_instance *self, const struct json *config, const plug_sink *error) {
  plug_status status = kit_check(config, kit_plugin.options, PLUG_INVALID_CONFIG, error);
  if (status != PLUG_OK) return status;
  void *state = calloc(1, kit_plugin.state_size + 1);
  if (state == NULL) return refuse(error, PLUG_NO_MEMORY, "out of memory");
  if (kit_plugin.start != NULL) status = kit_plugin.start(state, self->host, config, error);
  if (status == PLUG_OK) self->state = state;
  else drop(state);
  return status;
}

static plug_status initialize(plug_instance *self, plug_text text, const plug_sink *error) {
  struct json *config = json_read(text.bytes, text.length);
  if (config == NULL) return refuse(error, PLUG_INVALID_CONFIG, "the configuration is no JSON");
  pthread_mutex_lock(&self->lock);
  plug_status status = self->state != NULL ? refuse(error, PLUG_STATE, "it is initialised already")
                                           : start(self, config, error);
  pthread_mutex_unlock(&self->lock);
  json_free(config);
  return status;
}

static plug_status shut_down(plug_instance *self) {
  pthread_mutex_lock(&self->lock);
  drop(self->state);
  self->state = NULL;
  pthread_mutex_unlock(&self->lock);
  return PLUG_OK;
}

static void destroy(plug_instance *self) {
  shut_down(self);
  pthread_mutex_destroy(&self->lock);
  free(self);
}

static const void *get_interface(plug_instance *self, plug_text name) {
  (void)self;
  for (const struct kit_interface *i = kit_plugin.interfaces; i->name != NULL; i++) {
    if (text_is(name, i->name)) return i->functions;
  }
  return NULL;
}

static plug_status metrics(plug_instance *self, const plug_sink *out) {
  struct text text = {0};
  text_add(&text, "{", 1);
  if (self->state != NULL && kit_plugin.measure != NULL) kit_plugin.measure(self->state, &text);
  text_add(&text, "}", 1);
  return text_send(&text, out);
}

static const plug_table table = {sizeof table, PLUG_MAJOR, PLUG_MINOR, describe,      create, initialize,
                                 shut_down,    destroy,    get_interface, metrics};

const plug_table *plug_entry_v1(uint32_t major, uint32_t minor) {
  (void)minor;
  return major == PLUG_MAJOR ? &table : NULL;
}
