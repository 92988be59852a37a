/* Keys and values as objects of a bucket in S3, or what speaks like it. */
#include "s3.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- configuration ---- */

static bool has_only(const char *text, const char *letters, size_t least, size_t most) {
  size_t length = strlen(text);
  if (length < least || length > most) return false;
  for (; *text != 0; text++) {
    bool is_plain = (*text >= 'a' && *text <= 'z') || (*text >= '0' && *text <= '9');
    if (!is_plain && strchr(letters, *text) == NULL) return false;
  }
  return true;
}

/* `http://HOST[:PORT]` or `https://...`, without a path. */
static bool is_endpoint(const char *text) {
  const char *host = strncmp(text, "http://", 7) == 0 ? text + 7 : strncmp(text, "https://", 8) == 0 ? text + 8 : "";
  return has_only(host, ".-:[]", 1, 255);
}

static bool is_secret(const char *text) {
  size_t length = strlen(text);
  if (length < 1 || length > 256) return false;
  for (; *text != 0; text++) {
    if (*text <= ' ' || *text > '~') return false;
  }
  return true;
}

static plug_status start(void *context, const plug_host *host, const struct json *config, const plug_sink *error) {
  struct state *state = context;
  const char *endpoint = json_text(config, "endpoint"), *bucket = json_text(config, "bucket"),
             *region = json_text(config, "region");
  const char *key = json_text(config, "access_key"), *secret = json_text(config, "secret_key");
  if (region == NULL) region = "us-east-1";
  if (!is_endpoint(endpoint)) {
    return refuse(error, PLUG_INVALID_CONFIG, "`endpoint` is no http://HOST[:PORT] or https://HOST[:PORT]");
  }
  if (!has_only(bucket, ".-", 3, 63)) {
    return refuse(error, PLUG_INVALID_CONFIG, "`bucket` is no name of 3 to 63 of a-z, 0-9, `.` and `-`");
  }
  if (!has_only(region, "-", 1, 32)) return refuse(error, PLUG_INVALID_CONFIG, "`region` is no name as us-east-1 is");
  if (!is_secret(key) || strchr(key, ':') != NULL || !is_secret(secret)) {
    return refuse(error, PLUG_INVALID_CONFIG, "`access_key` or `secret_key` has not 1 to 256 letters");
  }
  if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) return refuse(error, PLUG_FAILED, "libcurl does not start");
  state->host = host;
  state->seconds = (long)kit_number(config, "timeout_seconds", 30);
  bool is_made = asprintf(&state->bucket_url, "%s/%s", endpoint, bucket) >= 0 &&
                 asprintf(&state->credentials, "%s:%s", key, secret) >= 0 &&
                 asprintf(&state->signature, "aws:amz:%s:s3", region) >= 0;
  return is_made ? PLUG_OK : refuse(error, PLUG_NO_MEMORY, "out of memory");
}

static void stop(void *context) {
  struct state *state = context;
  if (state->credentials != NULL) explicit_bzero(state->credentials, strlen(state->credentials));
  free(state->credentials);
  free(state->bucket_url);
  free(state->signature);
  if (state->host != NULL) curl_global_cleanup();
}

/* ---- plug.storage/1 ---- */

static void close_store(plug_store *store) {
  curl_easy_cleanup(store->curl);
  pthread_mutex_destroy(&store->lock);
  free(store->location);
  free(store);
}

/* The bucket must be there; the location is but the beginning of names. */
static plug_status look_at_bucket(plug_store *store, const plug_sink *error) {
  struct answer answer;
  plug_status status = ask(store, "HEAD", "", (plug_text){NULL, 0}, NULL, &answer, error);
  if (status == PLUG_OK) status = judge(&answer, error);
  if (status == PLUG_OK) text_free(&answer.body);
  return status;
}

static plug_status open_store(plug_instance *instance, plug_text location, plug_store **out, const plug_sink *error) {
  const struct state *state = kit_state(instance);
  if (state == NULL) return refuse(error, PLUG_STATE, "it is not initialised");
  if (!is_location(location)) {
    return refuse(error, PLUG_INVALID_ARGUMENT,
                  "the location is no path of 1 to 100 letters, digits, `.`, `_` and `-`");
  }
  plug_store *store = calloc(1, sizeof *store);
  if (store == NULL) return refuse(error, PLUG_NO_MEMORY, "out of memory");
  pthread_mutex_init(&store->lock, NULL);
  store->state = state;
  store->curl = curl_easy_init();
  store->location = strndup(location.bytes, location.length);
  plug_status status = store->curl == NULL || store->location == NULL ? refuse(error, PLUG_NO_MEMORY, "out of memory")
                                                                      : look_at_bucket(store, error);
  if (status == PLUG_OK) *out = store;
  else close_store(store);
  return status;
}

static bool is_key(plug_text key) { return key.length >= 1 && key.length <= KEY_MAX; }

static plug_status wrong_key(const plug_sink *error) {
  return refuse(error, PLUG_INVALID_ARGUMENT, "a key has 1 to 1,024 bytes");
}

static plug_status get(plug_store *store, plug_text key, const plug_sink *out, const plug_sink *error) {
  char name[NAME_SIZE];
  struct text value = {0};
  if (!is_key(key)) return wrong_key(error);
  name_of(store, key, name);
  plug_status status = fetch(store, name, &value, NULL, error);
  return status == PLUG_OK ? text_send(&value, out) : status;
}

static plug_status change(plug_store *store, const char *method, plug_text key, plug_text value,
                          const plug_sink *error) {
  char name[NAME_SIZE], target[NAME_SIZE + 1];
  struct answer answer;
  if (!is_key(key)) return wrong_key(error);
  name_of(store, key, name);
  snprintf(target, sizeof target, "/%s", name);
  plug_status status = ask(store, method, target, value, has_whole_key(key) ? NULL : &key, &answer, error);
  if (status == PLUG_OK) status = judge(&answer, error);
  if (status == PLUG_OK) text_free(&answer.body);
  return status;
}

static plug_status put(plug_store *store, plug_text key, plug_text value, const plug_sink *error) {
  if (value.length > VALUE_MAX) return refuse(error, PLUG_INVALID_ARGUMENT, "a value has at most 64 MiB");
  return change(store, "PUT", key, value, error);
}

/* S3 answers alike whether the object was there. */
static plug_status take_away(plug_store *store, plug_text key, const plug_sink *error) {
  return change(store, "DELETE", key, (plug_text){NULL, 0}, error);
}

/* What S3 has answered is kept already. */
static plug_status sync_store(plug_store *store, const plug_sink *error) {
  (void)store, (void)error;
  return PLUG_OK;
}

static const struct kit_option options[] = {
    {"endpoint", JSON_TEXT, true, 0, 0},   {"bucket", JSON_TEXT, true, 0, 0},
    {"region", JSON_TEXT, false, 0, 0},    {"access_key", JSON_TEXT, true, 0, 0},
    {"secret_key", JSON_TEXT, true, 0, 0}, {"timeout_seconds", JSON_NUMBER, false, 1, 3600},
    {NULL, JSON_NULL, false, 0, 0}};
static const plug_storage_v1 storage = {sizeof storage, open_store, get,        put,
                                        take_away,      s3_scan,    sync_store, close_store};
static const struct kit_interface interfaces[] = {{PLUG_STORAGE, &storage}, {NULL, NULL}};

const struct kit_plugin kit_plugin = {.id = "phantomdb/s3_storage",
                                      .options = options,
                                      .interfaces = interfaces,
                                      .state_size = sizeof(struct state),
                                      .start = start,
                                      .stop = stop};
