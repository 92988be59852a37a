#include "options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "usage: plugctl-worker load [LIMITS] [--neighbour FILE]... [--module FILE]... [--entry NAME]...\n"
    "                           [--linger MS] [--no-sandbox] [--observe] [--network] [--keep-user] [--writable DIR]...\n"
    "                           [CHECK] FILE\n"
    "       plugctl-worker exec [LIMITS] [--writable DIR]... [--no-sandbox] -- COMMAND [ARG]...\n"
    "       plugctl-worker serve --control FD\n"
    "CHECK:  --check ID [--id ID] [--config JSON | --config-file FILE] [--dsn DSN] [--data DIR] [--copy FILE] [--inputs FILE]\n"
    "        [--interface NAME]... [--operation NAME]... [--arg HEX]... [--sample CHECK=HEX]...\n"
    "        --check drive: [--milliseconds N] [--sessions N] [--seed N], operations as NAME=WEIGHT\n"
    "LIMITS: --memory MIB --cpu SECONDS --files N --tasks N; --report FD --page FD are plugctl's own\n";

static bool read_number(const char *name, const char *text, long *value) {
  char *end;
  *value = strtol(text, &end, 10);
  if (end != text && *end == 0 && *value >= 0) return true;
  fprintf(stderr, "plugctl-worker: `%s` needs a number, not `%s`\n", name, text);
  return false;
}

static bool read_descriptor(const char *name, const char *text, int *value) {
  long number;
  if (!read_number(name, text, &number)) return false;
  *value = (int)number;
  return true;
}

static bool add(const char *name, const char *text, struct list *list) {
  if (list->count < OPTIONS_MAX) {
    list->items[list->count++] = text;
    return true;
  }
  fprintf(stderr, "plugctl-worker: more than %d of `%s`\n", OPTIONS_MAX, name);
  return false;
}

static bool read_text(const char *text, const char **value) {
  *value = text;
  return true;
}

/* Settings may hold secrets, which have no place among arguments. */
static bool read_file(const char *name, const char *path, const char **value) {
  static char text[SETTINGS_MAX + 1];
  FILE *file = fopen(path, "re");
  size_t length = file != NULL ? fread(text, 1, sizeof text, file) : 0;
  bool is_whole = file != NULL && !ferror(file) && length <= SETTINGS_MAX && memchr(text, 0, length) == NULL;
  if (file != NULL) fclose(file);
  if (!is_whole) {
    fprintf(stderr, "plugctl-worker: `%s` needs a file of text, at most %d bytes, not `%s`\n", name, SETTINGS_MAX, path);
    return false;
  }
  text[length] = 0;
  return read_text(text, value);
}

static bool read_folder(const char *name, const char *text, struct options *o) {
  o->data_folder = text;
  return add(name, text, &o->writable);
}

static bool is_hexadecimal(const char *text) {
  return strlen(text) % 2 == 0 && strspn(text, "0123456789abcdef") == strlen(text);
}

static bool add_bytes(const char *name, const char *text, struct list *list) {
  if (is_hexadecimal(text)) return add(name, text, list);
  fprintf(stderr, "plugctl-worker: `%s` needs hexadecimal digits\n", name);
  return false;
}

static bool read_check_option(struct options *o, const char *name, const char *value) {
  if (strcmp(name, "--check") == 0) return read_text(value, &o->check);
  if (strcmp(name, "--id") == 0) return read_text(value, &o->id);
  if (strcmp(name, "--config") == 0) return read_text(value, &o->config);
  if (strcmp(name, "--config-file") == 0) return o->is_config_given = read_file(name, value, &o->config);
  if (strcmp(name, "--dsn") == 0) return read_text(value, &o->dsn);
  if (strcmp(name, "--data") == 0) return read_folder(name, value, o);
  if (strcmp(name, "--copy") == 0) return read_text(value, &o->copy);
  if (strcmp(name, "--inputs") == 0) return read_text(value, &o->inputs);
  if (strcmp(name, "--interface") == 0) return add(name, value, &o->interfaces);
  if (strcmp(name, "--operation") == 0) return add(name, value, &o->operations);
  if (strcmp(name, "--arg") == 0) return add_bytes(name, value, &o->arguments);
  if (strcmp(name, "--sample") == 0) return add(name, value, &o->samples);
  if (strcmp(name, "--milliseconds") == 0) return read_number(name, value, &o->drive.milliseconds);
  if (strcmp(name, "--sessions") == 0) return read_number(name, value, &o->drive.sessions);
  if (strcmp(name, "--seed") == 0) return read_number(name, value, &o->drive.seed);
  fprintf(stderr, "plugctl-worker: unknown option `%s`\n", name);
  return false;
}

static bool read_option(struct options *o, const char *name, const char *value) {
  if (strcmp(name, "--memory") == 0) return read_number(name, value, &o->memory_mib);
  if (strcmp(name, "--cpu") == 0) return read_number(name, value, &o->cpu_seconds);
  if (strcmp(name, "--files") == 0) return read_number(name, value, &o->files);
  if (strcmp(name, "--tasks") == 0) return read_number(name, value, &o->tasks);
  if (strcmp(name, "--linger") == 0) return read_number(name, value, &o->linger_ms);
  if (strcmp(name, "--report") == 0) return read_descriptor(name, value, &o->report_fd);
  if (strcmp(name, "--page") == 0) return read_descriptor(name, value, &o->page_fd);
  if (strcmp(name, "--control") == 0) return read_descriptor(name, value, &o->control_fd);
  if (strcmp(name, "--neighbour") == 0) return add(name, value, &o->neighbours);
  if (strcmp(name, "--module") == 0) return add(name, value, &o->modules);
  if (strcmp(name, "--entry") == 0) return add(name, value, &o->entries);
  if (strcmp(name, "--writable") == 0) return add(name, value, &o->writable);
  return read_check_option(o, name, value);
}

static bool read_flag(struct options *o, const char *name) {
  if (strcmp(name, "--no-sandbox") == 0) o->is_sandboxed = false;
  else if (strcmp(name, "--observe") == 0) o->is_observed = true;
  else if (strcmp(name, "--network") == 0) o->is_network_free = true;
  else if (strcmp(name, "--keep-user") == 0) o->is_user_kept = true;
  else return false;
  return true;
}

static bool read_mode(const char *word, enum mode *mode) {
  static const char *const words[] = {
      [MODE_LOAD] = "load", [MODE_EXEC] = "exec", [MODE_SERVE] = "serve"};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
    if (strcmp(word, words[i]) == 0) {
      *mode = (enum mode)i;
      return true;
    }
  }
  return false;
}

static bool is_complete(struct options *o, int argc, char **argv, int next) {
  if (o->mode == MODE_SERVE) return next == argc && o->control_fd >= 0;
  if (o->mode == MODE_EXEC) {
    o->command = argv + next;
    return next < argc;
  }
  if (next + 1 != argc) return false;
  o->file = argv[next];
  return true;
}

bool options_read(struct options *o, int argc, char **argv) {
  *o = (struct options){.is_sandboxed = true, .memory_mib = 512, .cpu_seconds = 30, .files = 64,
                        .tasks = 100, .report_fd = -1, .page_fd = -1, .control_fd = -1, .id = "", .config = "{}", .dsn = "",
                        .drive = {.milliseconds = 1000, .sessions = 1, .seed = 1}};
  if (argc >= 2 && read_mode(argv[1], &o->mode)) {
    int next = 2;
    while (next < argc && strncmp(argv[next], "--", 2) == 0) {
      const char *name = argv[next++];
      if (strcmp(name, "--") == 0) break;
      if (read_flag(o, name)) continue;
      if (next == argc || !read_option(o, name, argv[next++])) return false;
    }
    if (is_complete(o, argc, argv, next)) return true;
  }
  fputs(usage, stderr);
  return false;
}
