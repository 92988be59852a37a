#ifndef S3_H
#define S3_H

#include "kit.h"

#include <curl/curl.h>
#include <pthread.h>

#define KEY_MAX 1024
#define VALUE_MAX ((size_t)64 << 20)

struct state {
  const plug_host *host;
  char *bucket_url; /* endpoint and bucket, without a slash at the end */
  char *credentials;
  char *signature; /* what libcurl signs for: provider, region and service */
  long seconds;
};

struct plug_store {
  const struct state *state;
  pthread_mutex_t lock; /* of the handle, which serves one request at a time */
  CURL *curl;
  char *location;
};

/* ---- names.c: keys as names of objects, in the same order ---- */

#define NAME_SIZE 1100
#define WHOLE 400 /* bytes of a key that a name has room for */

bool is_location(plug_text location);
/* `LOCATION/HEX`. Of a key of more than 400 bytes (WHOLE) the first 400, a `-`, and SHA-256 of all: S3 has no longer names. */
void name_of(const struct plug_store *store, plug_text key, char name[NAME_SIZE]);
bool has_whole_key(plug_text key);
/* The key in a name of this store's; false where there is none, or not the whole. */
bool key_in(const struct plug_store *store, const char *name, char key[KEY_MAX], size_t *length);
/* Whether it is a name of this store's that has not the whole key. */
bool is_cut(const struct plug_store *store, const char *name);
void write_sha256(plug_text bytes, char hex[65]);

/* ---- request.c ---- */

struct answer {
  long status;
  struct text body;      /* to be freed; of a refusal its reason */
  char key[2 * KEY_MAX]; /* the header x-amz-meta-key, empty without one */
};

/* One request. `target` is what follows the bucket in the URL; the body is sent with PUT only. `long_key` is kept as the
 * object's metadata, and may be null. PLUG_OK means that there is an answer of any status. */
plug_status ask(struct plug_store *store, const char *method, const char *target, plug_text body,
                const plug_text *long_key, struct answer *answer, const plug_sink *error);
/* PLUG_OK for a status from 200 to 299; else what the server said. Frees the answer where it fails. */
plug_status judge(struct answer *answer, const plug_sink *error);
/* A value by an object's name; `key` gets the whole key of metadata, and may be null. */
plug_status fetch(struct plug_store *store, const char *name, struct text *value, struct text *key,
                  const plug_sink *error);

/* ---- scan.c ---- */

plug_status s3_scan(plug_store *store, plug_text from, const plug_pair_sink *out, const plug_sink *error);

#endif
