/* The list of plugins. */
#include "inside.h"
#include "plugin.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static plughost_options known_options(const plughost_options *given) {
  plughost_options known = {.size = sizeof known};
  if (given == NULL) return known;
  if (PLUG_HAS(given, context)) known.context = given->context;
  if (PLUG_HAS(given, log)) known.log = given->log;
  if (PLUG_HAS(given, exceeded)) known.exceeded = given->exceeded;
  if (PLUG_HAS(given, monitor_milliseconds)) known.monitor_milliseconds = given->monitor_milliseconds;
  if (PLUG_HAS(given, data_folder)) known.data_folder = given->data_folder;
  return known;
}

static bool start_monitor(plughost *host) {
  pthread_condattr_t attributes;
  pthread_condattr_init(&attributes);
  pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
  pthread_cond_init(&host->monitor_wake, &attributes);
  pthread_condattr_destroy(&attributes);
  if (host->options.monitor_milliseconds == 0) return true;
  host->has_monitor = pthread_create(&host->monitor, NULL, monitor_main, host) == 0;
  return host->has_monitor;
}

plughost *plughost_new(const plughost_options *options) {
  plughost *host = calloc(1, sizeof *host);
  if (host == NULL) return NULL;
  host->options = known_options(options);
  pthread_rwlock_init(&host->lock, NULL);
  pthread_mutex_init(&host->monitor_lock, NULL);
  if (host->options.data_folder != NULL) host->data_folder = strdup(host->options.data_folder);
  bool is_lacking = host->options.data_folder != NULL && host->data_folder == NULL;
  host->options.data_folder = host->data_folder;
  if (start_monitor(host) && !is_lacking) return host;
  plughost_free(host);
  return NULL;
}

void plughost_free(plughost *host) {
  if (host == NULL) return;
  pthread_mutex_lock(&host->monitor_lock);
  host->is_ending = true;
  pthread_cond_signal(&host->monitor_wake);
  pthread_mutex_unlock(&host->monitor_lock);
  if (host->has_monitor) pthread_join(host->monitor, NULL);
  /* The last first: who came later may use who came before. */
  while (host->count > 0) plughost_release(host->plugins[--host->count]);
  pthread_cond_destroy(&host->monitor_wake);
  pthread_mutex_destroy(&host->monitor_lock);
  pthread_rwlock_destroy(&host->lock);
  free(host->plugins);
  free(host->data_folder);
  free(host);
}

/* Under the lock. */
static plughost_plugin **place_of(plughost *host, const char *id) {
  for (size_t i = 0; i < host->count; i++) {
    if (strcmp(host->plugins[i]->id, id) == 0) return &host->plugins[i];
  }
  return NULL;
}

/* Under the lock. */
static bool has_room(plughost *host) {
  if (host->count < host->capacity) return true;
  size_t capacity = host->capacity == 0 ? 16 : host->capacity * 2;
  plughost_plugin **grown = realloc(host->plugins, capacity * sizeof *grown);
  if (grown == NULL) return false;
  host->plugins = grown;
  host->capacity = capacity;
  return true;
}

/* Takes a plugin in; the list has a hold of its own, and the caller keeps his. */
static plughost_plugin *added(plughost *host, plughost_plugin *p, plughost_error *error) {
  if (p == NULL) return NULL;
  pthread_rwlock_wrlock(&host->lock);
  plughost_plugin **other = place_of(host, p->id);
  bool is_added = other == NULL && has_room(host);
  if (other != NULL) {
    plughost_say(error, "`%s` is loaded already, from `%s`", p->id, (*other)->path);
  } else if (!is_added) {
    plughost_say(error, "out of memory");
  } else {
    plughost_retain(p);
    host->plugins[host->count++] = p;
  }
  pthread_rwlock_unlock(&host->lock);
  if (is_added) return p;
  plughost_release(p);
  return NULL;
}

plughost_plugin *plughost_load(plughost *host, const char *path, plughost_error *error) {
  return added(host, plugin_open(path, &host->options, error), error);
}

plughost_plugin *plughost_register(plughost *host, plug_entry entry, plughost_error *error) {
  return added(host, plugin_of(entry, &host->options, error), error);
}

static int is_library(const struct dirent *entry) {
  size_t length = strlen(entry->d_name);
  return length > 3 && entry->d_name[0] != '.' && strcmp(entry->d_name + length - 3, ".so") == 0;
}

static int by_bytes(const struct dirent **left, const struct dirent **right) {
  return strcmp((*left)->d_name, (*right)->d_name);
}

long plughost_load_folder(plughost *host, const char *folder,
                          void (*refused)(void *context, const char *path, const char *reason), void *context,
                          plughost_error *error) {
  struct dirent **names;
  int count = scandir(folder, &names, is_library, by_bytes);
  if (count < 0) {
    plughost_say(error, "can't read `%s`: %s", folder, strerror(errno));
    return -1;
  }
  long loaded = 0;
  for (int i = 0; i < count; i++) {
    char path[PATH_MAX];
    plughost_error reason = {{0}};
    snprintf(path, sizeof path, "%s/%s", folder, names[i]->d_name);
    plughost_plugin *p = plughost_load(host, path, &reason);
    if (p == NULL && refused != NULL) refused(context, path, reason.text);
    loaded += p != NULL;
    plughost_release(p);
    free(names[i]);
  }
  free(names);
  return loaded;
}

static int is_no_library(const struct dirent *entry) { return entry->d_name[0] != '.' && !is_library(entry); }

long plughost_load_folders(plughost *host, const char *folder,
                           void (*refused)(void *context, const char *path, const char *reason), void *context,
                           plughost_error *error) {
  long loaded = plughost_load_folder(host, folder, refused, context, error);
  if (loaded < 0) return loaded;
  struct dirent **names;
  int count = scandir(folder, &names, is_no_library, by_bytes);
  for (int i = 0; i < count; i++) {
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/%s", folder, names[i]->d_name);
    /* What is no folder, or can't be read, has none. */
    long more = plughost_load_folder(host, path, refused, context, NULL);
    if (more > 0) loaded += more;
    free(names[i]);
  }
  if (count >= 0) free(names);
  return loaded;
}

plughost_plugin *plughost_get(plughost *host, const char *id) {
  pthread_rwlock_rdlock(&host->lock);
  plughost_plugin **place = place_of(host, id);
  plughost_plugin *p = place == NULL ? NULL : *place;
  if (p != NULL) plughost_retain(p);
  pthread_rwlock_unlock(&host->lock);
  return p;
}

char **plughost_ids(plughost *host) {
  pthread_rwlock_rdlock(&host->lock);
  size_t size = (host->count + 1) * sizeof(char *);
  for (size_t i = 0; i < host->count; i++) size += strlen(host->plugins[i]->id) + 1;
  char **list = malloc(size);
  if (list != NULL) {
    char *next = (char *)(list + host->count + 1);
    for (size_t i = 0; i < host->count; i++) {
      list[i] = next;
      next = stpcpy(next, host->plugins[i]->id) + 1;
    }
    list[host->count] = NULL;
  }
  pthread_rwlock_unlock(&host->lock);
  return list;
}

plug_status plughost_unload(plughost *host, const char *id) {
  pthread_rwlock_wrlock(&host->lock);
  plughost_plugin **place = place_of(host, id);
  plughost_plugin *p = place == NULL ? NULL : *place;
  if (p != NULL) {
    size_t after = host->count - (size_t)(place - host->plugins) - 1;
    memmove(place, place + 1, after * sizeof *place);
    host->count--;
  }
  pthread_rwlock_unlock(&host->lock);
  plughost_release(p);
  return p == NULL ? PLUG_NOT_FOUND : PLUG_OK;
}

static bool hand_over(plughost_plugin *old, plughost_plugin *new, plughost_error *error) {
  const plug_reload_v1 *from = plughost_interface(old, PLUG_RELOAD);
  const plug_reload_v1 *to = plughost_interface(new, PLUG_RELOAD);
  if (from == NULL || to == NULL) return true;
  struct buffer state = {.limit = (size_t)1 << 30};
  plughost_error unread;
  if (error == NULL) error = &unread;
  plug_sink out = buffer_sink(&state), words = error_sink(error);
  plug_status status = from->save(plughost_instance(old), &out, &words);
  if (status == PLUG_OK && state.is_failed) status = PLUG_SINK;
  if (status == PLUG_OK) {
    status = to->restore(plughost_instance(new), (plug_text){state.bytes, state.length}, &words);
  }
  free(state.bytes);
  if (status != PLUG_OK && error->text[0] == 0) {
    plughost_say(error, "the state could not be handed over (status %d)", (int)status);
  }
  return status == PLUG_OK;
}

static bool is_next(plughost_plugin *old, plughost_plugin *new, plughost_error *error) {
  if (new->library != NULL && new->library == old->library) {
    plughost_say(error, "`%s` is the code that is loaded already: another path is needed", new->path);
  } else if (strcmp(new->id, old->id) != 0) {
    plughost_say(error, "`%s` is `%s`, not `%s`", new->path, new->id, old->id);
  } else {
    return true;
  }
  return false;
}

/* Puts `new` where `old` still stands. */
static bool replaced(plughost *host, plughost_plugin *old, plughost_plugin *new) {
  pthread_rwlock_wrlock(&host->lock);
  plughost_plugin **place = place_of(host, old->id);
  bool is_there = place != NULL && *place == old;
  if (is_there) {
    plughost_retain(new);
    *place = new;
  }
  pthread_rwlock_unlock(&host->lock);
  if (is_there) plughost_release(old);
  return is_there;
}

static bool is_ready(plughost_plugin *old, plughost_plugin *new, const char *config, plughost_error *error) {
  if (!is_next(old, new, error)) return false;
  new->generation = old->generation + 1;
  pthread_mutex_lock(&old->lock);
  new->limits = old->limits;
  pthread_mutex_unlock(&old->lock);
  if (plughost_initialize(new, config, error) != PLUG_OK) return false;
  return plughost_instance(old) == NULL || hand_over(old, new, error);
}

plughost_plugin *plughost_reload(plughost *host, const char *id, const char *path, const char *config,
                                 plughost_error *error) {
  plughost_plugin *old = plughost_get(host, id);
  if (old == NULL) {
    plughost_say(error, "`%s` is not loaded", id);
    return NULL;
  }
  plughost_plugin *new = plugin_open(path, &host->options, error);
  bool is_done = new != NULL && is_ready(old, new, config, error);
  if (is_done && !replaced(host, old, new)) {
    plughost_say(error, "`%s` was replaced meanwhile", id);
    is_done = false;
  }
  plughost_release(old);
  if (is_done) return new;
  plughost_release(new);
  return NULL;
}
