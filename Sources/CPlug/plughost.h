/* plughost.h: the small library of a host that loads plugins of plug.h, from C, C++, Rust, Go or Swift.
 *
 * It opens files, asks what they are, keeps them by id, gets them ready, hands out their interfaces, watches what
 * they use, and replaces one by its next generation while others use it. The process that tests plugins is
 * built from the same code, so that what was tested is what runs.
 *
 * C11 and POSIX threads, nothing else. All functions may be called from any thread unless they say otherwise;
 * none calls back while it holds a lock. docs/plugin-abi.md shows a whole host.
 */
#ifndef PLUGHOST_H
#define PLUGHOST_H

#include "plug.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Why a call failed: a sentence, empty before. */
typedef struct plughost_error {
  char text[1000];
} plughost_error;

/* ---- Files: what dlopen does, and no more ---- */

/* Who sees the symbols of a library. */
enum plughost_scope {
  PLUGHOST_LOCAL, /* itself only: a plugin */
  PLUGHOST_SHARED /* libraries opened later too: a module that others are built on */
};

/* Opens a library and resolves every symbol at once (RTLD_NOW), so that what is missing shows here and not at the
 * first call. `path` must contain a slash, or the library path is searched. Constructors of the library run
 * inside this call. Returns its handle, or null and the reason. */
void *plughost_open(const char *path, enum plughost_scope scope, plughost_error *error);

/* The address of a symbol of a library or of one that it needs; null where there is none. Not called. */
void *plughost_symbol(void *library, const char *name);

/* Closes a library. It may stay mapped (see dlclose(3)): Go, Swift and libraries with unique symbols do, and a new
 * version of those needs a new process. */
void plughost_close(void *library);

/* ---- Plugins ---- */

typedef struct plughost plughost;
/* A plugin that is open. Whoever was given one by load, register, get or reload has a hold of it until
 * plughost_release; so long it stays open, also after it was replaced or unloaded. */
typedef struct plughost_plugin plughost_plugin;

/* Where a plugin used more than it may. */
enum plughost_resource {
  PLUGHOST_MEMORY = 1,  /* bytes */
  PLUGHOST_CPU = 2,     /* per cent of one processor, over the last interval */
  PLUGHOST_THREADS = 3, /* count */
  PLUGHOST_FILES = 4,   /* open descriptors */
  PLUGHOST_TIME = 5     /* milliseconds of the call that runs */
};

typedef struct plughost_excess {
  uint32_t size;
  int32_t resource;
  const char *id;
  uint64_t used;
  uint64_t limit;
  /* 1 where this can't be told apart inside one process, so that `used` is what the whole process has more
   * than before the plugin was loaded: memory, threads and files. Time and CPU are the plugin's own. */
  int32_t is_of_process;
} plughost_excess;

typedef struct plughost_options {
  uint32_t size;
  void *context;
  /* What plugins log; may be null. */
  void (*log)(void *context, const char *id, int32_t level, plug_text message);
  /* Told by the monitor's thread, once for each excess until it is over; may be null. */
  void (*exceeded)(void *context, const plughost_excess *excess);
  /* How often the monitor looks; 0: no monitor. */
  uint32_t monitor_milliseconds;
  /* The folder that plugins may write to; each gets one of its own below it, by its id. May be null. */
  const char *data_folder;
} plughost_options;

/* A host without plugins; null where memory or a thread is missing. The options are copied; they may be null. */
plughost *plughost_new(const plughost_options *options);

/* Unloads all and ends the monitor. Nobody may use the host any more; plugins that are still held stay open
 * until they are released. */
void plughost_free(plughost *host);

/* Opens a file, asks it what it is and keeps it by its id. Null and a reason where it is no plugin of this major
 * version, its description is no JSON with an `id` and a `version`, or the id is taken. */
plughost_plugin *plughost_load(plughost *host, const char *path, plughost_error *error);

/* Loads every `*.so` of a folder in the order of names, not those below. `refused` is told each that can't be
 * loaded, and why; it may be null. Returns how many were loaded, or -1 where the folder can't be read. */
long plughost_load_folder(plughost *host, const char *folder,
                          void (*refused)(void *context, const char *path, const char *reason), void *context,
                          plughost_error *error);

/* The same of a folder and then of those right in it, in the order of names: what hosts have a folder for each type
 * or plugin call. Hidden folders are passed over. */
long plughost_load_folders(plughost *host, const char *folder,
                           void (*refused)(void *context, const char *path, const char *reason), void *context,
                           plughost_error *error);

/* The same as plughost_load for a plugin that is linked into the host itself: its entry function. */
plughost_plugin *plughost_register(plughost *host, plug_entry entry, plughost_error *error);

/* The plugin of an id; null where none is loaded. */
plughost_plugin *plughost_get(plughost *host, const char *id);

/* Ids of all plugins in the order in which they came; ended by a null pointer; to be freed by one free(). Null
 * where memory is missing. */
char **plughost_ids(plughost *host);

/* One more hold, and one less. The last one shuts the plugin down and closes its file. */
void plughost_retain(plughost_plugin *plugin);
void plughost_release(plughost_plugin *plugin);

/* Takes a plugin out; those who hold it can go on. PLUG_NOT_FOUND where it is not there. */
plug_status plughost_unload(plughost *host, const char *id);

const char *plughost_id(const plughost_plugin *plugin);
const char *plughost_version(const plughost_plugin *plugin);
/* The JSON that describe wrote. */
const char *plughost_description(const plughost_plugin *plugin);
/* The file, or an empty text for one that was registered. */
const char *plughost_path(const plughost_plugin *plugin);
/* 1 for the first that was loaded under its id, one more with each reload. */
uint64_t plughost_generation(const plughost_plugin *plugin);

/* Creates the plugin's instance and gets it ready, by a JSON object; null or empty for `{}`. PLUG_STATE where it is
 * ready already. */
plug_status plughost_initialize(plughost_plugin *plugin, const char *config, plughost_error *error);

/* Shuts the instance down and destroys it; then it may be initialised again. PLUG_OK where there is none. */
plug_status plughost_shutdown(plughost_plugin *plugin);

/* The instance, for the functions of an interface; null before initialize. */
plug_instance *plughost_instance(plughost_plugin *plugin);

/* An interface of the initialised plugin; null where it has none of that name. */
const void *plughost_interface(plughost_plugin *plugin, const char *name);

/* Writes the plugin's metrics. PLUG_STATE before initialize. */
plug_status plughost_metrics(plughost_plugin *plugin, const plug_sink *out);

/* What the plugin itself offers, for hosts that want several instances; and what this host offers it. */
const plug_table *plughost_table(const plughost_plugin *plugin);
const plug_host *plughost_offer(plughost_plugin *plugin);

/* Loads the next generation of a plugin from another path (the same path gives the old code again: see dlopen(3)),
 * gets it ready, hands over the state where both have plug.reload/1, and puts it in the old one's place.
 * Whoever holds the old one goes on with that. Where anything fails the old one stays in its place. */
plughost_plugin *plughost_reload(plughost *host, const char *id, const char *path, const char *config,
                                 plughost_error *error);

/* Makes is_cancelled true (1) or false (0) for the plugin's calls. */
void plughost_cancel(plughost_plugin *plugin, int is_cancelled);

/* ---- Limits ---- */

/* 0 means no limit. */
typedef struct plughost_limits {
  uint32_t size;
  uint32_t cpu_percent;
  uint64_t memory_bytes;
  uint32_t threads;
  uint32_t files;
  uint64_t call_milliseconds;
} plughost_limits;

void plughost_limit(plughost_plugin *plugin, const plughost_limits *limits);

/* A call into a plugin; lies with the caller until plughost_leave. */
typedef struct plughost_call {
  plughost_plugin *plugin;
  struct plughost_call *next;
  struct plughost_call *previous;
  uint64_t began_ns;
  uint64_t cpu_began_ns;
  int64_t thread_clock;
} plughost_call;

/* Put around calls of a plugin's functions, in the same thread: what lies between counts as the plugin's time and
 * processor time, and the monitor sees how long it takes. */
void plughost_enter(plughost_plugin *plugin, plughost_call *call);
void plughost_leave(plughost_call *call);

typedef struct plughost_usage {
  uint32_t size;
  uint64_t calls;
  uint64_t cpu_ns;
  uint64_t longest_call_ns;
} plughost_usage;

/* What was used between enter and leave, calls that still run not counted. */
void plughost_usage_of(plughost_plugin *plugin, plughost_usage *usage);

#ifdef __cplusplus
}
#endif

#endif
