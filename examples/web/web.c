/* A list of movies as routes: GET /movies?title=, POST /movies, GET and DELETE /movies/{id}. */
#include "web.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct movie {
  int64_t id;
  char *title;
  struct movie *next;
};

struct state {
  pthread_mutex_t lock;
  struct movie *movies; /* by id */
  int64_t last_id;
  size_t count;
  size_t capacity;
  uint64_t requests;
};

static bool is_title(const struct json *value) {
  return value != NULL && value->kind == JSON_TEXT && value->text[0] != 0 && strlen(value->text) <= 200;
}

/* Under the lock; null where there is no room. */
static struct movie *add(struct state *state, const char *title) {
  struct movie **place = &state->movies;
  struct movie *movie = state->count < state->capacity ? calloc(1, sizeof *movie) : NULL;
  if (movie == NULL) return NULL;
  movie->title = strdup(title);
  movie->id = ++state->last_id;
  while (*place != NULL) place = &(*place)->next;
  *place = movie;
  state->count++;
  return movie;
}

static struct movie **place_of(struct state *state, int64_t id) {
  struct movie **place = &state->movies;
  while (*place != NULL && (*place)->id != id) place = &(*place)->next;
  return place;
}

static void forget(struct movie *movie) {
  free(movie->title);
  free(movie);
}

static plug_status start(void *context, const plug_host *host, const struct json *config, const plug_sink *error) {
  struct state *state = context;
  const struct json *movies = json_member(config, "movies");
  (void)host;
  pthread_mutex_init(&state->lock, NULL);
  state->capacity = (size_t)kit_number(config, "capacity", 1000);
  for (const struct json *title = movies == NULL ? NULL : movies->first; title != NULL; title = title->next) {
    if (!is_title(title)) return refuse(error, PLUG_INVALID_CONFIG, "a movie has no title of 1 to 200 bytes");
    if (add(state, title->text) == NULL) return refuse(error, PLUG_INVALID_CONFIG, "more movies than `capacity`");
  }
  return PLUG_OK;
}

static void stop(void *context) {
  struct state *state = context;
  for (struct movie *movie = state->movies, *next; movie != NULL; movie = next) {
    next = movie->next;
    forget(movie);
  }
  pthread_mutex_destroy(&state->lock);
}

static void write_movie(const struct movie *movie, struct text *out) {
  text_say(out, "{\"id\": %lld, \"title\": ", (long long)movie->id);
  json_write_text(movie->title, strlen(movie->title), out);
  text_say(out, "}");
}

/* The value of `title` in a query, decoded; none where it is not there. */
static struct text title_of(plug_text query) {
  struct text name = {0}, title = {0};
  bool is_there = false;
  while (!is_there && query_next(&query, &name, &title)) is_there = strcmp(name.bytes, "title") == 0;
  text_free(&name);
  if (!is_there) text_free(&title);
  return title;
}

static plug_status list(struct state *state, plug_text query, const plug_response *response) {
  struct text body = {0}, title = title_of(query);
  bool is_first = true;
  text_say(&body, "[");
  pthread_mutex_lock(&state->lock);
  for (const struct movie *movie = state->movies; movie != NULL; movie = movie->next) {
    if (title.length > 0 && strcasestr(movie->title, title.bytes) == NULL) continue;
    if (!is_first) text_say(&body, ", ");
    write_movie(movie, &body);
    is_first = false;
  }
  pthread_mutex_unlock(&state->lock);
  text_say(&body, "]\n");
  text_free(&title);
  return reply(response, 200, &body);
}

static plug_status post(struct state *state, plug_text sent, const plug_response *response) {
  struct json *json = json_read(sent.bytes, sent.length);
  const struct json *title = json == NULL ? NULL : json_member(json, "title");
  bool is_good = is_title(title) && json_count(json) == 1;
  struct text body = {0};
  pthread_mutex_lock(&state->lock);
  const struct movie *movie = is_good ? add(state, title->text) : NULL;
  if (movie != NULL) write_movie(movie, &body);
  pthread_mutex_unlock(&state->lock);
  json_free(json);
  if (!is_good) return reply_fault(response, 400, "an object with a title is needed");
  if (movie == NULL) return reply_fault(response, 507, "there is no room");
  text_say(&body, "\n");
  return reply(response, 201, &body);
}

static plug_status handle_one(struct state *state, const plug_request *request, const plug_response *response) {
  struct text body = {0};
  size_t prefix = strlen("/movies/");
  plug_text id = {request->path.bytes + prefix, request->path.length - prefix};
  bool is_delete = text_is(request->method, "DELETE");
  pthread_mutex_lock(&state->lock);
  struct movie **place = place_of(state, path_number(id)), *movie = *place;
  if (movie != NULL) write_movie(movie, &body);
  if (movie != NULL && is_delete) {
    *place = movie->next;
    state->count--;
    forget(movie);
  }
  pthread_mutex_unlock(&state->lock);
  if (movie == NULL) return reply_fault(response, 404, "there is no such movie");
  if (is_delete) text_free(&body);
  else text_say(&body, "\n");
  return reply(response, is_delete ? 204 : 200, &body);
}

static plug_status handle(plug_instance *instance, const plug_request *request, const plug_response *response,
                          const plug_sink *error) {
  struct state *state = kit_state(instance);
  if (state == NULL) return refuse(error, PLUG_STATE, "it is not initialised");
  bool is_get = text_is(request->method, "GET"), is_post = text_is(request->method, "POST");
  size_t prefix = strlen("/movies/");
  __atomic_fetch_add(&state->requests, 1, __ATOMIC_RELAXED);
  if (text_is(request->path, "/movies")) {
    if (is_get) return list(state, request->query, response);
    if (is_post) return post(state, request->body, response);
  } else if (request->path.length > prefix && memcmp(request->path.bytes, "/movies/", prefix) == 0) {
    if (is_get || text_is(request->method, "DELETE")) return handle_one(state, request, response);
  }
  return refuse(error, PLUG_NOT_FOUND, "there is no such route");
}

static plug_status routes(plug_instance *instance, const plug_sink *out) {
  struct text text = {0};
  (void)instance;
  text_say(&text, "[{\"method\": \"GET\", \"path\": \"/movies\"}, {\"method\": \"POST\", \"path\": \"/movies\"}, ");
  text_say(&text, "{\"method\": \"GET\", \"path\": \"/movies/{id}\"}, ");
  text_say(&text, "{\"method\": \"DELETE\", \"path\": \"/movies/{id}\"}]");
  return text_send(&text, out);
}

static void measure(void *context, struct text *out) {
  struct state *state = context;
  pthread_mutex_lock(&state->lock);
  text_say(out, "\"movies\": %zu, ", state->count);
  pthread_mutex_unlock(&state->lock);
  text_say(out, "\"requests\": %llu", (unsigned long long)__atomic_load_n(&state->requests, __ATOMIC_RELAXED));
}

static const struct kit_option options[] = {
    {"capacity", JSON_NUMBER, false, 1, 1000000}, {"movies", JSON_LIST, false, 0, 0}, {NULL, JSON_NULL, false, 0, 0}};
static const plug_http_v1 http = {sizeof http, routes, handle};
static const struct kit_interface interfaces[] = {{PLUG_HTTP, &http}, {NULL, NULL}};

const struct kit_plugin kit_plugin = {.id = "examples/web",
                                      .options = options,
                                      .interfaces = interfaces,
                                      .state_size = sizeof(struct state),
                                      .start = start,
                                      .stop = stop,
                                      .measure = measure};
