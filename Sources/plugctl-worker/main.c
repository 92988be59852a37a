/* plugctl-worker: the process that opens a plugin, or runs a host's own command, under limits.
 *
 * Nothing of the plugin is called but its constructors. An exit code means nothing here: only the
 * `done` record counts, and the verdict is the parent's.
 */
#include "checks.h"
#include "crash.h"
#include "observe.h"
#include "options.h"
#include "plughost.h"
#include "report.h"
#include "sandbox.h"
#include "serve.h"
#include "watch.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static struct observation before, after;

static long microseconds_since(const struct timespec *start) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (now.tv_sec - start->tv_sec) * 1000000 + (now.tv_nsec - start->tv_nsec) / 1000;
}

static void close_other_descriptors(int kept) {
  if (kept > 3) syscall(SYS_close_range, 3, kept - 1, 0);
  syscall(SYS_close_range, kept < 3 ? 3 : kept + 1, ~0U, 0);
}

/* Opens what must be there before the plugin; false where one fails. They stay open to the end. */
static bool open_before(const struct list *files, enum plughost_scope scope) {
  static uint32_t count;
  for (size_t i = 0; i < files->count; i++) {
    plughost_error error;
    report_stage(STAGE_PRELOAD, count++);
    if (plughost_open(files->items[i], scope, &error) == NULL) {
      report("preload-fault", "%s", error.text);
      return false;
    }
  }
  return true;
}

static void *open_plugin(const char *file) {
  struct timespec start;
  plughost_error error;
  observe(&before);
  report_stage(STAGE_DLOPEN, 0);
  clock_gettime(CLOCK_MONOTONIC, &start);
  void *library = plughost_open(file, PLUGHOST_LOCAL, &error);
  report("opened", "%ld", microseconds_since(&start));
  if (library == NULL) report("fault", "%s", error.text);
  return library;
}

static void look_up(void *library, const struct list *entries) {
  report_stage(STAGE_ENTRY, 0);
  for (size_t i = 0; i < entries->count; i++) {
    if (plughost_symbol(library, entries->items[i]) == NULL) report("no-entry", "%s", entries->items[i]);
  }
}

static void linger(long milliseconds) {
  report_stage(STAGE_LINGER, 0);
  struct timespec rest = {milliseconds / 1000, milliseconds % 1000 * 1000000};
  while (nanosleep(&rest, &rest) != 0 && errno == EINTR) {
  }
}

/* One check of what the plugin does when it is called. */
static void check(const struct options *o, void *library) {
  static struct subject subject;
  check_function *run = check_of(o->check);
  report_stage(STAGE_CHECK, 0);
  if (run == NULL) {
    skipped("this worker has no check `%s`", o->check);
  } else if (subject_open(&subject, o, library)) {
    run(&subject);
  }
}

static void load(const struct options *o) {
  if (!open_before(&o->neighbours, PLUGHOST_LOCAL)) return;
  if (!open_before(&o->modules, PLUGHOST_SHARED)) return;
  if (o->check != NULL && strcmp(o->check, "plg-d035") == 0) state_the_end_at_exit();
  void *library = open_plugin(o->file);
  if (library == NULL) return;
  look_up(library, &o->entries);
  if (o->check != NULL) check(o, library);
  observe(&after);
  report_changes(&before, &after);
  /* Threads that were started have a moment to crash while somebody looks. */
  long wait = after.threads > before.threads && o->linger_ms < 50 ? 50 : o->linger_ms;
  if (wait > 0) linger(wait);
}

/* The run of one command, in a process that does nothing else. */
static int run(struct options *options) {
  report_open(options->report_fd, options->page_fd);
  report_stage(STAGE_STARTED, 0);
  close_other_descriptors(options->report_fd);
  if (options->is_observed && !watch_child(options->data_folder)) return 1;
  if (options->is_sandboxed) {
    if (options->mode == MODE_LOAD) crash_watch();
    sandbox_enter(options);
  }
  report_stage(STAGE_SANDBOXED, 0);
  if (options->mode == MODE_EXEC) {
    if (options->report_fd >= 0) fcntl(options->report_fd, F_SETFD, FD_CLOEXEC);
    execvp(options->command[0], options->command);
    report("exec-fault", "%s", strerror(errno));
    return 127;
  }
  load(options);
  report_done();
  /* exit() would run the plugin's own handlers, which is another test's business. */
  _exit(0);
}

int main(int argc, char **argv) {
  struct options options;
  if (!options_read(&options, argc, argv)) return 2;
  if (options.mode == MODE_SERVE) {
    crash_prepare();
    sandbox_prepare();
    struct request request;
    if (!serve(options.control_fd, &request)) return 0;
    if (!options_read(&options, request.argc, request.argv) || options.mode != MODE_LOAD) return 2;
    options.report_fd = request.report_fd;
    options.page_fd = request.page_fd;
  }
  return run(&options);
}
