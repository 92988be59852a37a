/* Tables as routes: made, filled, asked and changed over HTTP. */
#include "folder.h"
#include "table.h"
#include "web.h"

#include <stdlib.h>
#include <string.h>

#define BODY_MAX 65536

/* ---- the plugin ---- */

/* Asked by SQLite now and then: what takes long ends when the host says so. */
static int is_cancelled(void *context) {
  const plug_host *host = ((const struct state *)context)->host;
  return PLUG_HAS(host, is_cancelled) && host->is_cancelled(host->context) != 0;
}

static plug_status open_database(struct state *state, const plug_host *host, const char *file, const plug_sink *error) {
  char path[PATH_MAX] = ":memory:";
  struct outcome outcome = {0};
  bool has_folder = PLUG_HAS(host, data_folder) && host->data_folder.length > 0;
  plug_status status = has_folder ? folder_place(host, (plug_text){file, strlen(file)}, path, error) : PLUG_OK;
  if (status != PLUG_OK) return status;
  int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW;
  if (sqlite3_open_v2(path, &state->database, flags, NULL) != SQLITE_OK) {
    return refuse(error, PLUG_IO, "SQLite: %s", sqlite3_errmsg(state->database));
  }
  sqlite3_busy_timeout(state->database, 5000);
  sqlite3_progress_handler(state->database, 10000, is_cancelled, state);
  return tables_prepare(state, &outcome) ? PLUG_OK : refuse(error, PLUG_IO, "%s", outcome.reason);
}

static plug_status start(void *context, const plug_host *host, const struct json *config, const plug_sink *error) {
  struct state *state = context;
  const char *file = json_text(config, "file");
  pthread_mutex_init(&state->lock, NULL);
  state->host = host;
  if (file == NULL) file = "powertable.db";
  size_t length = strlen(file);
  bool is_good = length >= 4 && length <= 64 && strcmp(file + length - 3, ".db") == 0;
  for (size_t i = 0; i + 3 < length && is_good; i++) {
    is_good = (file[i] >= 'a' && file[i] <= 'z') || (file[i] >= '0' && file[i] <= '9') || file[i] == '_';
  }
  if (!is_good) return refuse(error, PLUG_INVALID_CONFIG, "`file` is no name of a-z, 0-9 and _ with .db behind it");
  state->tables_max = kit_number(config, "tables_max", 100);
  state->rows_max = kit_number(config, "rows_max", 100000);
  return open_database(state, host, file, error);
}

static void stop(void *context) {
  struct state *state = context;
  sqlite3_close(state->database);
  pthread_mutex_destroy(&state->lock);
}

static void measure(void *context, struct text *out) {
  struct state *state = context;
  text_say(out, "\"requests\": %llu", (unsigned long long)__atomic_load_n(&state->requests, __ATOMIC_RELAXED));
}

/* ---- plug.http/1 ---- */

/* `/powertable`, and up to two parts behind it. */
struct place {
  plug_text table;
  plug_text row;
  int parts;
};

static struct place place_of(plug_text path) {
  static const char root[] = "/powertable";
  struct place place = {.parts = -1};
  size_t length = strlen(root);
  if (path.length < length || memcmp(path.bytes, root, length) != 0) return place;
  plug_text rest = {path.bytes + length, path.length - length};
  for (place.parts = 0; rest.length > 0; place.parts++) {
    const char *next = rest.length > 1 ? memchr(rest.bytes + 1, '/', rest.length - 1) : NULL;
    plug_text part = {rest.bytes + 1, (next == NULL ? rest.length : (size_t)(next - rest.bytes)) - 1};
    if (rest.bytes[0] != '/' || part.length == 0 || place.parts == 2) return (struct place){.parts = -1};
    *(place.parts == 0 ? &place.table : &place.row) = part;
    rest = next == NULL ? (plug_text){NULL, 0} : (plug_text){next, rest.length - (size_t)(next - rest.bytes)};
  }
  return place;
}

static bool answer_table(struct state *state, const struct table *table, const plug_request *request,
                         const struct json *sent, struct text *body, struct outcome *outcome) {
  if (text_is(request->method, "GET")) return rows_list(state, table, request->query, body, outcome);
  if (text_is(request->method, "POST")) return row_add(state, table, sent, body, outcome);
  if (text_is(request->method, "DELETE")) return table_drop(state, table, outcome);
  return ends(outcome, 405, "a table takes GET, POST and DELETE");
}

static bool answer_row(struct state *state, const struct table *table, int64_t id, const plug_request *request,
                       const struct json *sent, struct text *body, struct outcome *outcome) {
  if (text_is(request->method, "GET")) return row_get(state, table, id, body, outcome);
  if (text_is(request->method, "PATCH")) return row_change(state, table, id, sent, body, outcome);
  if (text_is(request->method, "DELETE")) return row_remove(state, table, id, outcome);
  return ends(outcome, 405, "a row takes GET, PATCH and DELETE");
}

/* Under the lock. */
static bool answer(struct state *state, struct place place, const plug_request *request, const struct json *sent,
                   struct text *body, struct outcome *outcome) {
  struct table table;
  if (place.parts == 0) {
    if (text_is(request->method, "GET")) return tables_list(state, body, outcome);
    if (text_is(request->method, "POST")) return table_create(state, sent, body, outcome);
    return ends(outcome, 405, "this takes GET and POST");
  }
  if (!table_find(state, place.table, &table, outcome)) return false;
  if (place.parts == 1) return answer_table(state, &table, request, sent, body, outcome);
  return answer_row(state, &table, path_number(place.row), request, sent, body, outcome);
}

static plug_status handle(plug_instance *instance, const plug_request *request, const plug_response *response,
                          const plug_sink *error) {
  struct state *state = kit_state(instance);
  struct place place = place_of(request->path);
  struct outcome outcome = {.status = 200};
  struct text body = {0};
  if (state == NULL) return refuse(error, PLUG_STATE, "it is not initialised");
  if (place.parts < 0) return refuse(error, PLUG_NOT_FOUND, "there is no such route");
  __atomic_fetch_add(&state->requests, 1, __ATOMIC_RELAXED);
  if (request->body.length > BODY_MAX) return reply_fault(response, 413, "a body has at most 64 KiB");
  if (!text_is_utf8(request->body)) return reply_fault(response, 400, "the body is no text in UTF-8");
  struct json *sent = json_read(request->body.bytes, request->body.length);
  pthread_mutex_lock(&state->lock);
  bool is_good = answer(state, place, request, sent, &body, &outcome);
  pthread_mutex_unlock(&state->lock);
  json_free(sent);
  if (is_good && outcome.status == 204) text_free(&body);
  if (is_good) return reply(response, outcome.status, &body);
  text_free(&body);
  if (outcome.status != 500) return reply_fault(response, outcome.status, outcome.reason);
  return is_cancelled(state) ? refuse(error, PLUG_CANCELLED, "cancelled") : refuse(error, PLUG_IO, "%s", outcome.reason);
}

static plug_status routes(plug_instance *instance, const plug_sink *out) {
  static const char *const all[][2] = {{"GET", ""},
                                       {"POST", ""},
                                       {"GET", "/{table}"},
                                       {"POST", "/{table}"},
                                       {"DELETE", "/{table}"},
                                       {"GET", "/{table}/{id}"},
                                       {"PATCH", "/{table}/{id}"},
                                       {"DELETE", "/{table}/{id}"}};
  struct text text = {0};
  (void)instance;
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
    text_say(&text, "%s{\"method\": \"%s\", \"path\": \"/powertable%s\"}", i == 0 ? "[" : ", ", all[i][0], all[i][1]);
  }
  text_say(&text, "]");
  return text_send(&text, out);
}

static const struct kit_option options[] = {{"file", JSON_TEXT, false, 0, 0},
                                            {"tables_max", JSON_NUMBER, false, 1, 1000},
                                            {"rows_max", JSON_NUMBER, false, 1, 10000000},
                                            {NULL, JSON_NULL, false, 0, 0}};
static const plug_http_v1 http = {sizeof http, routes, handle};
static const struct kit_interface interfaces[] = {{PLUG_HTTP, &http}, {NULL, NULL}};

const struct kit_plugin kit_plugin = {.id = "benana/powertable",
                                      .options = options,
                                      .interfaces = interfaces,
                                      .state_size = sizeof(struct state),
                                      .start = start,
                                      .stop = stop,
                                      .measure = measure};
