/* plg-i006 to i009: types, storage, credentials, plans. */
#include "checks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static bool parsed(const plug_type_v1 *t, plug_instance *instance, plug_text text, struct text *value) {
  plug_sink sink = text_sink(value);
  return t->parse(instance, text, &sink, NULL) == PLUG_OK;
}

static int sign(int32_t n) { return (n > 0) - (n < 0); }

static int order_of(const plug_type_v1 *t, plug_instance *instance, const struct text *a, const struct text *b) {
  int32_t order = 0;
  plug_status status = t->compare(instance, text_of(a), text_of(b), &order, NULL);
  if (status != PLUG_OK) bad("compare of two values returned %s", status_name(status));
  return sign(order);
}

static void custom_type(struct subject *s) {
  plug_instance *instance = ready(s);
  const plug_type_v1 *t = instance == NULL ? NULL : interface_of(s, instance, PLUG_TYPE);
  size_t count = s->options->arguments.count;
  if (t == NULL) return;
  if (count == 0) return skipped("its description has no sample");
  struct text *values = calloc(count, sizeof *values);
  if (values == NULL) abort();
  for (size_t i = 0; i < count; i++) {
    size_t length;
    char *text = argument(s->options, i, &length);
    struct text back = {0};
    plug_sink sink = text_sink(&back);
    if (!parsed(t, instance, (plug_text){text, length}, &values[i])) {
      bad("parse refuses its own sample `%.100s`", text);
    } else if (t->format(instance, text_of(&values[i]), &sink, NULL) != PLUG_OK || back.length != length ||
               memcmp(back.bytes, text, length) != 0) {
      bad("`%.100s` comes back as `%.100s`", text, back.bytes != NULL ? back.bytes : "");
    }
    text_clear(&back);
    free(text);
  }
  for (size_t a = 0; a < count; a++) {
    for (size_t b = 0; b < count; b++) {
      int order = order_of(t, instance, &values[a], &values[b]), wanted = (a > b) - (a < b);
      if (order != wanted) bad("compare of sample %zu with %zu gives %d, they were given in rising order", a + 1, b + 1, order);
    }
  }
  struct text garbage = {0};
  plug_sink sink = text_sink(&garbage);
  if (t->format(instance, plain("\xff"), &sink, NULL) == PLUG_OK) fact("any bytes are a value");
  text_clear(&garbage);
  for (size_t i = 0; i < count; i++) text_clear(&values[i]);
  free(values);
  ended(s, instance);
}

/* ---- storage ---- */

#define KEYS 100

static void key_of(int n, char key[16]) { snprintf(key, 16, "key-%04d", n); }

struct scanned {
  int count;
  bool is_disordered;
  int stop_after;
  char last[16];
};

static int scan_pair(void *context, plug_text key, plug_text value) {
  struct scanned *f = context;
  char now[16] = {0};
  (void)value;
  if (key.length < sizeof now) memcpy(now, key.bytes, key.length);
  if (f->count > 0 && strcmp(now, f->last) <= 0) f->is_disordered = true;
  memcpy(f->last, now, sizeof now);
  f->count++;
  return f->stop_after != 0 && f->count >= f->stop_after;
}

static struct scanned scan(const plug_storage_v1 *t, plug_store *store, const char *from, int stop_after, plug_status wanted) {
  struct scanned found = {.stop_after = stop_after};
  plug_pair_sink sink = {.size = sizeof sink, .context = &found, .pair = scan_pair};
  plug_status status = t->scan(store, plain(from), &sink, NULL);
  if (status != wanted) bad("scan returned %s, not %s", status_name(status), status_name(wanted));
  if (found.is_disordered) bad("scan does not give keys in the order of their bytes");
  return found;
}

static void must(plug_status status, plug_status wanted, const char *what) {
  if (status != wanted) bad("%s returned %s, not %s", what, status_name(status), status_name(wanted));
}

static void fill(const plug_storage_v1 *t, plug_store *store) {
  for (int i = 0; i < KEYS; i++) {
    char key[16], value[16];
    key_of(i * 37 % KEYS, key);
    snprintf(value, sizeof value, "value %d", i * 37 % KEYS);
    must(t->put(store, plain(key), plain(value), NULL), PLUG_OK, "put");
  }
}

static void look_up(const plug_storage_v1 *t, plug_store *store, plug_text key, const char *wanted, size_t length) {
  struct text value = {0};
  plug_sink sink = text_sink(&value);
  must(t->get(store, key, &sink, NULL), wanted == NULL ? PLUG_NOT_FOUND : PLUG_OK, "get");
  if (wanted != NULL && (value.length != length || memcmp(value.bytes == NULL ? "" : value.bytes, wanted, length) != 0)) {
    bad("get does not give what was put");
  }
  text_clear(&value);
}

static void odd_keys(const plug_storage_v1 *t, plug_store *store) {
  char longest[1024];
  memset(longest, 'z', sizeof longest);
  plug_text big = {longest, sizeof longest}, binary = {"a\0b\xff", 4};
  must(t->put(store, big, plain(""), NULL), PLUG_OK, "put of a key of 1,024 bytes");
  look_up(t, store, big, "", 0);
  must(t->put(store, binary, (plug_text){"\0\1", 2}, NULL), PLUG_OK, "put of a key with a zero in it");
  look_up(t, store, binary, "\0\1", 2);
  must(t->remove(store, big, NULL), PLUG_OK, "remove");
  must(t->remove(store, binary, NULL), PLUG_OK, "remove");
  must(t->remove(store, binary, NULL), PLUG_OK, "remove of what is not there");
  if (t->put(store, plain(""), plain("x"), NULL) == PLUG_OK) bad("put takes an empty key");
}

static void storage(struct subject *s) {
  plug_instance *instance = ready(s);
  const plug_storage_v1 *t = instance == NULL ? NULL : interface_of(s, instance, PLUG_STORAGE);
  if (t == NULL) return;
  if (s->options->data_folder == NULL) return skipped("there is no folder to write to");
  struct text words = {.limit = 4096};
  plug_sink sink = text_sink(&words);
  plug_store *store = NULL;
  plug_status status = t->open(instance, plain("plugctl-check"), &store, &sink);
  if (status != PLUG_OK || store == NULL) {
    bad("open returned %s: %s", status_name(status), words.bytes != NULL ? words.bytes : "without a reason");
    return;
  }
  fill(t, store);
  look_up(t, store, plain("key-0037"), "value 37", 8);
  look_up(t, store, plain("key-9999"), NULL, 0);
  must(t->put(store, plain("key-0037"), plain("anew"), NULL), PLUG_OK, "put");
  must(t->remove(store, plain("key-0011"), NULL), PLUG_OK, "remove");
  odd_keys(t, store);
  if (scan(t, store, "", 0, PLUG_OK).count != KEYS - 1) bad("scan does not give every pair");
  if (scan(t, store, "key-0090", 0, PLUG_OK).count != 10) bad("scan from a key does not begin there");
  if (scan(t, store, "", 3, PLUG_SINK).count != 3) bad("scan goes on after its sink said no");
  must(t->sync(store, NULL), PLUG_OK, "sync");
  t->close(store);
  store = NULL;
  must(t->open(instance, plain("plugctl-check"), &store, NULL), PLUG_OK, "open for the second time");
  if (store != NULL) {
    look_up(t, store, plain("key-0037"), "anew", 4);
    look_up(t, store, plain("key-0011"), NULL, 0);
    t->close(store);
  }
  ended(s, instance);
}

/* ---- credentials ---- */

static int by_size(const void *a, const void *b) {
  long x = *(const long *)a, y = *(const long *)b;
  return (x > y) - (x < y);
}

static long median_us(const plug_auth_v1 *a, plug_instance *instance, plug_text user, plug_text secret) {
  enum { rounds = 15 };
  long times[rounds];
  for (int i = 0; i < rounds; i++) {
    struct timespec start, end;
    struct text claims = {0};
    plug_sink sink = text_sink(&claims);
    clock_gettime(CLOCK_MONOTONIC, &start);
    plug_status status = a->authenticate(instance, user, secret, &sink, NULL);
    clock_gettime(CLOCK_MONOTONIC, &end);
    if (status != PLUG_DENIED) bad("wrong credentials are answered with %s, not DENIED", status_name(status));
    if (claims.length > 0) bad("claims are given for wrong credentials");
    text_clear(&claims);
    times[i] = (end.tv_sec - start.tv_sec) * 1000000 + (end.tv_nsec - start.tv_nsec) / 1000;
  }
  qsort(times, rounds, sizeof *times, by_size);
  return times[rounds / 2];
}

static void auth(struct subject *s) {
  plug_instance *instance = ready(s);
  const plug_auth_v1 *a = instance == NULL ? NULL : interface_of(s, instance, PLUG_AUTH);
  if (a == NULL) return;
  if (s->options->arguments.count < 2) return skipped("its description has no sample");
  size_t user_length, secret_length;
  char *user = argument(s->options, 0, &user_length), *secret = argument(s->options, 1, &secret_length);
  struct text claims = {.limit = 64 << 10};
  plug_sink sink = text_sink(&claims);
  plug_status status = a->authenticate(instance, plain(user), plain(secret), &sink, NULL);
  if (status != PLUG_OK) bad("its own sample is answered with %s", status_name(status));
  deliver("claims", claims.bytes, claims.length);
  text_clear(&claims);
  must(a->authenticate(instance, plain(""), plain(""), &sink, NULL), PLUG_DENIED, "authenticate without anything");
  must(a->authenticate(instance, plain(user), plain(""), &sink, NULL), PLUG_DENIED, "authenticate without a secret");
  long wrong = median_us(a, instance, plain(user), plain("not the secret"));
  long unknown = median_us(a, instance, plain("nobody-of-this-name"), plain("not the secret"));
  long more = wrong > unknown ? wrong : unknown, less = wrong > unknown ? unknown : wrong;
  if (more > 2 * less && more - less > 200) {
    bad("it takes %ld us for a known user and %ld us for an unknown one: the difference tells who is known", wrong, unknown);
  }
  free(user);
  free(secret);
  ended(s, instance);
}

/* ---- plans ---- */

static void query(struct subject *s) {
  plug_instance *instance = ready(s);
  const plug_query_v1 *q = instance == NULL ? NULL : interface_of(s, instance, PLUG_QUERY);
  if (q == NULL) return;
  if (s->options->arguments.count == 0) return skipped("its description has no sample");
  size_t length;
  char *plan = argument(s->options, 0, &length);
  struct text first = {.limit = 100 << 10}, second = {.limit = 100 << 10}, third = {.limit = 100 << 10};
  plug_sink out = text_sink(&first), again = text_sink(&second), further = text_sink(&third);
  must(q->rewrite(instance, (plug_text){plan, length}, &out, NULL), PLUG_OK, "rewrite of its own sample");
  must(q->rewrite(instance, (plug_text){plan, length}, &again, NULL), PLUG_OK, "rewrite for the second time");
  if (first.length != second.length || (first.length > 0 && memcmp(first.bytes, second.bytes, first.length) != 0)) {
    bad("rewrite gives another plan the second time");
  }
  if (first.length > 0) must(q->rewrite(instance, text_of(&first), &further, NULL), PLUG_OK, "rewrite of what it wrote");
  deliver("plan", first.bytes, first.length);
  struct text rest = {0};
  plug_sink sink = text_sink(&rest);
  if (q->rewrite(instance, plain("{"), &sink, NULL) == PLUG_OK) bad("rewrite takes what is no JSON");
  free(plan);
  ended(s, instance);
}

const struct check value_checks[] = {
    {"plg-i006", custom_type}, {"plg-i007", storage}, {"plg-i008", auth}, {"plg-i009", query}, {NULL, NULL}};
