// GNU and Linux calls that Swift's Glibc overlay hides, as thin adapters: one call each, errno kept.
#pragma once
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

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

static inline int plg_open(const char *path, int flags, unsigned int mode) { return open(path, flags, mode); }

static inline int plg_openat(int dir, const char *path, int flags, unsigned int mode) {
  return openat(dir, path, flags, mode);
}

static inline int plg_close_range(unsigned int first, unsigned int last, unsigned int flags) {
  return (int)syscall(SYS_close_range, first, last, flags);
}

static inline int plg_pidfd_open(pid_t pid) { return (int)syscall(SYS_pidfd_open, pid, 0); }

static inline int plg_prctl(int option, unsigned long a, unsigned long b) { return prctl(option, a, b, 0UL, 0UL); }

enum {
  plg_O_PATH = O_PATH,
  plg_O_TMPFILE = O_TMPFILE,
  plg_O_NOFOLLOW = O_NOFOLLOW,
};
