/* A stand-in for storage in HDFS: what would be files of a cluster are files below the host's data folder. It speaks no
 * protocol of Hadoop's.
 *
 * A key is a path of its bytes in hexadecimal digits, 100 bytes a part: `d<digits>` are folders, `f<digits>` the file with
 * the value. So names are never too long, and their order is that of the keys. A value gets its place by a rename. */
#include "folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define KEY_MAX 1024
#define PART 100
#define NAME_SIZE (2 * PART + 2)
#define VALUE_MAX ((size_t)64 << 20)
#define ENTRIES_MAX 1000000u /* of one folder, since a scan puts them in order */

struct plug_store {
  const plug_host *host;
  int folder;
};

static plug_status failed(const char *what, const plug_sink *error) {
  return refuse(error, PLUG_IO, "HDFS stand-in: can't %s: %s", what, strerror(errno));
}

/* ---- names ---- */

static bool is_key(plug_text key) { return key.length >= 1 && key.length <= KEY_MAX; }

static plug_status wrong_key(const plug_sink *error) {
  return refuse(error, PLUG_INVALID_ARGUMENT, "a key has 1 to 1,024 bytes");
}

static char *write_hex(const char *bytes, size_t length, char *out) {
  static const char digits[] = "0123456789abcdef";
  for (size_t i = 0; i < length; i++) {
    *out++ = digits[(unsigned char)bytes[i] >> 4];
    *out++ = digits[(unsigned char)bytes[i] & 15];
  }
  return out;
}

/* The path of a key in a store. */
static void write_path(plug_text key, char path[PATH_MAX]) {
  for (; key.length > PART; key.bytes += PART, key.length -= PART) {
    *path++ = 'd';
    path = write_hex(key.bytes, PART, path);
    *path++ = '/';
  }
  *path++ = 'f';
  *write_hex(key.bytes, key.length, path) = 0;
}

/* The bytes behind the first letter of a name; 0 where it is none of ours. */
static size_t read_name(const char *name, char bytes[PART]) {
  static const char digits[] = "0123456789abcdef";
  size_t length = strlen(name);
  bool is_ours = (name[0] == 'f' && length >= 3 && length <= NAME_SIZE - 1 && length % 2 == 1) ||
                 (name[0] == 'd' && length == NAME_SIZE - 1);
  if (!is_ours || strspn(name + 1, digits) != length - 1) return 0;
  for (size_t i = 0; i < (length - 1) / 2; i++) {
    bytes[i] = (char)((strchr(digits, name[1 + 2 * i]) - digits) << 4 | (strchr(digits, name[2 + 2 * i]) - digits));
  }
  return (length - 1) / 2;
}

/* ---- opening ---- */

static void close_store(plug_store *store) {
  if (store->folder >= 0) close(store->folder);
  free(store);
}

static int open_folder(const char *path) {
  if (mkdir(path, 0700) != 0 && errno != EEXIST) return -1;
  return open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

static plug_status open_store(plug_instance *instance, plug_text location, plug_store **out, const plug_sink *error) {
  char path[PATH_MAX];
  if (kit_state(instance) == NULL) return refuse(error, PLUG_STATE, "it is not initialised");
  plug_status status = folder_place(kit_host(instance), location, path, error);
  if (status != PLUG_OK) return status;
  plug_store *store = calloc(1, sizeof *store);
  if (store == NULL) return refuse(error, PLUG_NO_MEMORY, "out of memory");
  store->host = kit_host(instance);
  store->folder = open_folder(path);
  if (store->folder >= 0) {
    *out = store;
    return PLUG_OK;
  }
  status = failed("open the folder", error);
  close_store(store);
  return status;
}

/* ---- values ---- */

/* Adds a file's content; false with errno. */
static bool read_file(int folder, const char *path, struct text *value) {
  char piece[65536];
  ssize_t length;
  int file = openat(folder, path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
  if (file < 0) return false;
  while ((length = read(file, piece, sizeof piece)) > 0 && value->length <= VALUE_MAX) {
    text_add(value, piece, (size_t)length);
  }
  int fault = length < 0 ? errno : value->length > VALUE_MAX ? EFBIG : value->has_failed ? ENOMEM : 0;
  close(file);
  errno = fault;
  return fault == 0;
}

static plug_status get(plug_store *store, plug_text key, const plug_sink *out, const plug_sink *error) {
  char path[PATH_MAX];
  struct text value = {0};
  if (!is_key(key)) return wrong_key(error);
  write_path(key, path);
  if (read_file(store->folder, path, &value)) return text_send(&value, out);
  bool is_missing = errno == ENOENT;
  plug_status status =
      is_missing ? refuse(error, PLUG_NOT_FOUND, "there is no such key") : failed("read a value", error);
  text_free(&value);
  return status;
}

static bool write_all(int file, plug_text value) {
  while (value.length > 0) {
    ssize_t written = write(file, value.bytes, value.length);
    if (written < 0 && errno != EINTR) return false;
    if (written > 0) value = (plug_text){value.bytes + written, value.length - (size_t)written};
  }
  return true;
}

static bool make_parts(int folder, char *path) {
  for (char *slash = strchr(path, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
    *slash = 0;
    bool is_there = mkdirat(folder, path, 0700) == 0 || errno == EEXIST;
    *slash = '/';
    if (!is_there) return false;
  }
  return true;
}

static plug_status put(plug_store *store, plug_text key, plug_text value, const plug_sink *error) {
  static uint64_t count;
  char path[PATH_MAX], aside[60];
  if (!is_key(key)) return wrong_key(error);
  if (value.length > VALUE_MAX) return refuse(error, PLUG_INVALID_ARGUMENT, "a value has at most 64 MiB");
  write_path(key, path);
  snprintf(aside, sizeof aside, "t%ld-%llu", (long)getpid(),
           (unsigned long long)__atomic_add_fetch(&count, 1, __ATOMIC_RELAXED));
  int file = openat(store->folder, aside, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (file < 0) return failed("make a file", error);
  bool is_written = write_all(file, value);
  is_written = close(file) == 0 && is_written;
  if (is_written && make_parts(store->folder, path) && renameat(store->folder, aside, store->folder, path) == 0) {
    return PLUG_OK;
  }
  plug_status status = failed("write a value", error);
  unlinkat(store->folder, aside, 0);
  return status;
}

static plug_status take_away(plug_store *store, plug_text key, const plug_sink *error) {
  char path[PATH_MAX];
  if (!is_key(key)) return wrong_key(error);
  write_path(key, path);
  if (unlinkat(store->folder, path, 0) == 0 || errno == ENOENT) return PLUG_OK;
  return failed("remove a value", error);
}

/* ---- scans ---- */

struct scan {
  const plug_store *store;
  plug_text from;
  const plug_pair_sink *out;
  const plug_sink *error;
  char key[KEY_MAX + PART];
};

struct names {
  char (*list)[NAME_SIZE];
  size_t count;
  size_t capacity;
};

static bool add_name(struct names *names, const char *name) {
  if (names->count == names->capacity) {
    size_t capacity = names->capacity == 0 ? 64 : names->capacity * 2;
    char (*grown)[NAME_SIZE] = capacity > 2 * ENTRIES_MAX ? NULL : realloc(names->list, capacity * sizeof *grown);
    if (grown == NULL) return false;
    names->list = grown;
    names->capacity = capacity;
  }
  strcpy(names->list[names->count++], name);
  return true;
}

/* A key that ends comes before those that go on. */
static int by_key(const void *left, const void *right) {
  const char *a = left, *b = right;
  int order = strcmp(a + 1, b + 1);
  return order != 0 ? order : b[0] - a[0];
}

static plug_status list(int folder, struct names *names, const plug_sink *error) {
  DIR *entries = fdopendir(folder);
  char bytes[PART];
  if (entries == NULL) {
    close(folder);
    return failed("list a folder", error);
  }
  bool has_room = true;
  for (const struct dirent *entry; has_room && (entry = readdir(entries)) != NULL;) {
    if (read_name(entry->d_name, bytes) > 0) has_room = add_name(names, entry->d_name);
  }
  closedir(entries);
  if (names->count > 1) qsort(names->list, names->count, sizeof *names->list, by_key);
  return has_room ? PLUG_OK : refuse(error, PLUG_NO_MEMORY, "there is no room for the names of a folder");
}

/* Where what begins with so much of the key stands to `from`: before it, behind it, or 0 as far as both go. */
static int order_of(const struct scan *scan, size_t length) {
  size_t common = length < scan->from.length ? length : scan->from.length;
  return common == 0 ? 0 : memcmp(scan->key, scan->from.bytes, common);
}

static plug_status give(struct scan *scan, int folder, const char *name, size_t length) {
  struct text value = {0};
  int order = order_of(scan, length);
  if (order < 0 || (order == 0 && length < scan->from.length)) return PLUG_OK;
  if (!read_file(folder, name, &value)) {
    bool is_gone = errno == ENOENT; /* since its folder was listed */
    plug_status status = is_gone ? PLUG_OK : failed("read a value", scan->error);
    text_free(&value);
    return status;
  }
  int code =
      scan->out->pair(scan->out->context, (plug_text){scan->key, length}, (plug_text){value.bytes, value.length});
  text_free(&value);
  return code == 0 ? PLUG_OK : refuse(scan->error, PLUG_SINK, "the sink takes no more");
}

/* All below a folder, which it closes; the first `length` bytes of the key are known. */
static plug_status scan_folder(struct scan *scan, int folder, size_t length) {
  struct names names = {NULL, 0, 0};
  int listed = fcntl(folder, F_DUPFD_CLOEXEC, 3);
  plug_status status = listed < 0 ? failed("list a folder", scan->error) : list(listed, &names, scan->error);
  const plug_host *host = scan->store->host;
  for (size_t i = 0; i < names.count && status == PLUG_OK; i++) {
    const char *name = names.list[i];
    size_t whole = length + read_name(name, scan->key + length);
    if (PLUG_HAS(host, is_cancelled) && host->is_cancelled(host->context)) {
      status = refuse(scan->error, PLUG_CANCELLED, "cancelled");
    } else if (whole > KEY_MAX || order_of(scan, whole) < 0) {
      continue;
    } else if (name[0] == 'f') {
      status = give(scan, folder, name, whole);
    } else {
      int inner = openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
      status = inner < 0 ? failed("open a folder", scan->error) : scan_folder(scan, inner, whole);
    }
  }
  free(names.list);
  close(folder);
  return status;
}

static plug_status scan(plug_store *store, plug_text from, const plug_pair_sink *out, const plug_sink *error) {
  struct scan scan = {.store = store, .from = from, .out = out, .error = error};
  int folder = openat(store->folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  return folder < 0 ? failed("open the folder", error) : scan_folder(&scan, folder, 0);
}

static plug_status sync_store(plug_store *store, const plug_sink *error) {
  return syncfs(store->folder) == 0 ? PLUG_OK : failed("sync", error);
}

/* ---- the plugin ---- */

/* The configuration says that no real cluster is meant: else somebody could take the stand-in for one. */
static plug_status start(void *state, const plug_host *host, const struct json *config, const plug_sink *error) {
  const char *cluster = json_text(config, "cluster");
  (void)state, (void)host;
  if (strcmp(cluster, "stand-in") == 0) return PLUG_OK;
  return refuse(error, PLUG_INVALID_CONFIG,
                "`cluster` is not `stand-in`: this plugin stands in for HDFS on local files");
}

static const struct kit_option options[] = {{"cluster", JSON_TEXT, true, 0, 0}, {NULL, JSON_NULL, false, 0, 0}};
static const plug_storage_v1 storage = {sizeof storage, open_store, get, put, take_away, scan, sync_store, close_store};
static const struct kit_interface interfaces[] = {{PLUG_STORAGE, &storage}, {NULL, NULL}};

const struct kit_plugin kit_plugin = {
    .id = "phantomdb/hdfs_storage", .options = options, .interfaces = interfaces, .start = start};
