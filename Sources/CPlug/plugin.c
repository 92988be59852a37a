/* One plugin: opened, asked, held, got ready. */
#include "inside.h"
#include "plugin.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define DESCRIPTION_MAX (1u << 20)

static void say_to_log(void *context, int32_t level, plug_text message) {
  plughost_plugin *plugin = context;
  if (plugin->log != NULL) plugin->log(plugin->log_context, plugin->id, level, message);
}

static int say_whether_cancelled(void *context) {
  plughost_plugin *plugin = context;
  return atomic_load(&plugin->is_cancelled);
}

/* Every member of version 1.0 is there and points to something. */
static bool is_usable(const plug_table *table, plughost_error *error) {
  if (table == NULL) {
    plughost_say(error, "its entry refuses a host of version %d.%d", PLUG_MAJOR, PLUG_MINOR);
  } else if (!PLUG_HAS(table, metrics)) {
    plughost_say(error, "its table is too small: %u bytes", (unsigned)table->size);
  } else if (table->major != PLUG_MAJOR) {
    plughost_say(error, "its table is of version %u, this host of %d", (unsigned)table->major, PLUG_MAJOR);
  } else if (table->describe == NULL || table->create == NULL || table->initialize == NULL ||
             table->shutdown == NULL || table->destroy == NULL || table->get_interface == NULL ||
             table->metrics == NULL) {
    plughost_say(error, "a function of its table is null");
  } else {
    return true;
  }
  return false;
}

static bool ask(plughost_plugin *p, plughost_error *error) {
  struct buffer text = {.limit = DESCRIPTION_MAX};
  plug_sink sink = buffer_sink(&text);
  plug_status status = p->table->describe(&sink);
  p->description = text.bytes;
  if (status != PLUG_OK || text.is_failed || text.bytes == NULL) {
    plughost_say(error, "it does not describe itself (status %d)", (int)status);
    return false;
  }
  p->id = json_text_member(text.bytes, text.length, "id");
  p->version = json_text_member(text.bytes, text.length, "version");
  if (p->id != NULL && p->version != NULL) return true;
  plughost_say(error, "its description is no JSON object with an `id` and a `version`");
  return false;
}

/* Folders of the id's parts below the host's data folder; an id is never a way out of it. */
static char *data_folder_of(const char *base, const char *id) {
  char path[PATH_MAX];
  if (base == NULL || strstr(id, "..") != NULL || id[0] == '/') return NULL;
  int length = snprintf(path, sizeof path, "%s/%s", base, id);
  if (length < 0 || (size_t)length >= sizeof path) return NULL;
  for (char *c = path + strlen(base) + 1;; c++) {
    if (*c != '/' && *c != 0) continue;
    char kept = *c;
    *c = 0;
    int code = mkdir(path, 0700);
    *c = kept;
    if (code != 0 && errno != EEXIST) return NULL;
    if (kept == 0) return strdup(path);
  }
}

static void offer(plughost_plugin *p, const plughost_options *options) {
  p->log = options->log;
  p->log_context = options->context;
  p->data_folder = data_folder_of(options->data_folder, p->id);
  p->offer = (plug_host){.size = sizeof(plug_host),
                         .major = PLUG_MAJOR,
                         .minor = PLUG_MINOR,
                         .context = p,
                         .log = say_to_log,
                         .is_cancelled = say_whether_cancelled};
  if (p->data_folder != NULL) p->offer.data_folder = (plug_text){p->data_folder, strlen(p->data_folder)};
}

static void drop(plughost_plugin *p) {
  plughost_shutdown(p);
  pthread_mutex_destroy(&p->lock);
  if (p->library != NULL) plughost_close(p->library);
  free(p->id);
  free(p->version);
  free(p->description);
  free(p->path);
  free(p->data_folder);
  free(p);
}

static plughost_plugin *blank(const char *path, plughost_error *error) {
  plughost_plugin *p = calloc(1, sizeof *p);
  char *copy = strdup(path);
  if (p == NULL || copy == NULL || pthread_mutex_init(&p->lock, NULL) != 0) {
    free(p);
    free(copy);
    plughost_say(error, "out of memory");
    return NULL;
  }
  atomic_init(&p->holds, 1);
  p->path = copy;
  p->limits.size = sizeof p->limits;
  p->usage.size = sizeof p->usage;
  p->before = process_use();
  p->generation = 1;
  return p;
}

static plughost_plugin *asked(plughost_plugin *p, plug_entry entry, const plughost_options *options,
                              plughost_error *error) {
  p->table = entry(PLUG_MAJOR, PLUG_MINOR);
  if (!is_usable(p->table, error) || !ask(p, error)) {
    drop(p);
    return NULL;
  }
  offer(p, options);
  return p;
}

plughost_plugin *plugin_open(const char *path, const plughost_options *options, plughost_error *error) {
  plughost_plugin *p = blank(path, error);
  if (p == NULL) return NULL;
  if (strchr(path, '/') != NULL && !is_library_file(path, error)) {
    drop(p);
    return NULL;
  }
  p->library = plughost_open(path, PLUGHOST_LOCAL, error);
  void *symbol = p->library == NULL ? NULL : plughost_symbol(p->library, PLUG_ENTRY);
  if (symbol == NULL) {
    if (p->library != NULL) plughost_say(error, "`%s` exports no `%s`", path, PLUG_ENTRY);
    drop(p);
    return NULL;
  }
  plug_entry entry;
  memcpy(&entry, &symbol, sizeof entry);
  return asked(p, entry, options, error);
}

plughost_plugin *plugin_of(plug_entry entry, const plughost_options *options, plughost_error *error) {
  plughost_plugin *p = blank("", error);
  return p == NULL ? NULL : asked(p, entry, options, error);
}

void plughost_retain(plughost_plugin *p) { atomic_fetch_add(&p->holds, 1); }

void plughost_release(plughost_plugin *p) {
  if (p != NULL && atomic_fetch_sub(&p->holds, 1) == 1) drop(p);
}

const char *plughost_id(const plughost_plugin *p) { return p->id; }
const char *plughost_version(const plughost_plugin *p) { return p->version; }
const char *plughost_description(const plughost_plugin *p) { return p->description; }
const char *plughost_path(const plughost_plugin *p) { return p->path; }
uint64_t plughost_generation(const plughost_plugin *p) { return p->generation; }
const plug_table *plughost_table(const plughost_plugin *p) { return p->table; }
const plug_host *plughost_offer(plughost_plugin *p) { return &p->offer; }

plug_instance *plughost_instance(plughost_plugin *p) {
  pthread_mutex_lock(&p->lock);
  plug_instance *instance = p->instance;
  pthread_mutex_unlock(&p->lock);
  return instance;
}

static plug_status made_ready(plughost_plugin *p, const char *config, plug_instance **instance,
                              plughost_error *error) {
  plug_sink words = error_sink(error);
  const plug_sink *sink = error == NULL ? NULL : &words;
  plug_text id = {p->id, strlen(p->id)};
  plug_status status = p->table->create(&p->offer, id, instance, sink);
  if (status == PLUG_OK && *instance == NULL) status = PLUG_FAILED;
  if (status != PLUG_OK) return status;
  status = p->table->initialize(*instance, (plug_text){config, strlen(config)}, sink);
  if (status == PLUG_OK) return PLUG_OK;
  p->table->destroy(*instance);
  *instance = NULL;
  return status;
}

plug_status plughost_initialize(plughost_plugin *p, const char *config, plughost_error *error) {
  if (config == NULL || *config == 0) config = "{}";
  /* Not under the lock: the plugin may log, and the host may ask. */
  if (plughost_instance(p) != NULL) {
    plughost_say(error, "`%s` is initialised already", p->id);
    return PLUG_STATE;
  }
  plug_instance *instance = NULL;
  plug_status status = made_ready(p, config, &instance, error);
  if (status != PLUG_OK) {
    if (error != NULL && error->text[0] == 0) plughost_say(error, "status %d, without a reason", (int)status);
    return status;
  }
  pthread_mutex_lock(&p->lock);
  bool is_late = p->instance != NULL;
  if (!is_late) p->instance = instance;
  pthread_mutex_unlock(&p->lock);
  if (!is_late) return PLUG_OK;
  /* Somebody was quicker. */
  p->table->shutdown(instance);
  p->table->destroy(instance);
  plughost_say(error, "`%s` is initialised already", p->id);
  return PLUG_STATE;
}

plug_status plughost_shutdown(plughost_plugin *p) {
  pthread_mutex_lock(&p->lock);
  plug_instance *instance = p->instance;
  p->instance = NULL;
  pthread_mutex_unlock(&p->lock);
  if (instance == NULL) return PLUG_OK;
  plug_status status = p->table->shutdown(instance);
  p->table->destroy(instance);
  return status;
}

const void *plughost_interface(plughost_plugin *p, const char *name) {
  plug_instance *instance = plughost_instance(p);
  return instance == NULL ? NULL : p->table->get_interface(instance, (plug_text){name, strlen(name)});
}

plug_status plughost_metrics(plughost_plugin *p, const plug_sink *out) {
  plug_instance *instance = plughost_instance(p);
  return instance == NULL ? PLUG_STATE : p->table->metrics(instance, out);
}

void plughost_cancel(plughost_plugin *p, int is_cancelled) { atomic_store(&p->is_cancelled, is_cancelled != 0); }
