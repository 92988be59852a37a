#include "watch.h"

#include "report.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

/* As many of each kind are told; what comes after is only refused. */
#define TOLD_MAX 20

static int handing = -1;
static const char *data_folder;
static int listener = -1;

union control {
  struct cmsghdr header;
  char bytes[CMSG_SPACE(sizeof(int))];
};

void watch_hand_over(int mine) {
  union control control = {0};
  char nothing = 0;
  struct iovec part = {.iov_base = &nothing, .iov_len = 1};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
  if (mine >= 0) {
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    *header = (struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof mine), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
    memcpy(CMSG_DATA(header), &mine, sizeof mine);
  } else {
    message.msg_control = NULL;
    message.msg_controllen = 0;
  }
  sendmsg(handing, &message, MSG_NOSIGNAL);
  close(handing);
  if (mine >= 0) close(mine);
}

static int take_over(int socket) {
  union control control = {0};
  char nothing;
  struct iovec part = {.iov_base = &nothing, .iov_len = 1};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
  int given = -1;
  if (recvmsg(socket, &message, MSG_CMSG_CLOEXEC) <= 0) return -1;
  struct cmsghdr *header = CMSG_FIRSTHDR(&message);
  if (header != NULL && header->cmsg_type == SCM_RIGHTS) memcpy(&given, CMSG_DATA(header), sizeof given);
  return given;
}

/* Text of the child at an address, as much as there is. */
static void read_text(pid_t pid, uint64_t address, char text[PATH_MAX]) {
  size_t done = 0;
  text[0] = 0;
  while (done < PATH_MAX - 1) {
    /* Not over the end of a page: the next may not be there. */
    size_t count = 4096 - (address + done) % 4096;
    if (count > PATH_MAX - 1 - done) count = PATH_MAX - 1 - done;
    struct iovec here = {text + done, count}, there = {(void *)(uintptr_t)(address + done), count};
    ssize_t got = process_vm_readv(pid, &here, 1, &there, 1, 0);
    if (got <= 0) break;
    text[done + (size_t)got] = 0;
    if (memchr(text + done, 0, (size_t)got) != NULL) return;
    done += (size_t)got;
  }
  text[done] = 0;
}

/* A name as the child means it: from the root, its folder or that of a descriptor. */
static void full_path(const struct seccomp_notif *call, int folder, uint64_t address, char path[2 * PATH_MAX]) {
  char name[PATH_MAX], link[64], base[PATH_MAX];
  read_text((pid_t)call->pid, address, name);
  if (name[0] == '/') {
    snprintf(path, 2 * PATH_MAX, "%s", name);
    return;
  }
  if (folder == AT_FDCWD) snprintf(link, sizeof link, "/proc/%u/cwd", call->pid);
  else snprintf(link, sizeof link, "/proc/%u/fd/%d", call->pid, folder);
  ssize_t length = readlink(link, base, sizeof base - 1);
  base[length < 0 ? 0 : length] = 0;
  snprintf(path, 2 * PATH_MAX, "%s/%s", base, name);
}

/* Below the folder that is the plugin's to write; a path with `..` in it is nowhere for sure. */
static bool is_its_own(const char *path) {
  size_t length = data_folder == NULL ? 0 : strlen(data_folder);
  return length > 0 && strncmp(path, data_folder, length) == 0 && (path[length] == '/' || path[length] == 0) &&
         strstr(path, "/..") == NULL;
}

static bool is_harmless(const char *path) {
  return strcmp(path, "/dev/null") == 0 || strcmp(path, "/dev/tty") == 0 || is_its_own(path);
}

static void tell(int *told, const char *what, const char *detail) {
  if ((*told)++ < TOLD_MAX) report("tried", "%s %s", what, detail);
}

static void tell_spawn(const char *detail) {
  static int told;
  tell(&told, "spawn", detail);
}

static void tell_network(int family) {
  static int told;
  char detail[16];
  snprintf(detail, sizeof detail, "%d", family);
  if (family != AF_UNIX && family != AF_NETLINK) tell(&told, "network", detail);
}

/* Whether the thread still waits for its answer: its number may be somebody else's by now. */
static bool is_waiting(const struct seccomp_notif *call) {
  return ioctl(listener, SECCOMP_IOCTL_NOTIF_ID_VALID, &call->id) == 0;
}

static void tell_write(const struct seccomp_notif *call, int folder, int argument) {
  static int told;
  char path[2 * PATH_MAX];
  if (call->data.args[argument] == 0) return;
  full_path(call, folder, call->data.args[argument], path);
  if (!is_harmless(path) && is_waiting(call)) tell(&told, "write", path);
}

/* Its flags lie in memory. */
static void tell_openat2(const struct seccomp_notif *call) {
  uint64_t flags = 0;
  struct iovec here = {&flags, sizeof flags}, there = {(void *)(uintptr_t)call->data.args[2], sizeof flags};
  bool is_read = process_vm_readv((pid_t)call->pid, &here, 1, &there, 1, 0) == sizeof flags;
  if (!is_read || (flags & (O_WRONLY | O_RDWR | O_CREAT | O_TRUNC)) != 0) tell_write(call, (int)call->data.args[0], 1);
}

/* Whether the call goes on to the other walls; else it fails. */
static bool look_at(const struct seccomp_notif *call) {
  int first = (int)call->data.args[0];
  switch (call->data.nr) {
    case SYS_socket:
      tell_network(first);
      return false;
    case SYS_clone: tell_spawn("fork"); return false;
    case SYS_execve: case SYS_execveat: tell_spawn("exec"); return false;
    case SYS_openat: case SYS_mkdirat: case SYS_mknodat: case SYS_unlinkat: tell_write(call, first, 1); return true;
    case SYS_openat2: tell_openat2(call); return true;
    case SYS_fchmodat: case SYS_fchownat: case SYS_utimensat: tell_write(call, first, 1); return false;
    case SYS_truncate: case SYS_setxattr: case SYS_lsetxattr: case SYS_removexattr: case SYS_lremovexattr:
      tell_write(call, AT_FDCWD, 0);
      return false;
    case SYS_renameat: case SYS_renameat2: tell_write(call, first, 1); /* and, as a link, */ /* fall through */
    case SYS_linkat: tell_write(call, (int)call->data.args[2], 3); return true;
    case SYS_symlinkat: tell_write(call, (int)call->data.args[1], 2); return true;
#if defined(__x86_64__)
    case SYS_fork: case SYS_vfork: tell_spawn("fork"); return false;
    case SYS_chmod: case SYS_chown: case SYS_lchown: case SYS_utime: case SYS_utimes: case SYS_futimesat:
      tell_write(call, call->data.nr == SYS_futimesat ? first : AT_FDCWD, call->data.nr == SYS_futimesat);
      return false;
    case SYS_open: case SYS_creat: case SYS_mkdir: case SYS_mknod: case SYS_unlink: case SYS_rmdir: tell_write(call, AT_FDCWD, 0); return true;
    case SYS_rename: tell_write(call, AT_FDCWD, 0); /* and, as a link, */ /* fall through */
    case SYS_link: case SYS_symlink: tell_write(call, AT_FDCWD, 1); return true;
#endif
    default: return true;
  }
}

static void answer(void) {
  struct seccomp_notif call = {0};
  if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &call) != 0) return;
  bool goes_on = look_at(&call);
  struct seccomp_notif_resp response = {.id = call.id, .flags = goes_on ? SECCOMP_USER_NOTIF_FLAG_CONTINUE : 0,
                                        .error = goes_on ? 0 : -EPERM};
  ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &response);
}

static void end_like(pid_t child) {
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(status)) _exit(WEXITSTATUS(status));
  signal(WTERMSIG(status), SIG_DFL);
  kill(getpid(), WTERMSIG(status));
  _exit(1);
}

static void attend(pid_t child, int socket) {
  struct rlimit none = {0};
  setrlimit(RLIMIT_CORE, &none);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  int process = (int)syscall(SYS_pidfd_open, child, 0);
  listener = take_over(socket);
  close(socket);
  if (listener < 0) report("missing-protection", "observation: seccomp gives no listener");
  while (process >= 0 && listener >= 0) {
    struct pollfd events[] = {{.fd = listener, .events = POLLIN}, {.fd = process, .events = POLLIN}};
    if (poll(events, 2, -1) < 0 && errno != EINTR) break;
    if ((events[0].revents & POLLIN) != 0) answer();
    if (events[1].revents != 0) break;
  }
  end_like(child);
}

bool watch_child(const char *its_folder) {
  data_folder = its_folder;
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) return false;
  pid_t child = fork();
  if (child < 0) return false;
  if (child == 0) {
    close(ends[0]);
    /* Above what plugins count on. */
    handing = fcntl(ends[1], F_DUPFD_CLOEXEC, 200);
    close(ends[1]);
    return true;
  }
  close(ends[1]);
  attend(child, ends[0]);
  return false;
}
