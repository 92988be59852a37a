// GNU and Linux calls that Swift's Glibc overlay hides, as thin adapters: one call each, errno kept.
// No header of libc is included: its types would then belong to this module as well as to Glibc.
#pragma once
#include <linux/openat2.h>
#include <stdint.h>
#include <sys/syscall.h>

long syscall(long number, ...);
const char *gnu_get_libc_version(void);

static inline int plg_pipe2(int fds[2], int flags) { return (int)syscall(SYS_pipe2, fds, flags); }

static inline int plg_memfd_create(const char *name, unsigned int flags) {
  return (int)syscall(SYS_memfd_create, name, flags);
}

static inline int plg_renameat2(int from, const char *old, int to, const char *new_name, unsigned int flags) {
  return (int)syscall(SYS_renameat2, from, old, to, new_name, flags);
}

static inline int plg_syncfs(int fd) { return (int)syscall(SYS_syncfs, fd); }

// Opens below `dir` only: no way out by `..`, an absolute path, a symbolic link or a magic link.
static inline int plg_open_beneath(int dir, const char *path, int flags, unsigned int mode) {
  struct open_how how = {0};
  how.flags = (uint64_t)(unsigned int)flags;
  how.mode = mode;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
  return (int)syscall(SYS_openat2, dir, path, &how, sizeof how);
}

static inline int plg_close_range(unsigned int first, unsigned int last, unsigned int flags) {
  return (int)syscall(SYS_close_range, first, last, flags);
}

static inline int plg_pidfd_open(int pid) { return (int)syscall(SYS_pidfd_open, pid, 0); }

static inline int plg_prctl(int option, unsigned long a, unsigned long b) {
  return (int)syscall(SYS_prctl, option, a, b, 0UL, 0UL);
}

static inline int plg_landlock_create_ruleset(const void *attributes, unsigned long size, unsigned int flags) {
  return (int)syscall(SYS_landlock_create_ruleset, attributes, size, flags);
}

static inline int plg_landlock_add_rule(int ruleset, int type, const void *attributes) {
  return (int)syscall(SYS_landlock_add_rule, ruleset, type, attributes, 0U);
}

static inline int plg_landlock_restrict_self(int ruleset) {
  return (int)syscall(SYS_landlock_restrict_self, ruleset, 0U);
}

// What execve takes: the environment of this process.
extern char **environ;
static inline char **plg_environment(void) { return environ; }

// posix_spawn_file_actions_t behind a plain pointer, since its type belongs to Glibc.
int plg_spawn_addchdir(void *actions, const char *path) __asm__("posix_spawn_file_actions_addchdir_np");

#include <linux/landlock.h>

// Takes away, for this thread and what it starts: every access to the file system but to read, write and
// make files, folders and symbolic links below `folder`; TCP; signals to others and abstract sockets, as far
// as the kernel can. 0 on success, -1 with errno where it has no Landlock.
static inline int plg_landlock_confine(int folder) {
  int abi = plg_landlock_create_ruleset(0, 0, LANDLOCK_CREATE_RULESET_VERSION);
  if (abi < 1) return -1;
  // Later members than older headers have (linux/landlock.h).
  struct { uint64_t handled_access_fs, handled_access_net, scoped; } attributes = {0, 0, 0};
  attributes.handled_access_fs = (1ULL << 13) - 1;            // ABI 1
  if (abi >= 2) attributes.handled_access_fs |= 1ULL << 13;  // REFER
  if (abi >= 3) attributes.handled_access_fs |= 1ULL << 14;  // TRUNCATE
  if (abi >= 5) attributes.handled_access_fs |= 1ULL << 15;  // IOCTL_DEV
  if (abi >= 4) attributes.handled_access_net = 3;           // BIND_TCP, CONNECT_TCP
  if (abi >= 6) attributes.scoped = 3;                       // abstract sockets, signals
  unsigned long size = abi >= 6 ? 24 : abi >= 4 ? 16 : 8;
  int ruleset = plg_landlock_create_ruleset(&attributes, size, 0);
  if (ruleset < 0) return -1;
  struct landlock_path_beneath_attr below = {0};
  below.allowed_access = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR |
      LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_DIR |
      LANDLOCK_ACCESS_FS_MAKE_SYM;
  below.parent_fd = folder;
  int result = plg_landlock_add_rule(ruleset, LANDLOCK_RULE_PATH_BENEATH, &below);
  if (result == 0) result = plg_landlock_restrict_self(ruleset);
  syscall(SYS_close, ruleset);
  return result;
}

// A Landlock ruleset that takes away every access to the file system, TCP, signals to others and abstract
// sockets, as far as the kernel can, but for what plg_landlock_allow adds. -1 with errno where it can't do with
// the renames between folders that compilers make (before ABI 2).
static inline int plg_landlock_ruleset(void) {
  int abi = plg_landlock_create_ruleset(0, 0, LANDLOCK_CREATE_RULESET_VERSION);
  if (abi < 2) return -1;
  struct { uint64_t handled_access_fs, handled_access_net, scoped; } attributes = {0, 0, 0};
  attributes.handled_access_fs = (1ULL << 14) - 1;           // ABI 2
  if (abi >= 3) attributes.handled_access_fs |= 1ULL << 14;  // TRUNCATE
  if (abi >= 5) attributes.handled_access_fs |= 1ULL << 15;  // IOCTL_DEV
  if (abi >= 4) attributes.handled_access_net = 3;           // BIND_TCP, CONNECT_TCP
  if (abi >= 6) attributes.scoped = 3;                       // abstract sockets, signals
  return plg_landlock_create_ruleset(&attributes, abi >= 6 ? 24 : abi >= 4 ? 16 : 8, 0);
}

// Allows below an open path reading and running, and writing where asked: all but making devices. A path that is
// no folder takes rights of files only (EINVAL otherwise).
static inline int plg_landlock_allow(int ruleset, int path, int is_folder, int reads, int writes) {
  int abi = plg_landlock_create_ruleset(0, 0, LANDLOCK_CREATE_RULESET_VERSION);
  uint64_t file = LANDLOCK_ACCESS_FS_WRITE_FILE | (abi >= 3 ? 1ULL << 14 : 0);
  struct landlock_path_beneath_attr below = {0};
  if (is_folder) below.allowed_access |= LANDLOCK_ACCESS_FS_READ_DIR;
  if (reads) below.allowed_access |= LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_EXECUTE;
  if (writes) below.allowed_access |= file;
  if (writes && is_folder)
    below.allowed_access |= LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE |
        LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK |
        LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_SYM | LANDLOCK_ACCESS_FS_REFER;
  below.parent_fd = path;
  return plg_landlock_add_rule(ruleset, LANDLOCK_RULE_PATH_BENEATH, &below);
}

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>

// Refuses from here on to make sockets of any kind, and io_uring, which could make them past a filter. Calls of
// another architecture, which have other numbers, are refused altogether. Landlock knows TCP alone.
static inline int plg_refuse_sockets(void) {
#if defined(__x86_64__)
  enum { architecture = AUDIT_ARCH_X86_64 };
#else
  enum { architecture = AUDIT_ARCH_AARCH64 };
#endif
  struct sock_filter lines[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 4),  // arch of struct seccomp_data
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, architecture, 0, 4),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),  // nr
      BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 2, 0),  // x32
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 2, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 425, 0, 2),  // io_uring_setup
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | 38),  // ENOSYS
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | 13),  // EACCES
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  struct sock_fprog program = {sizeof lines / sizeof lines[0], lines};
  return plg_prctl(22, SECCOMP_MODE_FILTER, (unsigned long)&program);  // PR_SET_SECCOMP
}

// Gives up every capability of this thread, and what could bring one back; fails only where there are none
// to give.
static inline int plg_drop_capabilities(void) {
  // PR_CAPBSET_DROP (linux/prctl.h); the first number that is none ends it.
  for (unsigned long capability = 0; capability < 64; capability++)
    if (plg_prctl(24, capability, 0) != 0) break;
  struct { uint32_t version; int pid; } header = {0x20080522, 0};
  struct { uint32_t effective, permitted, inheritable; } data[2] = {{0, 0, 0}, {0, 0, 0}};
  return (int)syscall(SYS_capset, &header, data);
}

// The size of an extended attribute; -1 with errno where there is none.
static inline long plg_getxattr_size(const char *path, const char *name) {
  return syscall(SYS_getxattr, path, name, (void *)0, 0UL);
}
