#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <linux/sockios.h>
#include <sched.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#else
#define ARCHITECTURE 0
#endif

#define CAPACITY 600
#define REFUSED (SECCOMP_RET_ERRNO | EPERM)
#define COUNT(array) (sizeof(array) / sizeof *(array))

struct program {
  unsigned short count;
  struct sock_filter code[CAPACITY];
};

/* Calls that no plugin needs to load, and that reach beyond its own process. */
static const int denied_always[] = {
    SYS_ptrace, SYS_process_vm_readv, SYS_process_vm_writev, SYS_mount, SYS_umount2, SYS_pivot_root,
    SYS_chroot, SYS_setns, SYS_unshare, SYS_bpf, SYS_perf_event_open, SYS_keyctl, SYS_add_key,
    SYS_request_key, SYS_init_module, SYS_finit_module, SYS_delete_module, SYS_kexec_load, SYS_reboot,
    SYS_swapon, SYS_swapoff, SYS_sethostname, SYS_setdomainname, SYS_settimeofday, SYS_clock_settime,
    SYS_adjtimex, SYS_acct, SYS_userfaultfd, SYS_open_by_handle_at, SYS_pidfd_getfd,
    /* requests of a ring pass by the filter */
    SYS_io_uring_setup, SYS_io_uring_enter, SYS_io_uring_register,
};

/* The session is killed as a whole, so nobody leaves it. */
static const int denied_in_session[] = {SYS_setsid, SYS_setpgid};

/* New processes; clone() is seen to apart. */
static const int spawning[] = {
#if defined(__x86_64__)
    SYS_fork, SYS_vfork,
#endif
    SYS_execve, SYS_execveat,
};

/* What makes files, or changes names in folders. */
static const int renaming[] = {
#if defined(__x86_64__)
    SYS_creat, SYS_mkdir, SYS_mknod, SYS_unlink, SYS_rmdir, SYS_rename, SYS_link, SYS_symlink,
#endif
    SYS_mkdirat, SYS_mknodat, SYS_openat2, SYS_unlinkat, SYS_renameat, SYS_renameat2, SYS_linkat, SYS_symlinkat,
};

/* What Landlock does not see, and that has a path. */
static const int attributes[] = {
#if defined(__x86_64__)
    SYS_chmod, SYS_chown, SYS_lchown, SYS_utime, SYS_utimes, SYS_futimesat,
#endif
    SYS_fchmodat, SYS_fchownat, SYS_utimensat, SYS_setxattr, SYS_lsetxattr, SYS_removexattr, SYS_lremovexattr, SYS_truncate,
};

static const int denied_in_load[] = {
    SYS_tkill, SYS_pidfd_send_signal, SYS_pidfd_open,
    SYS_fchmod, SYS_fchown, SYS_fsetxattr, SYS_fremovexattr,
    /* objects that outlive the process */
    SYS_shmget, SYS_msgget, SYS_semget, SYS_mq_open,
};

static void put(struct program *p, uint16_t code, uint32_t k, uint8_t yes, uint8_t no) {
  if (p->count < CAPACITY) p->code[p->count++] = (struct sock_filter){code, yes, no, k};
}

static void load(struct program *p, size_t offset) { put(p, BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset, 0, 0); }

static void give(struct program *p, uint32_t what) { put(p, BPF_RET | BPF_K, what, 0, 0); }

static void load_number(struct program *p) { load(p, offsetof(struct seccomp_data, nr)); }

static void load_argument(struct program *p, int index) {
  /* The low half on these little-endian machines. */
  load(p, offsetof(struct seccomp_data, args) + 8 * (size_t)index);
}

static void answer(struct program *p, int number, uint32_t what) {
  put(p, BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)number, 0, 1);
  give(p, what);
}

static void answer_all(struct program *p, const int *numbers, size_t count, uint32_t what) {
  for (size_t i = 0; i < count; i++) answer(p, numbers[i], what);
}

static void deny(struct program *p, int number, int code) { answer(p, number, SECCOMP_RET_ERRNO | (uint32_t)code); }

static void deny_all(struct program *p, const int *numbers, size_t count) {
  answer_all(p, numbers, count, REFUSED);
}

/* Allows a call only where its first argument is `value`. */
static void allow_first(struct program *p, int number, uint32_t value) {
  put(p, BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)number, 0, 4);
  load_argument(p, 0);
  put(p, BPF_JMP | BPF_JEQ | BPF_K, value, 1, 0);
  give(p, SECCOMP_RET_ERRNO | EPERM);
  give(p, SECCOMP_RET_ALLOW);
}

/* Denies a call where an argument is `value`. */
static void deny_where(struct program *p, int number, int index, uint32_t value) {
  put(p, BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)number, 0, 4);
  load_argument(p, index);
  put(p, BPF_JMP | BPF_JEQ | BPF_K, value, 0, 1);
  give(p, SECCOMP_RET_ERRNO | EPERM);
  load_number(p);
}

/* Ways to a signal, or to death by a limit, for other processes of the same user; and out of the tie to
 * the parent. */
static void deny_reaching_others(struct program *p) {
  deny_where(p, SYS_fcntl, 1, F_SETOWN);
  deny_where(p, SYS_fcntl, 1, F_SETOWN_EX);
  deny_where(p, SYS_ioctl, 1, FIOSETOWN);
  deny_where(p, SYS_ioctl, 1, SIOCSPGRP);
  deny_where(p, SYS_prctl, 0, PR_SET_PDEATHSIG);
  /* setrlimit() of libc is this call upon the process itself. */
  allow_first(p, SYS_prlimit64, 0);
}

/* New threads, no new processes. clone3 hides its flags in memory: libc falls back to clone. */
static void allow_threads_only(struct program *p, uint32_t otherwise) {
  deny(p, SYS_clone3, ENOSYS);
  put(p, BPF_JMP | BPF_JEQ | BPF_K, SYS_clone, 0, 4);
  load_argument(p, 0);
  put(p, BPF_JMP | BPF_JSET | BPF_K, CLONE_THREAD, 1, 0);
  give(p, otherwise);
  give(p, SECCOMP_RET_ALLOW);
}

/* Asks about a call that opens a file where its flags say that it writes. */
static void ask_about_writing(struct program *p, int number, int flags) {
  put(p, BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)number, 0, 4);
  load_argument(p, flags);
  put(p, BPF_JMP | BPF_JSET | BPF_K, O_WRONLY | O_RDWR | O_CREAT | O_TRUNC, 0, 1);
  give(p, SECCOMP_RET_USER_NOTIF);
  give(p, SECCOMP_RET_ALLOW);
}

/* Sockets between local processes only; AF_NETLINK tells interfaces and reaches nobody. */
static void allow_local_sockets(struct program *p) {
  put(p, BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 0, 5);
  load_argument(p, 0);
  put(p, BPF_JMP | BPF_JEQ | BPF_K, AF_UNIX, 2, 0);
  put(p, BPF_JMP | BPF_JEQ | BPF_K, AF_NETLINK, 1, 0);
  give(p, SECCOMP_RET_ERRNO | EACCES);
  give(p, SECCOMP_RET_ALLOW);
}

static void begin(struct program *p) {
  load(p, offsetof(struct seccomp_data, arch));
  put(p, BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0);
  give(p, SECCOMP_RET_ERRNO | ENOSYS);
  load_number(p);
#if defined(__x86_64__)
  /* The x32 numbers are another way to the same calls. */
  put(p, BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 0, 1);
  give(p, SECCOMP_RET_ERRNO | ENOSYS);
#endif
}

/* The result of seccomp(2): 0, or a listener where the flags ask for one; minus an errno. */
static int install_with(struct program *p, unsigned flags) {
  if (ARCHITECTURE == 0) return -ENOSYS;
  give(p, SECCOMP_RET_ALLOW);
  if (p->count == CAPACITY) return -E2BIG;
  struct sock_fprog program = {.len = p->count, .filter = p->code};
  long result = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
  return result < 0 ? -errno : (int)result;
}

static int install(struct program *p) { return -install_with(p, 0); }

/* What no load may do, but for sockets; attributes of files and new processes get an answer of their own. */
static void put_common(struct program *p, uint32_t otherwise) {
  deny_all(p, denied_always, COUNT(denied_always));
  deny_all(p, denied_in_load, COUNT(denied_in_load));
  answer_all(p, attributes, COUNT(attributes), otherwise);
  answer_all(p, spawning, COUNT(spawning), otherwise);
}

int filter_install_common(void) {
  struct program p = {0};
  begin(&p);
  put_common(&p, REFUSED);
  deny(&p, SYS_socket, EACCES);
  return install(&p);
}

/* What only this process must not do, and has to be said with its number. */
static void put_own(struct program *p, uint32_t new_process) {
  uint32_t self = (uint32_t)getpid();
  deny_all(p, denied_in_session, COUNT(denied_in_session));
  deny_reaching_others(p);
  allow_threads_only(p, new_process);
  /* abort() and raise() signal the process itself. */
  allow_first(p, SYS_kill, self);
  allow_first(p, SYS_tgkill, self);
  allow_first(p, SYS_rt_sigqueueinfo, self);
  allow_first(p, SYS_rt_tgsigqueueinfo, self);
}

int filter_install_load(void) {
  struct program p = {0};
  begin(&p);
  put_own(&p, REFUSED);
  return install(&p);
}

int filter_install_open(void) {
  struct program p = {0};
  begin(&p);
  put_common(&p, REFUSED);
  put_own(&p, REFUSED);
  return install(&p);
}

int filter_install_observed(bool is_network_free, int *listener) {
  struct program p = {0};
  begin(&p);
  put_common(&p, SECCOMP_RET_USER_NOTIF);
  answer_all(&p, renaming, COUNT(renaming), SECCOMP_RET_USER_NOTIF);
  if (!is_network_free) answer(&p, SYS_socket, SECCOMP_RET_USER_NOTIF);
#if defined(__x86_64__)
  ask_about_writing(&p, SYS_open, 1);
#endif
  ask_about_writing(&p, SYS_openat, 2);
  put_own(&p, SECCOMP_RET_USER_NOTIF);
  int result = install_with(&p, SECCOMP_FILTER_FLAG_NEW_LISTENER);
  if (result < 0) return -result;
  *listener = result;
  return 0;
}

int filter_install_exec(void) {
  struct program p = {0};
  begin(&p);
  deny_all(&p, denied_always, COUNT(denied_always));
  deny_all(&p, denied_in_session, COUNT(denied_in_session));
  allow_local_sockets(&p);
  return install(&p);
}
