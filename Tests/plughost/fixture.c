/* The plugin that the tests load. It counts, and uses what it is told to use. Macros give it other ids and
 * versions, and make bad ones of it. */
#include "plug.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#ifndef ID
#define ID "test/counter"
#endif
#ifndef VERSION
#define VERSION "1.0.0"
#endif
#define MOST 64

struct plug_instance {
  const plug_host *host;
  atomic_long count;
  atomic_bool is_ready;
  atomic_bool ends; /* the threads' sign to end */
  pthread_t threads[MOST];
  size_t thread_count;
  int files[MOST];
  size_t file_count;
  void *memory;
  size_t memory_size;
};

static plug_status say(const plug_sink *sink, const char *text) {
  if (sink == NULL) return PLUG_OK;
  return sink->write(sink->context, text, strlen(text)) == 0 ? PLUG_OK : PLUG_SINK;
}

static plug_status describe(const plug_sink *out) {
#if defined(DESCRIBE_FAILS)
  (void)out;
  return PLUG_FAILED;
#elif defined(DESCRIBE_TEXT)
  return say(out, DESCRIBE_TEXT);
#else
  return say(out, "{\"schema\": 1, \"id\": \"" ID "\", \"version\": \"" VERSION "\", \"interfaces\": "
                  "[\"plug.processor/1\", \"plug.reload/1\"], \"capabilities\": [\"concurrent\"]}");
#endif
}

static plug_status create(const plug_host *host, plug_text id, plug_instance **instance, const plug_sink *error) {
  if (id.length != strlen(ID) || memcmp(id.bytes, ID, id.length) != 0) {
    say(error, "there is no such plugin here");
    return PLUG_NOT_FOUND;
  }
  *instance = calloc(1, sizeof **instance);
  if (*instance == NULL) return PLUG_NO_MEMORY;
  (*instance)->host = host;
  return PLUG_OK;
}

static plug_status initialize(plug_instance *self, plug_text config, const plug_sink *error) {
  if (config.length < 2 || config.bytes[0] != '{') {
    say(error, "the configuration is no object");
    return PLUG_INVALID_CONFIG;
  }
  char *text = strndup(config.bytes, config.length);
  if (strstr(text, "log") != NULL) {
    self->host->log(self->host->context, PLUG_LOG_INFO, (plug_text){"initialised", 11});
  }
  bool refuses = strstr(text, "refuse") != NULL;
  free(text);
  if (refuses) {
    say(error, "told to refuse");
    return PLUG_INVALID_CONFIG;
  }
  atomic_store(&self->is_ready, true);
  return PLUG_OK;
}

static void let_go(plug_instance *self) {
  atomic_store(&self->ends, true);
  while (self->thread_count > 0) pthread_join(self->threads[--self->thread_count], NULL);
  atomic_store(&self->ends, false);
  while (self->file_count > 0) close(self->files[--self->file_count]);
  if (self->memory != NULL) munmap(self->memory, self->memory_size);
  self->memory = NULL;
}

static plug_status shut_down(plug_instance *self) {
  let_go(self);
  atomic_store(&self->is_ready, false);
  return PLUG_OK;
}

static void destroy(plug_instance *self) {
  let_go(self);
  free(self);
}

static void nap(long milliseconds) {
  struct timespec time = {milliseconds / 1000, milliseconds % 1000 * 1000000};
  nanosleep(&time, NULL);
}

static void *wait_for_end(void *context) {
  plug_instance *self = context;
  while (!atomic_load(&self->ends)) nap(2);
  return NULL;
}

static long cpu_milliseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void spin(long milliseconds) {
  for (long end = cpu_milliseconds() + milliseconds; cpu_milliseconds() < end;) continue;
}

static plug_status wait_for_cancel(plug_instance *self) {
  for (int i = 0; i < 2500; i++) {
    if (self->host->is_cancelled(self->host->context)) return PLUG_CANCELLED;
    nap(2);
  }
  return PLUG_OK;
}

static void fill_memory(plug_instance *self, long megabytes) {
  self->memory_size = (size_t)megabytes << 20;
  self->memory = mmap(NULL, self->memory_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (self->memory == MAP_FAILED) abort();
  memset(self->memory, 1, self->memory_size);
}

static plug_status process(plug_instance *self, plug_text input, const plug_sink *out, const plug_sink *error) {
  char word[32] = "", text[64];
  long number = 0;
  if (!atomic_load(&self->is_ready)) return PLUG_STATE;
  snprintf(text, sizeof text, "%.*s", (int)input.length, input.bytes);
  sscanf(text, "%31s %ld", word, &number);
  if (strcmp(word, "count") == 0) {
    snprintf(text, sizeof text, "%ld", atomic_fetch_add(&self->count, 1) + 1);
    return say(out, text);
  }
  if (strcmp(word, "sleep") == 0) nap(number);
  else if (strcmp(word, "spin") == 0) spin(number);
  else if (strcmp(word, "memory") == 0) fill_memory(self, number);
  else if (strcmp(word, "cancelled") == 0) return wait_for_cancel(self);
  else if (strcmp(word, "folder") == 0) return out->write(out->context, self->host->data_folder.bytes, self->host->data_folder.length);
  else if (strcmp(word, "let-go") == 0) let_go(self);
  else if (strcmp(word, "threads") == 0) {
    for (; number > 0 && self->thread_count < MOST; number--) {
      if (pthread_create(&self->threads[self->thread_count], NULL, wait_for_end, self) == 0) self->thread_count++;
    }
  } else if (strcmp(word, "files") == 0) {
    for (; number > 0 && self->file_count < MOST; number--) {
      self->files[self->file_count++] = open("/dev/null", O_RDONLY | O_CLOEXEC);
    }
  } else {
    say(error, "no such order");
    return PLUG_INVALID_ARGUMENT;
  }
  return PLUG_OK;
}

static plug_status save(plug_instance *self, const plug_sink *state, const plug_sink *error) {
  char text[32];
  (void)error;
  snprintf(text, sizeof text, "%ld", atomic_load(&self->count));
  return say(state, text);
}

static plug_status restore(plug_instance *self, plug_text state, const plug_sink *error) {
#ifdef RESTORE_FAILS
  (void)self, (void)state;
  say(error, "this state is of another kind");
  return PLUG_INVALID_ARGUMENT;
#else
  char text[32];
  (void)error;
  snprintf(text, sizeof text, "%.*s", (int)state.length, state.bytes);
  atomic_store(&self->count, atol(text));
  return PLUG_OK;
#endif
}

static plug_status metrics(plug_instance *self, const plug_sink *out) {
  char text[64];
  snprintf(text, sizeof text, "{\"count\": %ld}", atomic_load(&self->count));
  return say(out, text);
}

static const plug_processor_v1 processor = {sizeof processor, process};
static const plug_reload_v1 reload = {sizeof reload, save, restore};

static const void *get_interface(plug_instance *self, plug_text name) {
  (void)self;
  if (name.length == strlen(PLUG_PROCESSOR) && memcmp(name.bytes, PLUG_PROCESSOR, name.length) == 0) return &processor;
  if (name.length == strlen(PLUG_RELOAD) && memcmp(name.bytes, PLUG_RELOAD, name.length) == 0) return &reload;
  return NULL;
}

#ifndef TABLE_SIZE
#define TABLE_SIZE sizeof(plug_table)
#endif
#ifndef TABLE_MAJOR
#define TABLE_MAJOR PLUG_MAJOR
#endif
#ifndef METRICS
#define METRICS metrics
#endif
#ifndef ENTRY
#define ENTRY plug_entry_v1
#endif

static const plug_table table = {TABLE_SIZE,    TABLE_MAJOR, PLUG_MINOR,    describe, create, initialize,
                                 shut_down, destroy,    get_interface, METRICS};

PLUG_EXPORT const plug_table *ENTRY(uint32_t major, uint32_t minor);
const plug_table *ENTRY(uint32_t major, uint32_t minor) {
  (void)minor;
  (void)metrics;
#ifdef ENTRY_REFUSES
  major = 0;
#endif
  return major == PLUG_MAJOR ? &table : NULL;
}
