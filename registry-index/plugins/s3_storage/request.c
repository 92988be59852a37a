/* libcurl signs (AWS Signature Version 4) and speaks HTTP. What a server answers is somebody else's: its size is bounded,
 * and nothing of it is believed that was not asked for. */
#include "s3.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct transfer {
  const plug_host *host;
  struct text *body;
};

static size_t take(char *bytes, size_t size, size_t count, void *context) {
  struct transfer *transfer = context;
  if (transfer->body->length + size * count > VALUE_MAX) return 0;
  text_add(transfer->body, bytes, size * count);
  return transfer->body->has_failed ? 0 : size * count;
}

static int go_on(void *context, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d) {
  const struct transfer *transfer = context;
  (void)a, (void)b, (void)c, (void)d;
  return PLUG_HAS(transfer->host, is_cancelled) && transfer->host->is_cancelled(transfer->host->context) != 0;
}

/* Adds a header; false for want of memory. */
static bool add(struct curl_slist **headers, const char *header) {
  struct curl_slist *longer = curl_slist_append(*headers, header);
  if (longer != NULL) *headers = longer;
  return longer != NULL;
}

static bool add_headers(struct curl_slist **headers, plug_text body, const plug_text *long_key) {
  char hash[100] = "x-amz-content-sha256: ", key[2 * KEY_MAX] = "x-amz-meta-key: ";
  write_sha256(body, hash + strlen(hash));
  /* libcurl signs what it is given, so nothing may stand here that it does not send, as `Expect:` is. */
  bool is_good = add(headers, hash) && add(headers, "Content-Type: application/octet-stream");
  if (long_key == NULL) return is_good;
  EVP_EncodeBlock((unsigned char *)key + strlen(key), (const unsigned char *)long_key->bytes, (int)long_key->length);
  return is_good && add(headers, key);
}

static void prepare(struct plug_store *store, const char *method, const char *url, plug_text body,
                    struct curl_slist *headers, struct transfer *transfer) {
  CURL *curl = store->curl;
  curl_easy_reset(curl);
  curl_easy_setopt(curl, CURLOPT_URL, url);
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, 10L);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT, store->state->seconds);
  curl_easy_setopt(curl, CURLOPT_USERPWD, store->state->credentials);
  curl_easy_setopt(curl, CURLOPT_AWS_SIGV4, store->state->signature);
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, transfer);
  curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, go_on);
  curl_easy_setopt(curl, CURLOPT_XFERINFODATA, transfer);
  if (strcmp(method, "HEAD") == 0) curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
  if (strcmp(method, "PUT") == 0) {
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body.length);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body.length == 0 ? "" : body.bytes);
  }
  if (strcmp(method, "PUT") == 0 || strcmp(method, "DELETE") == 0) {
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
  }
}

static plug_status perform(struct plug_store *store, struct answer *answer, const plug_sink *error) {
  struct curl_header *key;
  CURLcode code = curl_easy_perform(store->curl);
  if (code == CURLE_ABORTED_BY_CALLBACK) return refuse(error, PLUG_CANCELLED, "cancelled");
  if (code == CURLE_WRITE_ERROR) {
    return refuse(error, PLUG_IO, "the server sends more than 64 MiB, or memory is missing");
  }
  if (code != CURLE_OK) return refuse(error, PLUG_IO, "S3: %s", curl_easy_strerror(code));
  curl_easy_getinfo(store->curl, CURLINFO_RESPONSE_CODE, &answer->status);
  if (curl_easy_header(store->curl, "x-amz-meta-key", 0, CURLH_HEADER, -1, &key) == CURLHE_OK) {
    snprintf(answer->key, sizeof answer->key, "%s", key->value);
  }
  return PLUG_OK;
}

plug_status ask(struct plug_store *store, const char *method, const char *target, plug_text body,
                const plug_text *long_key, struct answer *answer, const plug_sink *error) {
  struct text url = {0};
  struct curl_slist *headers = NULL;
  struct transfer transfer = {store->state->host, &answer->body};
  plug_status status;
  *answer = (struct answer){.status = 0};
  text_say(&url, "%s", store->state->bucket_url);
  text_add(&url, target, strlen(target));
  if (url.has_failed || !add_headers(&headers, body, long_key)) {
    status = refuse(error, PLUG_NO_MEMORY, "out of memory");
  } else {
    pthread_mutex_lock(&store->lock);
    prepare(store, method, url.bytes, body, headers, &transfer);
    status = perform(store, answer, error);
    pthread_mutex_unlock(&store->lock);
  }
  curl_slist_free_all(headers);
  text_free(&url);
  if (status != PLUG_OK) text_free(&answer->body);
  return status;
}

/* The word that S3 has for a fault, as `NoSuchKey`. */
static void write_code(const struct text *body, char code[40]) {
  const char *start = body->bytes == NULL ? NULL : strstr(body->bytes, "<Code>");
  size_t length = 0;
  for (start = start == NULL ? "" : start + 6;
       length < 39 && ((start[length] | 32) >= 'a' && (start[length] | 32) <= 'z');) {
    code[length] = start[length];
    length++;
  }
  code[length] = 0;
}

plug_status judge(struct answer *answer, const plug_sink *error) {
  char code[40];
  if (answer->status >= 200 && answer->status <= 299) return PLUG_OK;
  write_code(&answer->body, code);
  text_free(&answer->body);
  if (answer->status == 404) return refuse(error, PLUG_NOT_FOUND, "S3 has no such thing: %s", code);
  if (answer->status == 401 || answer->status == 403) {
    return refuse(error, PLUG_DENIED, "S3 refuses the credentials: %s", code);
  }
  return refuse(error, PLUG_IO, "S3 answers with status %ld: %s", answer->status, code);
}

/* The key from its header, which must be that of the object's name. */
static plug_status read_key(struct plug_store *store, const char *name, const char *header, struct text *key,
                            const plug_sink *error) {
  unsigned char bytes[2 * KEY_MAX];
  char wanted[NAME_SIZE];
  size_t length = strlen(header), padding = 0;
  while (padding < 2 && padding < length && header[length - 1 - padding] == '=') padding++;
  int decoded = length > 2 * KEY_MAX - 4 ? -1 : EVP_DecodeBlock(bytes, (const unsigned char *)header, (int)length);
  plug_text read = {(const char *)bytes, decoded < 0 ? 0 : (size_t)decoded - padding};
  if (read.length >= 1 && read.length <= KEY_MAX) name_of(store, read, wanted);
  else wanted[0] = 0;
  if (strcmp(wanted, name) != 0) return refuse(error, PLUG_IO, "an object's metadata has not the key of its name");
  text_add(key, read.bytes, read.length);
  return key->has_failed ? refuse(error, PLUG_NO_MEMORY, "out of memory") : PLUG_OK;
}

plug_status fetch(struct plug_store *store, const char *name, struct text *value, struct text *key,
                  const plug_sink *error) {
  struct answer answer;
  char target[NAME_SIZE + 1];
  snprintf(target, sizeof target, "/%s", name);
  plug_status status = ask(store, value == NULL ? "HEAD" : "GET", target, (plug_text){NULL, 0}, NULL, &answer, error);
  if (status == PLUG_OK) status = judge(&answer, error);
  if (status == PLUG_OK && key != NULL) status = read_key(store, name, answer.key, key, error);
  if (status == PLUG_OK && value != NULL) *value = answer.body;
  else text_free(&answer.body);
  return status;
}
