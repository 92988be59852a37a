/* Lists objects page by page, in the order of their names, which is that of the keys. Names that have not the whole key
 * are put in order by the keys in their metadata, all with the same beginning at once. */
#include "s3.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CUT_MAX 1000 /* long keys with the same first 400 bytes */
#define EMPTY_PAGES_MAX 1000

struct cut {
  char name[NAME_SIZE];
  struct text key;
};

struct scan {
  plug_store *store;
  plug_text from;
  const plug_pair_sink *out;
  const plug_sink *error;
  struct cut *cuts;
  size_t cut_count;
  char last[NAME_SIZE]; /* the name before */
  char token[2048];     /* where the next page begins; empty for the last */
  int empty_pages;
};

static bool is_from(const struct scan *scan, plug_text key) {
  size_t common = key.length < scan->from.length ? key.length : scan->from.length;
  int order = common == 0 ? 0 : memcmp(key.bytes, scan->from.bytes, common);
  return order > 0 || (order == 0 && key.length >= scan->from.length);
}

static plug_status give(struct scan *scan, const char *name, plug_text key) {
  struct text value = {0};
  if (!is_from(scan, key)) return PLUG_OK;
  plug_status status = fetch(scan->store, name, &value, NULL, scan->error);
  if (status == PLUG_NOT_FOUND) return PLUG_OK; /* removed since it was listed */
  if (status != PLUG_OK) return status;
  int code = scan->out->pair(scan->out->context, key, (plug_text){value.bytes, value.length});
  text_free(&value);
  return code == 0 ? PLUG_OK : refuse(scan->error, PLUG_SINK, "the sink takes no more");
}

/* ---- long keys ---- */

static int by_key(const void *left, const void *right) {
  const struct text *a = &((const struct cut *)left)->key, *b = &((const struct cut *)right)->key;
  int order = memcmp(a->bytes, b->bytes, a->length < b->length ? a->length : b->length);
  return order != 0 ? order : (a->length > b->length) - (a->length < b->length);
}

static void forget_cuts(struct scan *scan) {
  for (size_t i = 0; i < scan->cut_count; i++) text_free(&scan->cuts[i].key);
  scan->cut_count = 0;
}

static plug_status give_cuts(struct scan *scan) {
  plug_status status = PLUG_OK;
  if (scan->cut_count > 1) qsort(scan->cuts, scan->cut_count, sizeof *scan->cuts, by_key);
  for (size_t i = 0; i < scan->cut_count && status == PLUG_OK; i++) {
    status = give(scan, scan->cuts[i].name, (plug_text){scan->cuts[i].key.bytes, scan->cuts[i].key.length});
  }
  forget_cuts(scan);
  return status;
}

/* Names of one beginning follow each other; one of another beginning ends the group. */
static plug_status add_cut(struct scan *scan, const char *name) {
  size_t beginning = strlen(scan->store->location) + 1 + 2 * WHOLE;
  bool is_new = scan->cut_count > 0 && strncmp(scan->cuts[0].name, name, beginning) != 0;
  plug_status status = is_new ? give_cuts(scan) : PLUG_OK;
  if (status != PLUG_OK) return status;
  if (scan->cuts == NULL) scan->cuts = calloc(CUT_MAX, sizeof *scan->cuts);
  if (scan->cuts == NULL) return refuse(scan->error, PLUG_NO_MEMORY, "out of memory");
  if (scan->cut_count == CUT_MAX) {
    return refuse(scan->error, PLUG_UNSUPPORTED, "more than %d keys have the same first %d bytes", CUT_MAX, WHOLE);
  }
  struct cut *cut = &scan->cuts[scan->cut_count];
  cut->key = (struct text){0};
  snprintf(cut->name, sizeof cut->name, "%s", name);
  status = fetch(scan->store, name, NULL, &cut->key, scan->error);
  if (status == PLUG_OK) scan->cut_count++;
  else text_free(&cut->key);
  return status == PLUG_NOT_FOUND ? PLUG_OK : status;
}

/* ---- pages ---- */

/* What stands in an element, which must fit; returns what follows, null where there is no such element. */
static const char *element(const char *xml, const char *name, char *content, size_t size) {
  char open[40], close[40];
  snprintf(open, sizeof open, "<%s>", name);
  snprintf(close, sizeof close, "</%s>", name);
  const char *start = strstr(xml, open), *end = start == NULL ? NULL : strstr(start, close);
  content[0] = 0;
  if (end == NULL) return NULL;
  start += strlen(open);
  if ((size_t)(end - start) < size) snprintf(content, size, "%.*s", (int)(end - start), start);
  return end + strlen(close);
}

static plug_status take_name(struct scan *scan, const char *name) {
  char key[KEY_MAX];
  size_t length;
  bool is_whole = key_in(scan->store, name, key, &length);
  if (!is_whole && !is_cut(scan->store, name)) return PLUG_OK; /* somebody else's */
  /* So a server can't keep a scan for ever, or have keys come in another order. */
  if (strcmp(name, scan->last) <= 0) {
    return refuse(scan->error, PLUG_IO, "the server does not list in the order of names");
  }
  strcpy(scan->last, name);
  if (!is_whole) return add_cut(scan, name);
  plug_status status = give_cuts(scan);
  return status == PLUG_OK ? give(scan, name, (plug_text){key, length}) : status;
}

static plug_status take_page(struct scan *scan, const char *xml) {
  char name[NAME_SIZE], is_cut_off[8];
  plug_status status = PLUG_OK;
  int names = 0;
  element(xml, "IsTruncated", is_cut_off, sizeof is_cut_off);
  element(xml, "NextContinuationToken", scan->token, sizeof scan->token);
  if (strcmp(is_cut_off, "true") != 0) scan->token[0] = 0;
  for (const char *next = xml; status == PLUG_OK && (next = element(next, "Key", name, sizeof name)) != NULL; names++) {
    status = take_name(scan, name);
  }
  scan->empty_pages = names > 0 ? 0 : scan->empty_pages + 1;
  if (status != PLUG_OK || scan->empty_pages < EMPTY_PAGES_MAX) return status;
  return refuse(scan->error, PLUG_IO, "the server lists nothing, page by page");
}

/* Parameters in the order in which they are signed. A key that has no whole name is somewhere behind its beginning. */
static plug_status ask_page(struct scan *scan, struct answer *answer) {
  char after[NAME_SIZE], *escaped_token, *escaped_location, *escaped_after;
  struct text target = {0};
  name_of(scan->store, has_whole_key(scan->from) ? scan->from : (plug_text){scan->from.bytes, WHOLE}, after);
  escaped_token = curl_easy_escape(NULL, scan->token, 0);
  escaped_location = curl_easy_escape(NULL, scan->store->location, 0);
  escaped_after = curl_easy_escape(NULL, after, 0);
  text_say(&target, "?");
  if (scan->token[0] != 0) text_say(&target, "continuation-token=%.900s&", escaped_token == NULL ? "" : escaped_token);
  text_say(&target, "delimiter=%%2F&list-type=2&prefix=%s%%2F", escaped_location == NULL ? "" : escaped_location);
  if (scan->token[0] == 0 && scan->from.length > 0) text_say(&target, "&start-after=");
  if (scan->token[0] == 0 && scan->from.length > 0 && escaped_after != NULL) {
    text_add(&target, escaped_after, strlen(escaped_after));
  }
  bool is_made = escaped_token != NULL && escaped_location != NULL && escaped_after != NULL && !target.has_failed;
  curl_free(escaped_token), curl_free(escaped_location), curl_free(escaped_after);
  plug_status status = is_made ? ask(scan->store, "GET", target.bytes, (plug_text){NULL, 0}, NULL, answer, scan->error)
                               : refuse(scan->error, PLUG_NO_MEMORY, "out of memory");
  text_free(&target);
  return status == PLUG_OK ? judge(answer, scan->error) : status;
}

/* The list begins behind a name, so a key that is `from` itself comes first by itself. */
static plug_status give_first(struct scan *scan) {
  char name[NAME_SIZE];
  if (scan->from.length == 0 || !has_whole_key(scan->from)) return PLUG_OK;
  name_of(scan->store, scan->from, name);
  strcpy(scan->last, name);
  return give(scan, name, scan->from);
}

plug_status s3_scan(plug_store *store, plug_text from, const plug_pair_sink *out, const plug_sink *error) {
  struct scan scan = {.store = store, .from = from, .out = out, .error = error};
  plug_status status = give_first(&scan);
  do {
    struct answer answer;
    if (status == PLUG_OK) status = ask_page(&scan, &answer);
    if (status != PLUG_OK) break;
    text_add(&answer.body, "", 0);
    status =
        answer.body.has_failed ? refuse(error, PLUG_NO_MEMORY, "out of memory") : take_page(&scan, answer.body.bytes);
    text_free(&answer.body);
  } while (status == PLUG_OK && scan.token[0] != 0);
  if (status == PLUG_OK) status = give_cuts(&scan);
  forget_cuts(&scan);
  free(scan.cuts);
  return status;
}
