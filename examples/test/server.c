/* A small web server for plug.http/1: libmicrohttpd speaks HTTP, the plugin's routes say what it is asked.
 * server PLUGIN.so CONFIG [DATA] prints its port on loopback and ends when its standard input does. */
#include "json.h"
#include "plughost.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct site {
  plughost_plugin *plugin;
  const plug_http_v1 *http;
  struct json *routes;
};

struct exchange {
  struct text body;
  struct text answer;
  struct MHD_Connection *connection;
  int32_t status; /* 0 before head */
  char type[100];
  plug_header headers[50];
  size_t header_count;
};

static plug_text text_of(const char *text) { return (plug_text){text, text == NULL ? 0 : strlen(text)}; }

static bool is_segment_open(const char *route) { return route[0] == '{'; }

/* A segment in braces stands for one that is not empty. */
static bool fits(const char *route, const char *path) {
  while (*route != 0 && *path != 0) {
    if (is_segment_open(route)) {
      size_t length = strcspn(path, "/");
      if (length == 0) return false;
      path += length;
      route += strcspn(route, "/");
    } else if (*route++ != *path++) {
      return false;
    }
  }
  return *route == *path;
}

/* 0 where a route fits, else the status that says why not. */
static int32_t fault_of(const struct site *site, const char *method, const char *path) {
  int32_t fault = 404;
  for (const struct json *route = site->routes->first; route != NULL; route = route->next) {
    if (!fits(json_text(route, "path"), path)) continue;
    if (strcmp(json_text(route, "method"), method) == 0) return 0;
    fault = 405;
  }
  return fault;
}

static int take_head(void *context, int32_t status, const plug_header *headers, size_t count) {
  struct exchange *exchange = context;
  if (exchange->status != 0) return 1;
  exchange->status = status;
  for (size_t i = 0; i < count; i++) {
    if (!text_is(headers[i].name, "Content-Type")) continue;
    snprintf(exchange->type, sizeof exchange->type, "%.*s", (int)headers[i].value.length, headers[i].value.bytes);
  }
  return 0;
}

static int take_body(void *context, const char *bytes, size_t length) {
  text_add(&((struct exchange *)context)->answer, bytes, length);
  return 0;
}

static enum MHD_Result add_header(void *context, enum MHD_ValueKind kind, const char *name, const char *value) {
  struct exchange *exchange = context;
  (void)kind;
  if (exchange->header_count == 50) return MHD_NO;
  exchange->headers[exchange->header_count++] = (plug_header){text_of(name), text_of(value)};
  return MHD_YES;
}

/* libmicrohttpd gives the query in pieces, decoded; the plugin gets it as one text, encoded again. */
static enum MHD_Result add_query(void *context, enum MHD_ValueKind kind, const char *name, const char *value) {
  struct text *query = context;
  (void)kind;
  text_say(query, "%s%s=", query->length == 0 ? "" : "&", name);
  for (; value != NULL && *value != 0; value++) text_say(query, "%%%02X", (unsigned char)*value);
  return MHD_YES;
}

static void ask(struct site *site, struct exchange *exchange, const char *method, const char *path) {
  struct text query = {0};
  MHD_get_connection_values(exchange->connection, MHD_HEADER_KIND, add_header, exchange);
  MHD_get_connection_values(exchange->connection, MHD_GET_ARGUMENT_KIND, add_query, &query);
  plug_request request = {.size = sizeof request,
                          .method = text_of(method),
                          .path = text_of(path),
                          .query = {query.bytes, query.length},
                          .headers = exchange->headers,
                          .header_count = exchange->header_count,
                          .body = {exchange->body.bytes, exchange->body.length}};
  plug_response response = {sizeof response, exchange, take_head, take_body};
  plughost_call call;
  plughost_enter(site->plugin, &call);
  plug_status status = site->http->handle(plughost_instance(site->plugin), &request, &response, NULL);
  plughost_leave(&call);
  if (status != PLUG_OK && exchange->status == 0) exchange->status = 500;
  text_free(&query);
}

static enum MHD_Result reply(struct exchange *exchange) {
  size_t length = exchange->answer.length;
  void *bytes = length == 0 ? NULL : exchange->answer.bytes;
  struct MHD_Response *response = MHD_create_response_from_buffer(length, bytes, MHD_RESPMEM_MUST_COPY);
  if (exchange->type[0] != 0) MHD_add_response_header(response, "Content-Type", exchange->type);
  enum MHD_Result result = MHD_queue_response(exchange->connection, (unsigned)exchange->status, response);
  MHD_destroy_response(response);
  return result;
}

static enum MHD_Result handle(void *context, struct MHD_Connection *connection, const char *path, const char *method,
                              const char *version, const char *data, size_t *size, void **own) {
  struct site *site = context;
  struct exchange *exchange = *own;
  (void)version;
  if (exchange == NULL) {
    *own = calloc(1, sizeof *exchange);
    return *own == NULL ? MHD_NO : MHD_YES;
  }
  if (*size > 0) {
    text_add(&exchange->body, data, *size);
    *size = 0;
    return MHD_YES;
  }
  exchange->connection = connection;
  exchange->status = fault_of(site, method, path);
  if (exchange->status == 0) ask(site, exchange, method, path);
  return reply(exchange);
}

static void forget(void *context, struct MHD_Connection *connection, void **own, enum MHD_RequestTerminationCode code) {
  struct exchange *exchange = *own;
  (void)context, (void)connection, (void)code;
  if (exchange == NULL) return;
  text_free(&exchange->body);
  text_free(&exchange->answer);
  free(exchange);
}

static int take_text(void *context, const char *bytes, size_t length) {
  text_add(context, bytes, length);
  return 0;
}

static int serve(struct site *site) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  struct MHD_Daemon *daemon =
      MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD, 0, NULL, NULL, handle, site, MHD_OPTION_SOCK_ADDR, &address,
                       MHD_OPTION_THREAD_POOL_SIZE, 4u, MHD_OPTION_NOTIFY_COMPLETED, forget, NULL, MHD_OPTION_END);
  if (daemon == NULL) return 1;
  printf("%d\n", (int)MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT)->port);
  fflush(stdout);
  while (getchar() != EOF) continue;
  MHD_stop_daemon(daemon);
  return 0;
}

int main(int count, char **arguments) {
  plughost_error error = {{0}};
  plughost_options options = {.size = sizeof options, .data_folder = count == 4 ? arguments[3] : NULL};
  plughost *host = plughost_new(&options);
  struct site site = {.plugin = count == 3 || count == 4 ? plughost_load(host, arguments[1], &error) : NULL};
  if (site.plugin == NULL || plughost_initialize(site.plugin, arguments[2], &error) != PLUG_OK) {
    fprintf(stderr, "server: %s\n", error.text);
    return 2;
  }
  struct text routes = {0};
  plug_sink sink = {sizeof sink, &routes, take_text};
  site.http = plughost_interface(site.plugin, PLUG_HTTP);
  if (site.http == NULL || site.http->routes(plughost_instance(site.plugin), &sink) != PLUG_OK) return 2;
  site.routes = json_read(routes.bytes, routes.length);
  int code = site.routes == NULL ? 2 : serve(&site);
  json_free(site.routes);
  text_free(&routes);
  plughost_release(site.plugin);
  plughost_free(host);
  return code;
}
