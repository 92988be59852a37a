/* Feeds plugins with what nobody meant for them: their own samples and configurations, damaged at random. Whatever they
 * answer, they must answer; built with sanitizers, so that a look beyond an end is seen. feed ROUNDS PLUGIN.so... */
#include "json.h"
#include "plughost.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t seed = 1;

static uint64_t pick(uint64_t below) {
  seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
  return seed % below;
}

/* A copy in a block of its own length, with a few bytes changed, doubled or left out. */
static plug_text damaged(const char *sample) {
  static const char marks[] = "{}[]\",:\\\n\r\t.-+0129eu\xff\xc3\xed; ";
  size_t length = strlen(sample);
  char *bytes = malloc(length + 8);
  memcpy(bytes, sample, length);
  for (uint64_t i = pick(4); i > 0; i--) {
    size_t at = pick(length + 1);
    uint64_t kind = pick(4);
    if (kind == 0) length = at;
    else if (kind == 1 && at < length) memmove(bytes + at, bytes + at + 1, --length - at);
    else if (kind == 2 && at < length) bytes[at] = marks[pick(sizeof marks)];
    else {
      memmove(bytes + at + 1, bytes + at, length - at);
      bytes[at] = marks[pick(sizeof marks - 1)];
      length++;
    }
  }
  char *exact = memcpy(malloc(length + (length == 0)), bytes, length);
  free(bytes);
  return (plug_text){exact, length};
}

static int take(void *context, const char *bytes, size_t length) {
  text_add(context, bytes, length);
  return 0;
}

struct feed {
  plughost_plugin *plugin;
  plug_instance *instance;
  plug_sink out;
  struct text words;
  plug_sink error;
  struct text reason;
};

static plug_status feed_configuration(struct feed *feed, plug_text text) {
  const plug_table *table = plughost_table(feed->plugin);
  const char *id = plughost_id(feed->plugin);
  plug_instance *instance = NULL;
  if (table->create(plughost_offer(feed->plugin), (plug_text){id, strlen(id)}, &instance, NULL) != PLUG_OK) abort();
  plug_status status = table->initialize(instance, text, &feed->error);
  table->destroy(instance);
  return status == PLUG_INVALID_CONFIG ? PLUG_INVALID_ARGUMENT : status;
}

static plug_status feed_processor(struct feed *feed, plug_text text) {
  const plug_processor_v1 *processor = plughost_interface(feed->plugin, PLUG_PROCESSOR);
  return processor->process(feed->instance, text, &feed->out, &feed->error);
}

static plug_status feed_query(struct feed *feed, plug_text text) {
  const plug_query_v1 *query = plughost_interface(feed->plugin, PLUG_QUERY);
  return query->rewrite(feed->instance, text, &feed->out, &feed->error);
}

static plug_status feed_type(struct feed *feed, plug_text text) {
  const plug_type_v1 *type = plughost_interface(feed->plugin, PLUG_TYPE);
  int32_t order;
  plug_status status = type->parse(feed->instance, text, &feed->out, &feed->error);
  if (status == PLUG_OK) status = type->compare(feed->instance, text, (plug_text){"1.0.0-rc.1", 10}, &order, &feed->error);
  return status;
}

static int give(void *context, char *bytes, size_t capacity, size_t *length) {
  plug_text *rest = context;
  *length = rest->length < capacity ? rest->length : capacity;
  if (*length > 0) memcpy(bytes, rest->bytes, *length);
  *rest = (plug_text){rest->bytes + *length, rest->length - *length};
  return 0;
}

/* What can be read is written again; what was written must be read as well. */
static plug_status feed_format(struct feed *feed, plug_text text) {
  const plug_format_v1 *format = plughost_interface(feed->plugin, PLUG_FORMAT);
  plug_source source = {sizeof source, &text, give};
  struct ArrowArrayStream stream = {.release = NULL};
  plug_status status = format->read(feed->instance, &source, (plug_text){NULL, 0}, &stream, &feed->error);
  if (status != PLUG_OK) return status;
  if (format->write(feed->instance, &stream, (plug_text){NULL, 0}, &feed->out, &feed->error) != PLUG_OK) return PLUG_FAILED;
  plug_text written = {feed->words.bytes, feed->words.length};
  source.context = &written;
  status = format->read(feed->instance, &source, (plug_text){NULL, 0}, &stream, &feed->error);
  if (status != PLUG_OK) return PLUG_FAILED;
  stream.release(&stream);
  return status;
}

static const struct food {
  const char *interface; /* null: the configuration */
  const char *sample;
  plug_status (*feed)(struct feed *feed, plug_text text);
} foods[] = {{NULL, NULL, feed_configuration},
             {PLUG_PROCESSOR, "some\twords, \r\nand a last line ", feed_processor},
             {PLUG_TYPE, "1.20.3-alpha.1.x-y+build.5", feed_type},
             {PLUG_FORMAT, "name,age,tall,\"q\"\nAda,36,true,1.5\n\"a,\"\"b\"\"\n\",,false,-2e7\n\xc3\xbc,-1,,\n", feed_format},
             {PLUG_QUERY,
              "{\"op\": \"filter\", \"input\": {\"op\": \"join\", \"left\": {\"op\": \"scan\", \"table\": \"a\", \"columns\": [\"x\"]}, "
              "\"right\": {\"op\": \"limit\", \"rows\": 3, \"input\": {\"op\": \"scan\", \"table\": \"b\", \"columns\": [\"y\"]}}, "
              "\"on\": {\"value\": true}}, \"where\": {\"op\": \"and\", \"arguments\": [{\"column\": \"x\"}, {\"op\": \"<\", "
              "\"arguments\": [{\"value\": 12}, {\"op\": \"*\", \"arguments\": [{\"value\": 3}, {\"value\": -9}]}]}]}}",
              feed_query}};

/* Only success, or a fault of what was given, with a reason. */
static int eat(struct feed *feed, const struct food *food, const char *sample, long rounds) {
  int faults = 0;
  for (long i = 0; i < rounds; i++) {
    plug_text text = damaged(sample);
    plug_status status = food->feed(feed, text);
    bool is_right = status == PLUG_OK || (status == PLUG_INVALID_ARGUMENT && feed->reason.length > 0);
    if (!is_right) printf("  status %d: %.*s\n", (int)status, (int)text.length, text.bytes);
    faults += !is_right;
    free((char *)text.bytes);
    text_free(&feed->words);
    text_free(&feed->reason);
  }
  return faults;
}

static int test(const char *path, long rounds) {
  plughost *host = plughost_new(NULL);
  plughost_plugin *plugin = plughost_load(host, path, NULL);
  struct feed feed = {.plugin = plugin};
  feed.out = (plug_sink){sizeof(plug_sink), &feed.words, take};
  feed.error = (plug_sink){sizeof(plug_sink), &feed.reason, take};
  const char *text = plughost_description(plugin);
  struct json *description = json_read(text, strlen(text));
  struct text example = {0};
  json_write(json_member(json_member(description, "config"), "example"), &example);
  int faults = plughost_initialize(plugin, example.bytes, NULL) != PLUG_OK;
  feed.instance = plughost_instance(plugin);
  for (size_t i = 0; i < sizeof foods / sizeof *foods; i++) {
    const char *name = foods[i].interface;
    if (name != NULL && plughost_interface(plugin, name) == NULL) continue;
    faults += eat(&feed, &foods[i], name == NULL ? example.bytes : foods[i].sample, rounds);
  }
  text_free(&example);
  json_free(description);
  plughost_release(plugin);
  plughost_free(host);
  return faults;
}

int main(int count, char **arguments) {
  int all = 0;
  for (int i = 2; i < count; i++) {
    int faults = test(arguments[i], atol(arguments[1]));
    printf("%s - %s takes what is damaged\n", faults == 0 ? "ok" : "not ok", strrchr(arguments[i], '/') + 1);
    fflush(stdout);
    all += faults;
  }
  return all != 0;
}
