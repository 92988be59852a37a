/* plug.h: what a plugin and its host agree on. Version 1.0.
 *
 * A plugin is a shared object that exports one function, plug_entry_v1. It returns a table of functions;
 * everything else is reached through that. The rules, which hold for every call:
 *
 *   - C99 and C++17; no library is needed, not even to be linked.
 *   - Every struct begins with its size in bytes, as its maker knows it. Later minor versions add members at
 *     the end only. Read a member only where the size says that it is there: PLUG_HAS(pointer, member).
 *   - Memory never crosses: who allocates frees. Results go into sinks, which belong to the caller. What a call
 *     is given is valid until it returns, unless said otherwise.
 *   - Text is UTF-8 with a length, not ended by a zero. A plug_text of length 0 may have a null pointer.
 *   - No exception, panic or longjmp leaves a function, in either direction.
 *   - Functions of the table may be called from any thread, one call at a time for an instance, unless the
 *     description has the capability `concurrent`; calls upon different instances run at once.
 *   - Anything but PLUG_OK writes its reason, a sentence for a person, to `error`. A sink may be null: then
 *     nobody wants to know.
 *
 * docs/plugin-abi.md tells the same with an example.
 */
#ifndef PLUG_H
#define PLUG_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define PLUG_MAJOR 1
#define PLUG_MINOR 0

/* The name of the one symbol that a plugin exports. */
#define PLUG_ENTRY "plug_entry_v1"

/* Put before the definition of plug_entry_v1 where all else is hidden (-fvisibility=hidden). */
#define PLUG_EXPORT __attribute__((visibility("default")))

/* Whether a struct that somebody else made has a member. */
#define PLUG_HAS(pointer, member)                                                                    \
  ((size_t)(pointer)->size >= (size_t)((const char *)&(pointer)->member - (const char *)(pointer)) + \
                                  sizeof((pointer)->member))

/* How a call ended. Numbers are never reused; take an unknown one for PLUG_FAILED. */
typedef int32_t plug_status;
enum {
  PLUG_OK = 0,
  PLUG_FAILED = 1,           /* for a reason of its own */
  PLUG_NOT_FOUND = 2,        /* no such id, operation, function, key */
  PLUG_INVALID_CONFIG = 3,   /* initialize: the configuration is not what the schema says */
  PLUG_INVALID_ARGUMENT = 4, /* what was given can't be read or makes no sense */
  PLUG_STATE = 5,            /* not now: initialised already, not yet, or shut down */
  PLUG_DENIED = 6,           /* the credentials are wrong */
  PLUG_CANCELLED = 7,        /* the host said so by is_cancelled */
  PLUG_NO_MEMORY = 8,
  PLUG_UNSUPPORTED = 9, /* right, but not done here */
  PLUG_SINK = 10,       /* the caller's sink or source failed */
  PLUG_IO = 11          /* a file, a database or a network failed */
};

/* A piece of text or bytes that belongs to the caller. */
typedef struct plug_text {
  const char *bytes;
  size_t length;
} plug_text;

/* Where results go. write returns 0, or anything else to say that no more is taken: then the call ends
 * with PLUG_SINK. It may be called many times; all pieces together are the result. */
typedef struct plug_sink {
  uint32_t size;
  void *context;
  int (*write)(void *context, const char *bytes, size_t length);
} plug_sink;

/* Where data comes from. read fills at most `capacity` bytes and says how many, 0 at the end; it
 * returns 0, or anything else where reading failed. */
typedef struct plug_source {
  uint32_t size;
  void *context;
  int (*read)(void *context, char *bytes, size_t capacity, size_t *length);
} plug_source;

enum { PLUG_LOG_DEBUG = 0, PLUG_LOG_INFO = 1, PLUG_LOG_WARNING = 2, PLUG_LOG_ERROR = 3 };

/* What the host offers. It stays where it is as long as an instance made with it lives. Its functions may be
 * called from any thread. */
typedef struct plug_host {
  uint32_t size;
  uint16_t major;
  uint16_t minor;
  void *context;
  /* Writes to the host's log, instead of standard output. */
  void (*log)(void *context, int32_t level, plug_text message);
  /* Every host has what is above. Ask with PLUG_HAS for what is below. */

  /* Whether the call that runs should end with PLUG_CANCELLED; asked at least every 0.1 s by what takes
   * longer. */
  int (*is_cancelled)(void *context);
  /* The one folder that the plugin may write to; empty where there is none. */
  plug_text data_folder;
} plug_host;

/* The size of the smallest host. */
#define PLUG_HOST_MINIMUM (offsetof(plug_host, log) + sizeof(void (*)(void)))

/* One plugin at work; what is in it is the plugin's own. */
typedef struct plug_instance plug_instance;

/* What the entry returns. It lies in the plugin and stays as it is. All members of version 1.0 are there
 * and none is null. */
typedef struct plug_table {
  uint32_t size;
  uint16_t major; /* PLUG_MAJOR that the plugin was built with */
  uint16_t minor;

  /* Writes what the plugin is, as JSON, the same each time; needs no instance. docs/plugin-abi.md has
   * the schema. */
  plug_status (*describe)(const plug_sink *out);

  /* Makes an instance of the plugin with this id, as describe tells it; PLUG_NOT_FOUND for any other. */
  plug_status (*create)(const plug_host *host, plug_text id, plug_instance **instance,
                        const plug_sink *error);

  /* Gets it ready, by a configuration: a JSON object. An empty text, other JSON, and keys or types that the
   * schema doesn't have are PLUG_INVALID_CONFIG; after that it may be tried again. PLUG_STATE where
   * it is ready already. */
  plug_status (*initialize)(plug_instance *instance, plug_text config, const plug_sink *error);

  /* Ends its work, its threads above all. May come twice, and before initialize: PLUG_OK. After it
   * initialize may come again. */
  plug_status (*shutdown)(plug_instance *instance);

  /* Frees it, shut down or not. */
  void (*destroy)(plug_instance *instance);

  /* An interface by its name, `plug.workload/1`: one of the structs below. Null for what the plugin does not
   * have. It stays as long as the plugin is open, and is the same for all its instances. */
  const void *(*get_interface)(plug_instance *instance, plug_text name);

  /* Writes a JSON object: name to number. */
  plug_status (*metrics)(plug_instance *instance, const plug_sink *out);
} plug_table;

/* The one exported function: the table, or null where the plugin can't serve a host of this major version.
 * The host passes its own PLUG_MAJOR and PLUG_MINOR. */
typedef const plug_table *(*plug_entry)(uint32_t major, uint32_t minor);
PLUG_EXPORT const plug_table *plug_entry_v1(uint32_t major, uint32_t minor);

/* ---- Interfaces. Their functions are called upon an initialised instance only. ---- */

#define PLUG_DATABASE "plug.database/1"
/* Prepares a database, named by a DSN such as `sqlite:///tmp/a.db` or `postgresql:///test?host=/run`. */
typedef struct plug_database_v1 {
  uint32_t size;
  /* Makes tables and data anew; what was there of the plugin's goes. */
  plug_status (*setup)(plug_instance *instance, plug_text dsn, const plug_sink *error);
  /* Takes away what setup made; PLUG_OK where nothing is there. */
  plug_status (*cleanup)(plug_instance *instance, plug_text dsn, const plug_sink *error);
} plug_database_v1;

#define PLUG_WORKLOAD "plug.workload/1"
typedef struct plug_session plug_session;
/* Operations that load a system. */
typedef struct plug_workload_v1 {
  uint32_t size;
  /* A JSON object: the name of each operation to its weight, an integer of 0 or more; not all 0. */
  plug_status (*operations)(plug_instance *instance, const plug_sink *out);
  /* A session belongs to one thread; several run at once. */
  plug_status (*open)(plug_instance *instance, plug_text dsn, plug_session **session, const plug_sink *error);
  /* Runs an operation once; PLUG_NOT_FOUND for one that operations does not name. */
  plug_status (*run)(plug_session *session, plug_text operation, const plug_sink *error);
  void (*close)(plug_session *session);
} plug_workload_v1;

/* Apache Arrow's C data and C stream interfaces, as https://arrow.apache.org/docs/format/ lays them down. */
#ifndef ARROW_C_DATA_INTERFACE
#define ARROW_C_DATA_INTERFACE
#define ARROW_FLAG_DICTIONARY_ORDERED 1
#define ARROW_FLAG_NULLABLE 2
#define ARROW_FLAG_MAP_KEYS_SORTED 4
struct ArrowSchema {
  const char *format;
  const char *name;
  const char *metadata;
  int64_t flags;
  int64_t n_children;
  struct ArrowSchema **children;
  struct ArrowSchema *dictionary;
  void (*release)(struct ArrowSchema *);
  void *private_data;
};
struct ArrowArray {
  int64_t length;
  int64_t null_count;
  int64_t offset;
  int64_t n_buffers;
  int64_t n_children;
  const void **buffers;
  struct ArrowArray **children;
  struct ArrowArray *dictionary;
  void (*release)(struct ArrowArray *);
  void *private_data;
};
#endif
#ifndef ARROW_C_STREAM_INTERFACE
#define ARROW_C_STREAM_INTERFACE
struct ArrowArrayStream {
  int (*get_schema)(struct ArrowArrayStream *, struct ArrowSchema *out);
  int (*get_next)(struct ArrowArrayStream *, struct ArrowArray *out);
  const char *(*get_last_error)(struct ArrowArrayStream *);
  void (*release)(struct ArrowArrayStream *);
  void *private_data;
};
#endif

#define PLUG_FORMAT "plug.format/1"
/* A data format: bytes to an Arrow stream of records and back. Here memory crosses by Arrow's own rule: it is
 * given back by release. */
typedef struct plug_format_v1 {
  uint32_t size;
  /* The source must live until the stream is released; its bytes may be read as the stream is. `options`
   * is a JSON object or empty. */
  plug_status (*read)(plug_instance *instance, const plug_source *source, plug_text options,
                      struct ArrowArrayStream *out, const plug_sink *error);
  /* Takes the stream and releases it, also where it fails. */
  plug_status (*write)(plug_instance *instance, struct ArrowArrayStream *in, plug_text options,
                       const plug_sink *out, const plug_sink *error);
} plug_format_v1;

typedef struct plug_header {
  plug_text name;
  plug_text value;
} plug_header;

typedef struct plug_request {
  uint32_t size;
  plug_text method;
  plug_text path;  /* decoded, without the query */
  plug_text query; /* as it came, without `?` */
  const plug_header *headers;
  size_t header_count;
  plug_text body;
} plug_request;

/* First head, once, then any number of pieces of the body. Both return 0, or anything else where the client
 * is gone. */
typedef struct plug_response {
  uint32_t size;
  void *context;
  int (*head)(void *context, int32_t status, const plug_header *headers, size_t header_count);
  int (*body)(void *context, const char *bytes, size_t length);
} plug_response;

#define PLUG_HTTP "plug.http/1"
/* Routes, as data: the host has the server. */
typedef struct plug_http_v1 {
  uint32_t size;
  /* A JSON array of {"method": "GET", "path": "/movies/{id}"}; {word} stands for one segment. */
  plug_status (*routes)(plug_instance *instance, const plug_sink *out);
  /* Answers a request that fits a route. Anything but PLUG_OK before head makes the host answer 500. */
  plug_status (*handle)(plug_instance *instance, const plug_request *request, const plug_response *response,
                        const plug_sink *error);
} plug_http_v1;

#define PLUG_PROCESSOR "plug.processor/1"
/* Turns one piece of data into another. */
typedef struct plug_processor_v1 {
  uint32_t size;
  plug_status (*process)(plug_instance *instance, plug_text input, const plug_sink *out,
                         const plug_sink *error);
} plug_processor_v1;

/* Types of columns. */
enum { PLUG_I64 = 1, PLUG_F64 = 2, PLUG_BOOL = 3, PLUG_TEXT = 4 };

/* A column that is given: int64_t, double, uint8_t (0 or 1) or plug_text, one for each row. */
typedef struct plug_column {
  uint32_t size;
  int32_t type;
  const void *values;
  const uint8_t *valid; /* 0 where a row is null; a null pointer: none is */
} plug_column;

/* The column that a function fills: rows that are not set are null. */
typedef struct plug_result {
  uint32_t size;
  void *context;
  void (*set_i64)(void *context, size_t row, int64_t value);
  void (*set_f64)(void *context, size_t row, double value);
  void (*set_bool)(void *context, size_t row, int value);
  void (*set_text)(void *context, size_t row, plug_text value);
} plug_result;

#define PLUG_SCALAR "plug.scalar/1"
/* Functions of values, called with many rows at once. */
typedef struct plug_scalar_v1 {
  uint32_t size;
  /* A JSON array of {"name", "arguments": ["i64" | "f64" | "bool" | "text", ...], "result", "nulls":
   * "propagate" | "called"}. One name may stand there with several lists of arguments. */
  plug_status (*functions)(plug_instance *instance, const plug_sink *out);
  /* PLUG_NOT_FOUND for a name that is not there, PLUG_INVALID_ARGUMENT for other types or counts. A row that has
   * no result, such as a division by zero, is null and no failure of the call. No result depends on how rows
   * are cut into calls. */
  plug_status (*call)(plug_instance *instance, plug_text name, const plug_column *arguments,
                      size_t argument_count, size_t row_count, const plug_result *result,
                      const plug_sink *error);
} plug_scalar_v1;

typedef struct plug_store plug_store;
/* Takes pairs; anything but 0 ends the scan, with PLUG_SINK. */
typedef struct plug_pair_sink {
  uint32_t size;
  void *context;
  int (*pair)(void *context, plug_text key, plug_text value);
} plug_pair_sink;

#define PLUG_STORAGE "plug.storage/1"
/* Keys to values, both any bytes; a key has 1 to 1,024. Keys are in the order of their bytes. */
typedef struct plug_storage_v1 {
  uint32_t size;
  /* `location` is a path below the host's data folder. Creates what is missing. */
  plug_status (*open)(plug_instance *instance, plug_text location, plug_store **store,
                      const plug_sink *error);
  plug_status (*get)(plug_store *store, plug_text key, const plug_sink *out, const plug_sink *error);
  plug_status (*put)(plug_store *store, plug_text key, plug_text value, const plug_sink *error);
  /* PLUG_OK also where the key is not there. */
  plug_status (*remove)(plug_store *store, plug_text key, const plug_sink *error);
  /* All pairs from a key on, in order; from the first where `from` is empty. */
  plug_status (*scan)(plug_store *store, plug_text from, const plug_pair_sink *out, const plug_sink *error);
  /* When it returns, what was put survives a crash. */
  plug_status (*sync)(plug_store *store, const plug_sink *error);
  void (*close)(plug_store *store);
} plug_storage_v1;

#define PLUG_QUERY "plug.query/1"
/* Rewrites a query's plan, a JSON object with a member `op`, into one that gives the same rows. */
typedef struct plug_query_v1 {
  uint32_t size;
  plug_status (*rewrite)(plug_instance *instance, plug_text plan, const plug_sink *out,
                         const plug_sink *error);
} plug_query_v1;

#define PLUG_AUTH "plug.auth/1"
/* PLUG_OK and the user's claims, a JSON object with at least `sub`; or PLUG_DENIED and nothing, in the same
 * time whether the user or the secret is wrong. */
typedef struct plug_auth_v1 {
  uint32_t size;
  plug_status (*authenticate)(plug_instance *instance, plug_text user, plug_text secret,
                              const plug_sink *claims, const plug_sink *error);
} plug_auth_v1;

#define PLUG_TYPE "plug.type/1"
/* A type of values: text for people, bytes for storage, and an order. */
typedef struct plug_type_v1 {
  uint32_t size;
  plug_status (*parse)(plug_instance *instance, plug_text text, const plug_sink *value,
                       const plug_sink *error);
  plug_status (*format)(plug_instance *instance, plug_text value, const plug_sink *text,
                        const plug_sink *error);
  /* Less than 0, 0 or more than 0 into `order`; a total order. */
  plug_status (*compare)(plug_instance *instance, plug_text left, plug_text right, int32_t *order,
                         const plug_sink *error);
} plug_type_v1;

#define PLUG_RELOAD "plug.reload/1"
/* What one generation of a plugin hands to the next; any bytes of its own. */
typedef struct plug_reload_v1 {
  uint32_t size;
  plug_status (*save)(plug_instance *instance, const plug_sink *state, const plug_sink *error);
  /* Called upon the next generation's instance after it was initialised. */
  plug_status (*restore)(plug_instance *instance, plug_text state, const plug_sink *error);
} plug_reload_v1;

#ifdef __cplusplus
}
#endif

#endif
