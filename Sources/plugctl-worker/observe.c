#include "observe.h"

#include "report.h"

#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <fenv.h>
#include <locale.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

extern char **environ;

unsigned count_entries(const char *path) {
  unsigned count = 0;
  DIR *folder = opendir(path);
  if (folder == NULL) return 0;
  while (readdir(folder) != NULL) count++;
  closedir(folder);
  return count < 2 ? 0 : count - 2;
}

/* FNV-1a */
#define HASH_START 1469598103934665603U

static uint64_t hash_on(uint64_t hash, const void *bytes, size_t length) {
  for (size_t i = 0; i < length; i++) hash = (hash ^ ((const unsigned char *)bytes)[i]) * 1099511628211U;
  return hash;
}

static uint64_t hash_environment(void) {
  uint64_t hash = HASH_START;
  for (char **entry = environ; entry != NULL && *entry != NULL; entry++) {
    hash = hash_on(hash, *entry, strlen(*entry) + 1);
  }
  return hash;
}

static uint64_t hash_limits(void) {
  uint64_t hash = HASH_START;
  for (int resource = 0; resource < RLIM_NLIMITS; resource++) {
    struct rlimit limit = {0, 0};
    getrlimit((__rlimit_resource_t)resource, &limit);
    hash = hash_on(hash, &limit, sizeof limit);
  }
  return hash;
}

/* Code that was linked with -ffast-math makes small numbers zero in the whole process. */
static unsigned float_mode(void) {
  unsigned mode = (unsigned)fegetround() << 8 | (unsigned)fegetexcept();
#if defined(__x86_64__)
  mode |= (__builtin_ia32_stmxcsr() & 0xFFC0u) << 16;
#endif
  return mode;
}

static uint64_t file_of(int descriptor) {
  struct stat status;
  if (fstat(descriptor, &status) != 0) return 0;
  return hash_on(hash_on(HASH_START, &status.st_dev, sizeof status.st_dev), &status.st_ino, sizeof status.st_ino);
}

static uint64_t blocked_signals(void) {
  sigset_t set;
  uint64_t bits = 0;
  sigprocmask(SIG_BLOCK, NULL, &set);
  for (int number = 1; number < 65; number++) {
    if (sigismember(&set, number) == 1) bits |= 1ULL << (number - 1);
  }
  return bits;
}

static bool is_descriptor(int number) { return fcntl(number, F_GETFD) >= 0; }

/* Which descriptors are open: poll answers POLLNVAL for the others, many in one call. A call takes no
   more of them than RLIMIT_NOFILE allows open, so they are asked in small groups. Once in a thousand runs poll has
   been seen to take a closed one for open, so those few are asked for again. */
static void observe_files(bool is_open[OBSERVED_FILES]) {
  enum { group = 8 };
  struct pollfd files[group];
  for (int start = 0; start < OBSERVED_FILES; start += group) {
    for (int i = 0; i < group; i++) files[i] = (struct pollfd){.fd = start + i};
    int count = poll(files, group, 0);
    for (int i = 0; i < group; i++) {
      is_open[start + i] = (count < 0 || (files[i].revents & POLLNVAL) == 0) && is_descriptor(start + i);
    }
  }
}

void observe(struct observation *now) {
  memset(now, 0, sizeof *now);
  now->threads = count_entries("/proc/self/task");
  observe_files(now->is_open);
  for (int number = 1; number < 65; number++) {
    struct sigaction action;
    if (sigaction(number, NULL, &action) == 0) now->handlers[number] = action.sa_handler;
  }
  now->blocked = blocked_signals();
  now->environment = hash_environment();
  now->mask = umask(0);
  umask(now->mask);
  now->nice = getpriority(PRIO_PROCESS, 0);
  now->limits = hash_limits();
  for (int i = 0; i < 3; i++) now->streams[i] = file_of(i);
  now->rounding = float_mode();
  const char *locale = setlocale(LC_ALL, NULL);
  snprintf(now->locale, sizeof now->locale, "%s", locale != NULL ? locale : "");
  if (getcwd(now->folder, sizeof now->folder) == NULL) now->folder[0] = 0;
}

static void report_file(int descriptor) {
  char link[64];
  char target[512];
  snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  ssize_t size = readlink(link, target, sizeof target - 1);
  target[size < 0 ? 0 : size] = 0;
  int flags = fcntl(descriptor, F_GETFD);
  report("fd", "%d %d %s", descriptor, flags >= 0 && (flags & FD_CLOEXEC) != 0, target);
}

static void report_handler(int number, void (*handler)(int)) {
  Dl_info place = {0};
  const char *library = "";
  if (handler != SIG_DFL && handler != SIG_IGN && dladdr((void *)handler, &place) != 0) {
    library = place.dli_fname;
  }
  report("handler", "%d %s", number, library);
}

void report_changes(const struct observation *before, const struct observation *after) {
  if (after->threads > before->threads) report("threads", "%u", after->threads - before->threads);
  for (int i = 0; i < OBSERVED_FILES; i++) {
    /* What was closed again was not left open. */
    if (after->is_open[i] && !before->is_open[i] && is_descriptor(i)) report_file(i);
    if (!after->is_open[i] && before->is_open[i]) report("closed", "%d", i);
  }
  for (int number = 1; number < 65; number++) {
    if (after->handlers[number] != before->handlers[number]) {
      report_handler(number, after->handlers[number]);
    }
  }
  if (after->blocked != before->blocked) report("changed", "signal mask");
  if (after->environment != before->environment) report("changed", "environment");
  if (after->mask != before->mask) report("changed", "umask");
  if (after->nice != before->nice) report("changed", "nice value");
  if (after->limits != before->limits) report("changed", "resource limits");
  if (after->rounding != before->rounding) report("changed", "floating-point mode");
  static const char *const names[] = {"standard input", "standard output", "standard error"};
  for (int i = 0; i < 3; i++) {
    if (after->streams[i] != before->streams[i] && after->is_open[i]) report("changed", "%s", names[i]);
  }
  if (strcmp(after->locale, before->locale) != 0) report("changed", "locale");
  if (strcmp(after->folder, before->folder) != 0) report("changed", "working directory");
}
