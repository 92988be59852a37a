#include "sandbox.h"

#include "report.h"
#include "watch.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <signal.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NOBODY 65534

static void missing(const char *what, int code) {
  if (code != 0) report("missing-protection", "%s: %s", what, strerror(code));
}

static int limit(int resource, rlim_t soft, rlim_t hard) {
  struct rlimit current;
  if (getrlimit(resource, &current) != 0) return errno;
  if (hard > current.rlim_max) hard = current.rlim_max;
  if (soft > hard) soft = hard;
  struct rlimit wanted = {.rlim_cur = soft, .rlim_max = hard};
  return setrlimit(resource, &wanted) == 0 ? 0 : errno;
}

static void enter_limits(const struct options *o) {
  rlim_t memory = (rlim_t)o->memory_mib << 20;
  /* Runtimes reserve address space that they never use; Go takes some 100 MiB before it starts. */
  rlim_t reserve = (rlim_t)1 << 30;
  missing("memory limit", limit(RLIMIT_DATA, memory, memory));
  missing("address space limit", limit(RLIMIT_AS, memory + reserve, memory + reserve));
  missing("processor limit", limit(RLIMIT_CPU, (rlim_t)o->cpu_seconds, (rlim_t)o->cpu_seconds + 1));
  missing("file limit", limit(RLIMIT_NOFILE, (rlim_t)o->files, (rlim_t)o->files));
  missing("core limit", limit(RLIMIT_CORE, 0, 0));
  rlim_t size = o->mode == MODE_EXEC || o->writable.count > 0 ? (rlim_t)256 << 20 : 0;
  /* Without a pipe the records go to standard error, which may be a file. */
  if (o->report_fd >= 0) missing("file size limit", limit(RLIMIT_FSIZE, size, size));
}

static bool is_readable(const char *path) {
  int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor >= 0) close(descriptor);
  return descriptor >= 0;
}

/* Whether nobody can read all that is to be opened: a file in root's home can't be. */
static bool is_readable_by_nobody(const struct options *o) {
  setfsgid(NOBODY);
  setfsuid(NOBODY);
  bool readable = is_readable(o->file);
  for (size_t i = 0; i < o->neighbours.count; i++) readable &= is_readable(o->neighbours.items[i]);
  for (size_t i = 0; i < o->modules.count; i++) readable &= is_readable(o->modules.items[i]);
  setfsuid(0);
  setfsgid(0);
  return readable;
}

static int drop_capabilities(void) {
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
  struct __user_cap_data_struct none[2] = {{0}};
  return syscall(SYS_capset, &header, none) == 0 ? 0 : errno;
}

/* The limit counts all of the user's threads, so it has a meaning only for a user of our own. */
static void become_nobody(const struct options *o) {
  rlim_t tasks = (rlim_t)o->tasks + 1024;
  missing("task limit", limit(RLIMIT_NPROC, tasks, tasks));
  if (setgroups(0, NULL) != 0 || setresgid(NOBODY, NOBODY, NOBODY) != 0 ||
      setresuid(NOBODY, NOBODY, NOBODY) != 0) {
    missing("unprivileged user", errno);
  }
}

static void leave_root(const struct options *o) {
  if (geteuid() != 0) return;
  if (o->is_user_kept) {
    /* His own files and sockets need no more than his number. */
  } else if (is_readable_by_nobody(o)) {
    become_nobody(o);
  } else {
    report("missing-protection", "unprivileged user: only root can read the files");
  }
  missing("capabilities", drop_capabilities());
}

/* Changing the user clears the parent-death signal and makes /proc/self unreadable. */
static void tie_to_parent(pid_t parent) {
  missing("parent-death signal", prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 ? 0 : errno);
  if (getppid() != parent) _exit(1);
  prctl(PR_SET_DUMPABLE, 1);
}

static int common_filter = -1; /* not tried yet, or an errno */

void sandbox_prepare(void) {
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  common_filter = filter_install_common();
}

static int enter_load_filter(const struct options *o) {
  int listener = -1, code;
  if (o->is_observed) {
    code = filter_install_observed(o->is_network_free, &listener);
    /* The parent waits for an answer. */
    watch_hand_over(listener);
    if (code == 0) return 0;
  }
  if (o->is_network_free) return filter_install_open();
  if (common_filter < 0) common_filter = filter_install_common();
  code = filter_install_load();
  return common_filter != 0 ? common_filter : code;
}

void sandbox_enter(const struct options *o) {
  pid_t parent = getppid();
  /* With an observer it is that who leads the session. */
  if (!o->is_observed && getsid(0) != getpid()) setsid();
  enter_limits(o);
  if (o->mode == MODE_LOAD) leave_root(o);
  tie_to_parent(parent);
  missing("no_new_privs", prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 ? 0 : errno);
  bool is_exec = o->mode == MODE_EXEC;
  bool is_writing_free = is_exec && o->writable.count == 0;
  missing("landlock", landlock_enter(&o->writable, is_writing_free, o->is_network_free));
  missing("seccomp", is_exec ? filter_install_exec() : enter_load_filter(o));
}
