/* Uses each plugin from four threads at once: all are `concurrent`. Built with the sanitizer of threads.
 * crowd FOLDER PLUGIN.so... */
#include "../hosts/c/uses.h"
#include "json.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define THREADS 4
#define ROUNDS 25

struct crowd {
  plughost_plugin *plugin;
  const struct use *use;
  const char *folder;
  atomic_int next;
  atomic_int faults;
};

/* Each thread has a folder of its own, for a database of its own. */
static void *work(void *context) {
  struct crowd *crowd = context;
  const void *interface = plughost_interface(crowd->plugin, crowd->use->interface);
  char folder[4096], words[200];
  snprintf(folder, sizeof folder, "%s/%d", crowd->folder, atomic_fetch_add(&crowd->next, 1));
  mkdir(folder, 0700);
  for (int i = 0; i < ROUNDS; i++) {
    memset(words, 0, sizeof words);
    bool is_good = crowd->use->run(interface, plughost_instance(crowd->plugin), folder, words, sizeof words);
    if (!is_good) atomic_fetch_add(&crowd->faults, 1);
    if (!is_good) printf("  %s: %s\n", crowd->use->interface, words);
  }
  return NULL;
}

static bool begin(plughost_plugin *plugin) {
  const char *text = plughost_description(plugin);
  struct json *description = json_read(text, strlen(text));
  struct text example = {0};
  json_write(json_member(json_member(description, "config"), "example"), &example);
  bool is_good = plughost_initialize(plugin, example.bytes, NULL) == PLUG_OK;
  text_free(&example);
  json_free(description);
  return is_good;
}

static int test(const char *folder, const char *path) {
  plughost_options options = {.size = sizeof options, .data_folder = folder};
  plughost *host = plughost_new(&options);
  struct crowd crowd = {.plugin = plughost_load(host, path, NULL), .folder = folder};
  pthread_t threads[THREADS];
  if (crowd.plugin == NULL || !begin(crowd.plugin)) return 1;
  for (crowd.use = uses; crowd.use->interface != NULL; crowd.use++) {
    if (plughost_interface(crowd.plugin, crowd.use->interface) == NULL) continue;
    atomic_store(&crowd.next, 0);
    for (int i = 0; i < THREADS; i++) pthread_create(&threads[i], NULL, work, &crowd);
    for (int i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
  }
  plughost_release(crowd.plugin);
  plughost_free(host);
  return atomic_load(&crowd.faults);
}

int main(int count, char **arguments) {
  int all = 0;
  mkdir(arguments[1], 0700);
  for (int i = 2; i < count; i++) {
    int faults = test(arguments[1], arguments[i]);
    printf("%s - four threads use %s at once\n", faults == 0 ? "ok" : "not ok", strrchr(arguments[i], '/') + 1);
    fflush(stdout);
    all += faults;
  }
  return all != 0;
}
