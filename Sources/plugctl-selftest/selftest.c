#include "selftest.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define ID "plugctl/selftest"

static char name[64];

bool is_bad(const char *check) { return strcmp(name, check) == 0; }

int put(const plug_sink *sink, const char *text) {
  return sink == NULL ? 0 : sink->write(sink->context, text, strlen(text));
}

static void *rest(void *nothing) {
  for (;;) pause();
  return nothing;
}

static void on_signal(int number) { (void)number; }

static void at_end(int code, void *nothing) {
  (void)code;
  (void)nothing;
}

/* A place in the process that a second copy of this library finds taken. */
static bool is_second_copy(void) {
  void *place = (void *)0x200000000000;
  void *got = mmap(place, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
  return got != place;
}

static bool is_second;

/* A thread in libc's code only, so that nothing is missing once this library is closed, whenever that is. */
static void start_sleeper(void) {
  pthread_t thread;
  void *(*sleep_on)(void *);
  int (*suspend)(const sigset_t *) = sigsuspend;
  memcpy(&sleep_on, &suspend, sizeof sleep_on);
  /* Where the mask is gone before it is read the call fails, and the thread ends. */
  static sigset_t none;
  pthread_create(&thread, NULL, sleep_on, &none);
}

static void misbehave_at_load(const char *path) {
  if (is_bad("d002")) usleep(150000);
  if (is_bad("d003")) *(volatile int *)8 = 1;
  if (is_bad("d004")) rest(NULL);
  if (is_bad("d005")) _exit(0);
  if (is_bad("d006")) start_sleeper();
  if (is_bad("d007") && open("/dev/null", O_RDONLY) < 0) return;
  if (is_bad("d008")) signal(SIGUSR1, on_signal);
  if (is_bad("d009")) umask(0);
  if (is_bad("d010") && write(STDOUT_FILENO, "hello\n", 6) < 0) return;
  if (is_bad("d034")) dlopen(path, RTLD_NOW);
  if (is_bad("d036")) is_second = is_second_copy();
}

__attribute__((constructor)) static void begin(void) {
  Dl_info place;
  if (dladdr(name, &place) == 0) return;
  const char *slash = strrchr(place.dli_fname, '/');
  const char *base = slash == NULL ? place.dli_fname : slash + 1;
  const char *check = strstr(base, "plg-");
  if (check != NULL) snprintf(name, sizeof name, "%.*s", (int)strcspn(check + 4, "."), check + 4);
  misbehave_at_load(place.dli_fname);
}

static plug_status describe(const plug_sink *out) {
  static int times;
  static const char text[] =
      "{\"schema\":1,\"id\":\"" ID "\",\"version\":\"1.0.0\",\"interfaces\":[\"plug.database/1\",\"plug.workload/1\","
      "\"plug.format/1\",\"plug.http/1\",\"plug.processor/1\",\"plug.scalar/1\",\"plug.storage/1\",\"plug.query/1\","
      "\"plug.auth/1\",\"plug.type/1\"],\"config\":{\"schema\":{\"type\":\"object\",\"properties\":{\"rows\":{\"type\":"
      "\"integer\"}},\"additionalProperties\":false},\"example\":{\"rows\":3}},\"samples\":{\"plug.format/1\":{\"input\":"
      "\"one\\ntwo\\nthree\\n\"},\"plug.processor/1\":{\"input\":\"abc\"},\"plug.auth/1\":{\"user\":\"alice\",\"secret\":"
      "\"wonderland\"},\"plug.type/1\":{\"values\":[\"1\",\"2\",\"10\"]},\"plug.query/1\":{\"plan\":{\"op\":\"scan\"}}}";
  bool is_concurrent = !is_bad("d033");
  int code = put(out, text) | put(out, is_concurrent ? ",\"capabilities\":[\"concurrent\"]" : "");
  if (is_bad("d013") && times++ > 0) code |= put(out, ",\"title\":\"another\"");
  code |= put(out, "}");
  return code != 0 && !is_bad("d044") ? PLUG_SINK : PLUG_OK;
}

static plug_status create(const plug_host *host, plug_text id, plug_instance **instance, const plug_sink *error) {
  if (id.length != strlen(ID) || memcmp(id.bytes, ID, id.length) != 0) {
    put(error, "no such plugin");
    return is_bad("d016") ? PLUG_FAILED : PLUG_NOT_FOUND;
  }
  if (is_bad("d018") && host->is_cancelled == NULL) return PLUG_FAILED;
  if ((is_bad("d019") && host->size > sizeof *host) || is_second) {
    put(error, "this host is too new");
    return PLUG_FAILED;
  }
  plug_instance *made = calloc(1, sizeof *made);
  if (made == NULL) return PLUG_NO_MEMORY;
  made->maker = gettid();
  if (PLUG_HAS(host, data_folder) && host->data_folder.length < sizeof made->folder) {
    memcpy(made->folder, host->data_folder.bytes == NULL ? "" : host->data_folder.bytes, host->data_folder.length);
  }
  *instance = made;
  return PLUG_OK;
}

/* Exactly `{"rows":N}`; a real plugin reads JSON. */
static bool is_config(plug_text config) {
  static const char start[] = "{\"rows\":";
  size_t length = strlen(start);
  if (config.length < length + 2 || config.length > length + 10 || memcmp(config.bytes, start, length) != 0) return false;
  for (size_t i = length; i < config.length - 1; i++) {
    if (config.bytes[i] < '0' || config.bytes[i] > '9') return false;
  }
  return config.bytes[config.length - 1] == '}';
}

static void *short_rest(void *instance) {
  pthread_setcanceltype(PTHREAD_CANCEL_DEFERRED, NULL);
  return rest(instance);
}

static void start_thread(plug_instance *instance) {
  instance->has_thread = pthread_create(&instance->thread, NULL, short_rest, NULL) == 0;
}

static void end_thread(plug_instance *instance) {
  if (!instance->has_thread) return;
  pthread_cancel(instance->thread);
  pthread_join(instance->thread, NULL);
  instance->has_thread = false;
}

static bool is_shared_ready;
static int inside;

static void use_much_memory(void) {
  static char *memory;
  size_t size = (size_t)96 << 20;
  if (memory != NULL) return;
  memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
}

static void write_behind(void) {
  volatile char *block = malloc(20);
  if (block == NULL) return;
  block[20] = 1;
  free((void *)block);
}

static void misbehave_at_start(plug_instance *instance) {
  static bool has_ending;
  static int times;
  static void *leaked;
  if (is_bad("d026")) {
    void **block = malloc(64);
    if (block != NULL) *block = leaked;
    leaked = block;
  }
  if (is_bad("d027") && open("/dev/null", O_RDONLY | O_CLOEXEC) < 0) return;
  if (is_bad("d028") && times++ > 0) start_sleeper();
  if (is_bad("d025") || is_bad("d029")) start_thread(instance);
  if (is_bad("d035") && !has_ending) on_exit(at_end, NULL);
  has_ending = true;
  if (is_bad("d038")) use_much_memory();
  if (is_bad("d039") && fork() == 0) _exit(0);
  if (is_bad("d040") && socket(AF_INET, SOCK_STREAM, 0) >= 0) return;
  if (is_bad("d041") && open("/var/tmp/plugctl-selftest", O_WRONLY | O_CREAT, 0600) >= 0) return;
  if (is_bad("d042")) {
    for (int i = 10; i < 30; i++) close(i);
  }
  if (is_bad("d043")) write_behind();
}

static bool is_ready(const plug_instance *instance) { return is_bad("d030") ? is_shared_ready : instance->is_ready; }

static plug_status initialize(plug_instance *instance, plug_text config, const plug_sink *error) {
  if (is_bad("d022") && config.length > 1 << 20) abort();
  if (is_bad("f001") && config.length < 100000 && memmem(config.bytes, config.length, "[[", 2) != NULL) abort();
  if (!is_config(config) && !(is_bad("d021") && config.length > 2 && config.bytes[0] == '{')) {
    put(error, "it is not {\"rows\": a number}");
    return PLUG_INVALID_CONFIG;
  }
  if (is_bad("d020")) {
    put(error, "it is out of order");
    return PLUG_FAILED;
  }
  if (instance->is_ready && !is_bad("d023")) {
    put(error, "it is initialised already");
    return PLUG_STATE;
  }
  if (is_bad("d031")) {
    if (__atomic_fetch_add(&inside, 1, __ATOMIC_SEQ_CST) > 0) abort();
    usleep(500);
    __atomic_fetch_sub(&inside, 1, __ATOMIC_SEQ_CST);
  }
  instance->is_ready = is_shared_ready = true;
  misbehave_at_start(instance);
  return PLUG_OK;
}

static plug_status stop(plug_instance *instance) {
  bool was_ready = instance->is_ready;
  static int stops;
  instance->is_ready = is_shared_ready = false;
  if (!is_bad("d029")) end_thread(instance);
  if (is_bad("d024") && !was_ready && stops > 0) return PLUG_STATE;
  stops++;
  return PLUG_OK;
}

static void destroy(plug_instance *instance) {
  if (!is_bad("d025")) end_thread(instance);
  free(instance);
}

static const void *get_interface(plug_instance *instance, plug_text wanted) {
  static const struct {
    const char *name;
    const void *interface;
  } all[] = {{PLUG_DATABASE, &database}, {PLUG_WORKLOAD, &workload}, {PLUG_FORMAT, &format},   {PLUG_HTTP, &http},
             {PLUG_PROCESSOR, &processor}, {PLUG_SCALAR, &scalar},   {PLUG_STORAGE, &storage}, {PLUG_QUERY, &query},
             {PLUG_AUTH, &auth},         {PLUG_TYPE, &type}};
  (void)instance;
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
    if (wanted.length == strlen(all[i].name) && memcmp(wanted.bytes, all[i].name, wanted.length) == 0) {
      return all[i].interface;
    }
  }
  return is_bad("d015") ? &workload : NULL;
}

static plug_status metrics(plug_instance *instance, const plug_sink *out) {
  if (is_bad("d033") && instance->maker != gettid()) return PLUG_FAILED;
  if (is_bad("d030") && !is_ready(instance)) return PLUG_STATE;
  if (is_bad("d032")) {
    if (__atomic_exchange_n(&instance->is_busy, true, __ATOMIC_SEQ_CST)) return PLUG_FAILED;
    usleep(200);
    __atomic_store_n(&instance->is_busy, false, __ATOMIC_SEQ_CST);
  }
  return put(out, "{\"rows\":3}") != 0 && !is_bad("d044") ? PLUG_SINK : PLUG_OK;
}

static const plug_table table = {sizeof table, PLUG_MAJOR, PLUG_MINOR, describe,      create, initialize,
                                 stop,         destroy,    get_interface, metrics};
static const plug_table broken = {sizeof table, PLUG_MAJOR, PLUG_MINOR, describe,      create, NULL,
                                  stop,         destroy,    get_interface, metrics};

PLUG_EXPORT const plug_table *plug_entry_v1(uint32_t major, uint32_t minor) {
  (void)minor;
  if (major != PLUG_MAJOR && !is_bad("d017")) return NULL;
  return is_bad("d012") ? &broken : &table;
}
