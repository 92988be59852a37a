/* What every plugin must do, whatever it is for: its description, strict configurations, coming and going in every
 * order, no leaks, no words on standard output. */
#include "json.h"
#include "plughost.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int faults;
static FILE *report; /* the real standard output, while plugins have another */

#define CHECK(condition)                                                             \
  do {                                                                               \
    if (!(condition)) {                                                              \
      fprintf(report, "  %s:%d: not so: %s\n", __FILE__, __LINE__, #condition);      \
      faults++;                                                                      \
    }                                                                                \
  } while (0)

struct subject {
  const plug_table *table;
  const plug_host *host;
  plug_text id;
  struct json *description;
};

static int take(void *context, const char *bytes, size_t length) {
  text_add(context, bytes, length);
  return 0;
}

static int take_nothing(void *context, const char *bytes, size_t length) {
  (void)context, (void)bytes, (void)length;
  return 1;
}

static plug_sink sink_of(struct text *text) { return (plug_sink){sizeof(plug_sink), text, take}; }

static plug_instance *created(const struct subject *s) {
  plug_instance *instance = NULL;
  CHECK(s->table->create(s->host, s->id, &instance, NULL) == PLUG_OK && instance != NULL);
  return instance;
}

/* The text lies in a block of its own length, so that a look behind its end is seen by the sanitizer. */
static plug_status initialized(const struct subject *s, plug_instance *instance, const char *text, struct text *reason) {
  size_t length = strlen(text);
  char *exact = memcpy(malloc(length + (length == 0)), text, length);
  plug_sink sink = sink_of(reason);
  plug_status status = s->table->initialize(instance, (plug_text){exact, length}, reason == NULL ? NULL : &sink);
  free(exact);
  return status;
}

static char *example_of(const struct subject *s) {
  struct text text = {0};
  json_write(json_member(json_member(s->description, "config"), "example"), &text);
  return text.bytes;
}

static void describes_itself(const struct subject *s) {
  struct text first = {0}, second = {0};
  plug_sink one = sink_of(&first), two = sink_of(&second), none = {sizeof none, NULL, take_nothing};
  CHECK(s->table->describe(&one) == PLUG_OK && s->table->describe(&two) == PLUG_OK);
  CHECK(first.length == second.length && memcmp(first.bytes, second.bytes, first.length) == 0);
  CHECK(s->table->describe(&none) == PLUG_SINK);
  plug_instance *instance = created(s);
  const struct json *interfaces = json_member(s->description, "interfaces");
  CHECK(interfaces != NULL && interfaces->first != NULL);
  for (const struct json *name = interfaces->first; name != NULL; name = name->next) {
    plug_text text = {name->text, strlen(name->text)};
    const uint32_t *size = s->table->get_interface(instance, text);
    CHECK(size != NULL && *size >= 2 * sizeof(void *) && size == s->table->get_interface(instance, text));
  }
  CHECK(s->table->get_interface(instance, (plug_text){"plug.none/1", 11}) == NULL);
  CHECK(s->table->get_interface(instance, (plug_text){"plug.none/1", 0}) == NULL);
  s->table->destroy(instance);
  text_free(&first);
  text_free(&second);
}

static void refuses(const struct subject *s, const char *config) {
  struct text reason = {0};
  plug_instance *instance = created(s);
  plug_status status = initialized(s, instance, config, &reason);
  if (status != PLUG_INVALID_CONFIG || reason.length == 0) fprintf(report, "  configuration: %s\n", config);
  CHECK(status == PLUG_INVALID_CONFIG && reason.length > 0);
  CHECK(initialized(s, instance, config, NULL) == PLUG_INVALID_CONFIG);
  char *example = example_of(s);
  CHECK(initialized(s, instance, example, NULL) == PLUG_OK); /* it may be tried again */
  free(example);
  s->table->destroy(instance);
  text_free(&reason);
}

/* The example with one member in another type. */
static void refuses_other_types(const struct subject *s) {
  static const char *const values[] = {"null", "{\"x\":[1]}", "[{\"x\":1}]", "\"\\u0001 \"", "true", "-1", "1.5", "1e3"};
  const struct json *schema = json_member(json_member(s->description, "config"), "schema");
  for (const struct json *p = json_member(schema, "properties")->first; p != NULL; p = p->next) {
    const char *type = json_text(p, "type");
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
      char first = values[i][0];
      if ((first == 't' && strcmp(type, "boolean") == 0) || (first == '"' && strcmp(type, "string") == 0)) continue;
      char *example = example_of(s);
      struct json *config = json_read(example, strlen(example));
      json_free(json_take(config, p->name));
      json_append(config, p->name, json_read(values[i], strlen(values[i])));
      struct text text = {0};
      json_write(config, &text);
      refuses(s, text.bytes);
      text_free(&text);
      json_free(config);
      free(example);
    }
  }
}

static void refuses_configurations(const struct subject *s) {
  static const char *const wrong[] = {"",    " ",     "[]",     "1",       "\"{}\"", "null", "true", "{",
                                      "}",   "{} {}", "{\"a\"", "{\"a\":", "{,}",    "{}x",  "{]",   "{\"no such option\": 1}",
                                      "\xff"};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) refuses(s, wrong[i]);
  refuses_other_types(s);
}

static void comes_and_goes(const struct subject *s) {
  struct text reason = {0}, numbers = {0};
  plug_sink error = sink_of(&reason), out = sink_of(&numbers);
  plug_instance *instance = NULL;
  CHECK(s->table->create(s->host, (plug_text){"no/plugin", 9}, &instance, &error) == PLUG_NOT_FOUND && reason.length > 0);
  CHECK(s->table->create(s->host, (plug_text){"no/plugin", 9}, &instance, NULL) == PLUG_NOT_FOUND);
  char *example = example_of(s);
  instance = created(s);
  CHECK(s->table->shutdown(instance) == PLUG_OK && s->table->shutdown(instance) == PLUG_OK);
  CHECK(initialized(s, instance, example, NULL) == PLUG_OK);
  CHECK(initialized(s, instance, example, NULL) == PLUG_STATE);
  CHECK(s->table->metrics(instance, &out) == PLUG_OK);
  struct json *metrics = json_read(numbers.bytes, numbers.length);
  CHECK(metrics != NULL && metrics->kind == JSON_OBJECT);
  for (struct json *m = metrics == NULL ? NULL : metrics->first; m != NULL; m = m->next) CHECK(m->kind == JSON_NUMBER);
  CHECK(s->table->shutdown(instance) == PLUG_OK && s->table->shutdown(instance) == PLUG_OK);
  CHECK(initialized(s, instance, example, NULL) == PLUG_OK);
  s->table->destroy(instance); /* not shut down */
  json_free(metrics);
  text_free(&reason);
  text_free(&numbers);
  free(example);
}

static long count_in(const char *path) {
  long count = 0;
  DIR *folder = opendir(path);
  while (readdir(folder) != NULL) count++;
  closedir(folder);
  return count;
}

static long resident_pages(void) {
  long all = 0, resident = 0;
  FILE *file = fopen("/proc/self/statm", "re");
  if (fscanf(file, "%ld %ld", &all, &resident) != 2) resident = 0;
  fclose(file);
  return resident;
}

static void work(const struct subject *s, plug_instance *instance, const char *sample) {
  const plug_processor_v1 *processor = s->table->get_interface(instance, (plug_text){PLUG_PROCESSOR, strlen(PLUG_PROCESSOR)});
  if (processor == NULL || sample == NULL) return;
  struct text out = {0};
  plug_sink sink = sink_of(&out), none = {sizeof none, NULL, take_nothing};
  CHECK(processor->process(instance, (plug_text){sample, strlen(sample)}, &sink, NULL) == PLUG_OK && out.length > 0);
  CHECK(processor->process(instance, (plug_text){sample, strlen(sample)}, &none, NULL) == PLUG_SINK);
  CHECK(processor->process(instance, (plug_text){NULL, 0}, &sink, NULL) == PLUG_OK);
  text_free(&out);
}

/* What 200 lives leave behind, once 50 have filled what is kept for good. A sanitizer keeps what is freed. */
static void leaks_nothing(const struct subject *s, int has_sanitizer) {
  const struct json *samples = json_member(s->description, "samples");
  const char *sample = json_text(json_member(samples, PLUG_PROCESSOR), "input");
  long files = 0, threads = 0, pages = 0;
  char *example = example_of(s);
  for (int i = 0; i < 250; i++) {
    if (i == 50) files = count_in("/proc/self/fd"), threads = count_in("/proc/self/task"), pages = resident_pages();
    plug_instance *instance = created(s);
    CHECK(initialized(s, instance, example, NULL) == PLUG_OK);
    work(s, instance, sample);
    if (i % 2 == 0) s->table->shutdown(instance);
    s->table->destroy(instance);
  }
  CHECK(count_in("/proc/self/fd") == files);
  CHECK(count_in("/proc/self/task") <= threads + 2); /* Go's runtime may start one more */
  /* A runtime with threads of its own collects its garbage when it likes: 200 lives that leak would be more. */
  long room = threads > 2 ? 8192 : 1024;
  if (!has_sanitizer) CHECK(resident_pages() - pages < room);
  free(example);
}

static bool is_mapped(const char *path) {
  char line[8192];
  bool is_found = false;
  FILE *maps = fopen("/proc/self/maps", "re");
  while (fgets(line, sizeof line, maps) != NULL) is_found = is_found || strstr(line, path) != NULL;
  fclose(maps);
  return is_found;
}

/* What docs/plugin-abi.md says of languages: Go's and Swift's libraries stay, all others go. */
static bool shall_stay(const char *path) { return strstr(path, "/gzip.so") != NULL || strstr(path, "/shout.so") != NULL; }

static void test(const char *path, int has_sanitizer) {
  plughost_error error = {{0}};
  plughost_options options = {.size = sizeof options};
  plughost *host = plughost_new(&options);
  plughost_plugin *plugin = plughost_load(host, path, &error);
  if (plugin == NULL) fprintf(report, "  %s\n", error.text);
  CHECK(plugin != NULL);
  if (plugin != NULL) {
    const char *text = plughost_description(plugin), *id = plughost_id(plugin);
    struct subject s = {plughost_table(plugin), plughost_offer(plugin), {id, strlen(id)}, json_read(text, strlen(text))};
    describes_itself(&s);
    refuses_configurations(&s);
    comes_and_goes(&s);
    leaks_nothing(&s, has_sanitizer);
    json_free(s.description);
    plughost_release(plugin);
  }
  plughost_free(host);
  CHECK(is_mapped(path) == shall_stay(path));
}

/* Files 1 and 2 become one that nobody reads, and must stay empty. */
static int silence(void) {
  char path[] = "/tmp/lifecycle-XXXXXX";
  int file = mkstemp(path);
  unlink(path);
  fflush(NULL);
  report = fdopen(fcntl(1, F_DUPFD_CLOEXEC, 10), "w");
  setvbuf(report, NULL, _IOLBF, 0);
  dup2(file, 1);
  dup2(file, 2);
  return file;
}

int main(int count, char **arguments) {
  int has_sanitizer = count > 1 && strcmp(arguments[1], "--sanitized") == 0;
  /* A sanitizer writes to file 2 what it finds. */
  int file = has_sanitizer ? -1 : silence();
  if (has_sanitizer) report = stdout;
  for (int i = 1 + has_sanitizer; i < count; i++) {
    int before = faults;
    test(arguments[i], has_sanitizer);
    fflush(NULL); /* what a plugin wrote by printf lies in our libc */
    if (!has_sanitizer) CHECK(lseek(file, 0, SEEK_END) == 0);
    fprintf(report, "%s - life of %s%s\n", before == faults ? "ok" : "not ok", strrchr(arguments[i], '/') + 1,
            has_sanitizer ? ", sanitized" : "");
  }
  return faults != 0;
}
