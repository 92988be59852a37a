/* plg-i001, i002 and i004: workloads, databases and routes. What is JSON is delivered, and the parent
 * judges it and asks again with what stands in it. */
#include "checks.h"
#include "report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define UNKNOWN "plugctl_no_such_thing"

static void workload(struct subject *s) {
  plug_instance *instance = ready(s);
  const plug_workload_v1 *w = instance == NULL ? NULL : interface_of(s, instance, PLUG_WORKLOAD);
  if (w == NULL) return;
  struct text text = {.limit = 64 << 10};
  plug_sink sink = text_sink(&text);
  plug_status status = w->operations(instance, &sink);
  if (status != PLUG_OK) bad("operations returned %s", status_name(status));
  deliver("operations", text.bytes, text.length);
  text_clear(&text);
  plug_session *session = NULL;
  status = w->open(instance, plain(s->options->dsn), &session, &sink);
  if (status == PLUG_OK && session != NULL) {
    status = w->run(session, plain(UNKNOWN), &sink);
    if (status != PLUG_NOT_FOUND) bad("run of an unknown operation returned %s, not NOT_FOUND", status_name(status));
    w->close(session);
  } else if (status == PLUG_OK) {
    bad("open returned OK and no session");
  } else {
    fact("no session without a database: %s", text.bytes != NULL ? text.bytes : status_name(status));
  }
  text_clear(&text);
  ended(s, instance);
}

static void database(struct subject *s) {
  if (*s->options->dsn == 0) return skipped("it needs --dsn");
  plug_instance *instance = ready(s);
  const plug_database_v1 *d = instance == NULL ? NULL : interface_of(s, instance, PLUG_DATABASE);
  if (d == NULL) return;
  plug_text dsn = plain(s->options->dsn);
  for (int i = 0; i < 4; i++) {
    struct text words = {.limit = 4096};
    plug_sink sink = text_sink(&words);
    plug_status status = i < 2 ? d->setup(instance, dsn, &sink) : d->cleanup(instance, dsn, &sink);
    if (status != PLUG_OK) {
      bad("%s number %d returned %s: %s", i < 2 ? "setup" : "cleanup", i % 2 + 1, status_name(status),
          words.bytes != NULL ? words.bytes : "without a reason");
    }
    text_clear(&words);
  }
  if (d->setup(instance, plain("no-such-scheme://nowhere"), NULL) == PLUG_OK) bad("setup took a DSN that names nothing");
  if (d->setup(instance, plain(""), NULL) == PLUG_OK) bad("setup took an empty DSN");
  ended(s, instance);
}

/* ---- routes ---- */

struct answer {
  int heads;
  int status;
  size_t early; /* bytes of the body before the head */
};

static int take_head(void *context, int32_t status, const plug_header *headers, size_t count) {
  struct answer *a = context;
  (void)headers;
  (void)count;
  a->heads++;
  a->status = status;
  return 0;
}

static int take_body(void *context, const char *bytes, size_t length) {
  struct answer *a = context;
  (void)bytes;
  if (a->heads == 0) a->early += length + 1;
  return 0;
}

/* An argument is `METHOD PATH STATUS`; a status of 0 means any. */
static void request(plug_instance *instance, const plug_http_v1 *http, char *line) {
  char *rest, *method = strtok_r(line, " ", &rest), *path = strtok_r(NULL, " ", &rest), *wanted = strtok_r(NULL, " ", &rest);
  if (method == NULL || path == NULL || wanted == NULL) return;
  struct answer answer = {0};
  struct text words = {.limit = 4096};
  plug_sink sink = text_sink(&words);
  plug_request request = {.size = sizeof request, .method = plain(method), .path = plain(path)};
  plug_response response = {.size = sizeof response, .context = &answer, .head = take_head, .body = take_body};
  plug_status status = http->handle(instance, &request, &response, &sink);
  if (status != PLUG_OK) {
    bad("handle of `%s %s` returned %s: %s", method, path, status_name(status), words.bytes != NULL ? words.bytes : "");
  } else if (answer.heads != 1 || answer.early > 0) {
    bad("`%s %s` was answered with %d heads%s", method, path, answer.heads, answer.early > 0 ? ", the body first" : "");
  } else if (answer.status < 100 || answer.status > 599 || (atoi(wanted) != 0 && atoi(wanted) != answer.status)) {
    bad("`%s %s` was answered with status %d%s%s", method, path, answer.status, atoi(wanted) != 0 ? ", not " : "",
        atoi(wanted) != 0 ? wanted : "");
  }
  text_clear(&words);
}

static void http(struct subject *s) {
  plug_instance *instance = ready(s);
  const plug_http_v1 *h = instance == NULL ? NULL : interface_of(s, instance, PLUG_HTTP);
  if (h == NULL) return;
  struct text text = {.limit = 64 << 10};
  plug_sink sink = text_sink(&text);
  plug_status status = h->routes(instance, &sink);
  if (status != PLUG_OK) bad("routes returned %s", status_name(status));
  if (s->options->arguments.count == 0) deliver("routes", text.bytes, text.length);
  text_clear(&text);
  for (size_t i = 0; i < s->options->arguments.count; i++) {
    size_t length;
    char *line = argument(s->options, i, &length);
    request(instance, h, line);
    free(line);
  }
  ended(s, instance);
}

const struct check interface_checks[] = {
    {"plg-i001", workload}, {"plg-i002", database}, {"plg-i004", http}, {NULL, NULL}};
