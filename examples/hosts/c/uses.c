#include "uses.h"

#include <stdio.h>
#include <string.h>

/* What a plugin writes, cut to one line. */
struct line {
  char *words;
  size_t size;
  size_t length;
};

static int take(void *context, const char *bytes, size_t length) {
  struct line *line = context;
  for (size_t i = 0; i < length && line->length + 1 < line->size; i++) {
    bool is_plain = bytes[i] >= ' ' && bytes[i] <= '~';
    line->words[line->length++] = is_plain ? bytes[i] : '.';
  }
  line->words[line->length] = 0;
  return 0;
}

static plug_sink sink_of(struct line *line) { return (plug_sink){sizeof(plug_sink), line, take}; }
static plug_text text(const char *words) { return (plug_text){words, strlen(words)}; }

static bool use_processor(const void *interface, plug_instance *instance, const char *folder, char *words, size_t size) {
  const plug_processor_v1 *processor = interface;
  struct line line = {words, size, 0};
  plug_sink out = sink_of(&line);
  (void)folder;
  return processor->process(instance, text("hello\tplugins"), &out, &out) == PLUG_OK && line.length > 0;
}

static bool use_workload(const void *interface, plug_instance *instance, const char *folder, char *words, size_t size) {
  const plug_workload_v1 *workload = interface;
  struct line line = {words, size, 0};
  plug_sink out = sink_of(&line);
  (void)folder;
  return workload->operations(instance, &out) == PLUG_OK;
}

/* Makes the tables in a file of its own and takes them away again. */
static bool use_database(const void *interface, plug_instance *instance, const char *folder, char *words, size_t size) {
  const plug_database_v1 *database = interface;
  struct line line = {words, size, 0};
  plug_sink error = sink_of(&line);
  char dsn[4200];
  snprintf(dsn, sizeof dsn, "sqlite://%s/host.db", folder);
  if (database->setup(instance, text(dsn), &error) != PLUG_OK) return false;
  snprintf(words, size, "set up in host.db");
  return database->cleanup(instance, text(dsn), &error) == PLUG_OK;
}

static int give(void *context, char *bytes, size_t capacity, size_t *length) {
  plug_text *rest = context;
  *length = rest->length < capacity ? rest->length : capacity;
  memcpy(bytes, rest->bytes, *length);
  *rest = (plug_text){rest->bytes + *length, rest->length - *length};
  return 0;
}

static bool use_format(const void *interface, plug_instance *instance, const char *folder, char *words, size_t size) {
  const plug_format_v1 *format = interface;
  plug_text rest = text("name,age\nAda,36\n");
  plug_source source = {sizeof source, &rest, give};
  struct ArrowArrayStream stream = {.release = NULL};
  struct ArrowArray batch = {.release = NULL};
  (void)folder;
  if (format->read(instance, &source, (plug_text){NULL, 0}, &stream, NULL) != PLUG_OK) return false;
  bool is_good = stream.get_next(&stream, &batch) == 0 && batch.release != NULL && batch.n_children == 2;
  if (is_good) snprintf(words, size, "%lld row of %lld columns", (long long)batch.length, (long long)batch.n_children);
  if (batch.release != NULL) batch.release(&batch);
  stream.release(&stream);
  return is_good;
}

static int take_head(void *context, int32_t status, const plug_header *headers, size_t count) {
  (void)headers, (void)count;
  struct line *line = context;
  char number[32];
  return take(line, number, (size_t)snprintf(number, sizeof number, "%d ", (int)status));
}

static bool use_http(const void *interface, plug_instance *instance, const char *folder, char *words, size_t size) {
  const plug_http_v1 *http = interface;
  struct line line = {words, size, 0};
  plug_request request = {.size = sizeof request, .method = text("GET"), .path = text("/movies/1")};
  plug_response response = {sizeof response, &line, take_head, take};
  (void)folder;
  return http->handle(instance, &request, &response, NULL) == PLUG_OK && strncmp(words, "200 ", 4) == 0;
}

static void set_i64(void *context, size_t row, int64_t value) {
  (void)row;
  *(int64_t *)context = value;
}

static bool use_scalar(const void *interface, plug_instance *instance, const char *folder, char *words, size_t size) {
  const plug_scalar_v1 *scalar = interface;
  int64_t left = 462, right = 1071, answer = 0;
  plug_column columns[] = {{sizeof *columns, PLUG_I64, &left, NULL}, {sizeof *columns, PLUG_I64, &right, NULL}};
  plug_result result = {.size = sizeof result, .context = &answer, .set_i64 = set_i64};
  (void)folder;
  plug_status status = scalar->call(instance, text("gcd"), columns, 2, 1, &result, NULL);
  snprintf(words, size, "gcd(462, 1071) = %lld", (long long)answer);
  return status == PLUG_OK && answer == 21;
}

static bool use_storage(const void *interface, plug_instance *instance, const char *folder, char *words, size_t size) {
  const plug_storage_v1 *storage = interface;
  struct line line = {words, size, 0};
  plug_sink out = sink_of(&line);
  plug_store *store;
  (void)folder;
  if (storage->open(instance, text("host.db"), &store, &out) != PLUG_OK) return false;
  bool is_good = storage->put(store, text("key"), text("a value"), &out) == PLUG_OK &&
                 storage->sync(store, &out) == PLUG_OK && storage->get(store, text("key"), &out, NULL) == PLUG_OK;
  storage->close(store);
  return is_good && strcmp(words, "a value") == 0;
}

static bool use_query(const void *interface, plug_instance *instance, const char *folder, char *words, size_t size) {
  static const char plan[] = "{\"op\": \"filter\", \"input\": {\"op\": \"scan\", \"table\": \"a\", \"columns\": [\"x\"]}, "
                             "\"where\": {\"op\": \"<\", \"arguments\": [{\"value\": 1}, {\"value\": 2}]}}";
  const plug_query_v1 *query = interface;
  struct line line = {words, size, 0};
  plug_sink out = sink_of(&line);
  (void)folder;
  return query->rewrite(instance, text(plan), &out, &out) == PLUG_OK && strstr(words, "filter") == NULL;
}

static bool use_auth(const void *interface, plug_instance *instance, const char *folder, char *words, size_t size) {
  const plug_auth_v1 *auth = interface;
  struct line line = {words, size, 0};
  plug_sink out = sink_of(&line);
  (void)folder;
  return auth->authenticate(instance, text("alice"), text("wrong"), NULL, NULL) == PLUG_DENIED &&
         auth->authenticate(instance, text("alice"), text("wonderland"), &out, NULL) == PLUG_OK;
}

static bool use_type(const void *interface, plug_instance *instance, const char *folder, char *words, size_t size) {
  const plug_type_v1 *type = interface;
  int32_t order = 0;
  (void)folder;
  plug_status status = type->compare(instance, text("1.9.0"), text("1.10.0"), &order, NULL);
  snprintf(words, size, "1.9.0 %s 1.10.0", order < 0 ? "<" : ">=");
  return status == PLUG_OK && order < 0;
}

const struct use uses[] = {{PLUG_PROCESSOR, use_processor}, {PLUG_DATABASE, use_database}, {PLUG_WORKLOAD, use_workload},
                           {PLUG_FORMAT, use_format},       {PLUG_HTTP, use_http},         {PLUG_SCALAR, use_scalar},
                           {PLUG_STORAGE, use_storage},     {PLUG_QUERY, use_query},       {PLUG_AUTH, use_auth},
                           {PLUG_TYPE, use_type},           {NULL, NULL}};
