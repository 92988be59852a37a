#include "calls.h"

#include <fcntl.h>
#include <linux/audit.h>
#include <linux/openat2.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

// What a call's arguments are, in order: `p` a path, `@` a folder's descriptor and a path below it,
// `f` a descriptor, `.` something else.
struct known {
  const char *name;
  long number;
  const char *shape;
};

#define CALL(name, shape) {#name, SYS_##name, shape}

static const struct known known[] = {
#ifdef SYS_open
    // Calls that newer architectures no longer have.
    CALL(open, "p"), CALL(creat, "p"), CALL(rename, "pp"), CALL(link, "pp"), CALL(symlink, ".p"),
    CALL(unlink, "p"), CALL(mkdir, "p"), CALL(rmdir, "p"), CALL(chmod, "p"), CALL(chown, "p"),
    CALL(lchown, "p"), CALL(mknod, "p"), CALL(renameat, "@@"), CALL(utimes, "p"),
#endif
    CALL(openat, "@"), CALL(openat2, "@"), CALL(write, "f"), CALL(pwrite64, "f"),
    CALL(writev, "f"), CALL(pwritev, "f"), CALL(pwritev2, "f"), CALL(sendfile, "f"),
    CALL(copy_file_range, "..f"), CALL(splice, "..f"), CALL(truncate, "p"), CALL(ftruncate, "f"),
    CALL(fallocate, "f"), CALL(renameat2, "@@"), CALL(linkat, "@@"), CALL(symlinkat, ".@"),
    CALL(unlinkat, "@"), CALL(mkdirat, "@"), CALL(mknodat, "@"), CALL(fchmod, "f"),
    CALL(fchmodat, "@"), CALL(fchown, "f"), CALL(fchownat, "@"), CALL(utimensat, "@"),
    CALL(setxattr, "p"), CALL(fsetxattr, "f"), CALL(fsync, "f"), CALL(fdatasync, "f"),
    CALL(sync_file_range, "f"), CALL(syncfs, "f"), CALL(flock, "f"), CALL(fcntl, "f"),
    CALL(memfd_create, "."), CALL(ioctl, "f"),
};
enum { known_count = sizeof known / sizeof *known };

// FICLONE of linux/fs.h, whose other declarations clash with fcntl.h: a copy without bytes.
static const uint64_t clone_file = 0x40049409;

#ifdef __x86_64__
static const uint32_t architecture = AUDIT_ARCH_X86_64;
#else
static const uint32_t architecture = AUDIT_ARCH_AARCH64;
#endif

struct sock_fprog calls_filter(void) {
  static struct sock_filter program[8 + 2 * known_count];
  unsigned short length = 0;
  program[length++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
                                                   offsetof(struct seccomp_data, arch));
  program[length++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, architecture, 1, 0);
  program[length++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
  program[length++] =
      (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
  for (int place = 0; place < known_count; place++) {
    program[length++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
                                                     (uint32_t)known[place].number, 0, 1);
    program[length++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE);
  }
  program[length++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
  return (struct sock_fprog){.len = length, .filter = program};
}

// Copies from a stopped process; what could not be read is zero.
static void copy_in(pid_t process, uint64_t address, void *bytes, size_t size) {
  memset(bytes, 0, size);
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/mem", process);
  int memory = open(path, O_RDONLY | O_CLOEXEC);
  if (memory < 0) return;
  // A text may end before an unmapped page: a short read is enough.
  if (pread(memory, bytes, size, (off_t)address) < 0) memset(bytes, 0, size);
  close(memory);
}

// The path of an open descriptor, of the working folder for AT_FDCWD; empty where it is none.
static void path_of(pid_t process, int descriptor, char *path, size_t size) {
  char link[64];
  if (descriptor == AT_FDCWD) {
    snprintf(link, sizeof link, "/proc/%d/cwd", process);
  } else {
    snprintf(link, sizeof link, "/proc/%d/fd/%d", process, descriptor);
  }
  ssize_t count = readlink(link, path, size - 1);
  path[count < 0 ? 0 : count] = 0;
}

static void path_below(pid_t process, int folder, uint64_t address, char *path, size_t size) {
  char name[2048];
  copy_in(process, address, name, sizeof name);
  name[sizeof name - 1] = 0;
  if (name[0] == '/') {
    snprintf(path, size, "%s", name);
    return;
  }
  path_of(process, folder, path, size);
  size_t length = strlen(path);
  if (name[0]) snprintf(path + length, size - length, "/%s", name);
}

static bool opens_for_writing(pid_t process, const struct call *call) {
  uint64_t flags = 0;
#ifdef SYS_open
  if (call->number == SYS_open) flags = call->arguments[1];
  if (call->number == SYS_creat) return true;
#endif
  if (call->number == SYS_openat) flags = call->arguments[2];
  if (call->number == SYS_openat2) {
    struct open_how how;
    copy_in(process, call->arguments[2], &how, sizeof how);
    flags = how.flags;
  }
  return (flags & O_ACCMODE) != O_RDONLY || flags & (O_CREAT | O_TRUNC);
}

// Whether the arguments make it one of the calls that count.
static bool is_changing(pid_t process, const struct call *call, const struct known *what) {
  if (strncmp(what->name, "open", 4) == 0) return opens_for_writing(process, call);
  if (call->number == SYS_ioctl) return call->arguments[1] == clone_file;
  if (call->number == SYS_fcntl) {
    int command = (int)call->arguments[1];
    return command == F_SETLK || command == F_SETLKW || command == F_OFD_SETLK ||
           command == F_OFD_SETLKW;
  }
  return true;
}

bool calls_describe(pid_t process, const struct call *call, char *text, size_t size) {
  const struct known *what = NULL;
  for (int place = 0; place < known_count && !what; place++) {
    if (known[place].number == call->number) what = &known[place];
  }
  if (!what || !is_changing(process, call, what)) return false;
  size_t length = (size_t)snprintf(text, size, "%s", what->name);
  int argument = 0;
  for (const char *kind = what->shape; *kind; kind++, argument++) {
    if (*kind == '.') continue;
    char path[4200] = "";
    int first = (int)call->arguments[argument];
    if (*kind == 'f') path_of(process, first, path, sizeof path);
    if (*kind == 'p') {
      path_below(process, AT_FDCWD, call->arguments[argument], path, sizeof path);
    }
    if (*kind == '@') {
      argument++;
      path_below(process, first, call->arguments[argument], path, sizeof path);
    }
    // Pipes and sockets have no such path; devices and the kernel's own files keep nothing.
    if (path[0] != '/') return false;
    if (!strncmp(path, "/dev/", 5) && strncmp(path, "/dev/shm/", 9)) return false;
    if (!strncmp(path, "/proc/", 6) || !strncmp(path, "/sys/", 5)) return false;
    length += (size_t)snprintf(text + length, size - length, "\t%s", path);
    if (length >= size) length = size - 1;
  }
  return true;
}
