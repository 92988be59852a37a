#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Newer than the headers of Debian 12: rights by ABI version, see landlock(7). */
#define FS_V1 ((1ULL << 13) - 1)
#define FS_REFER (1ULL << 13)    /* 2 */
#define FS_TRUNCATE (1ULL << 14) /* 3 */
#define NET_TCP 3ULL             /* 4: bind and connect */
#define SCOPES 3ULL              /* 6: abstract sockets and signals */
#define SCOPE_SIGNALS 2ULL
#define FS_READ (LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define FS_WRITE_FILE (LANDLOCK_ACCESS_FS_WRITE_FILE | FS_TRUNCATE)

struct ruleset {
  uint64_t fs;
  uint64_t net;
  uint64_t scoped;
};

static int allow(int ruleset, const char *path, uint64_t rights) {
  struct landlock_path_beneath_attr rule = {.allowed_access = rights};
  rule.parent_fd = open(path, O_PATH | O_CLOEXEC);
  if (rule.parent_fd < 0) return errno;
  long result = syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
  int code = result == 0 ? 0 : errno;
  close(rule.parent_fd);
  return code;
}

static int allow_all(int ruleset, const struct list *writable, uint64_t handled) {
  int code = allow(ruleset, "/", FS_READ & handled);
  if (code == 0) allow(ruleset, "/dev/null", (FS_READ | FS_WRITE_FILE) & handled & ~LANDLOCK_ACCESS_FS_READ_DIR);
  for (size_t i = 0; code == 0 && i < writable->count; i++) {
    code = allow(ruleset, writable->items[i], handled);
  }
  return code;
}

int landlock_enter(const struct list *writable, bool is_writing_free, bool is_network_free) {
  long version = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
  if (version < 1) return version < 0 ? errno : ENOSYS;
  uint64_t fs = FS_V1 | (version >= 2 ? FS_REFER : 0) | (version >= 3 ? FS_TRUNCATE : 0);
  struct ruleset rules = {.fs = is_writing_free ? 0 : fs,
                          .net = version >= 4 && !is_network_free ? NET_TCP : 0,
                          .scoped = version < 6 ? 0 : is_writing_free ? SCOPE_SIGNALS : SCOPES};
  if (rules.fs == 0 && rules.net == 0 && rules.scoped == 0) return 0;
  size_t size = version >= 6 ? 24 : version >= 4 ? 16 : 8;
  int ruleset = (int)syscall(SYS_landlock_create_ruleset, &rules, size, 0);
  if (ruleset < 0) return errno;
  int code = rules.fs == 0 ? 0 : allow_all(ruleset, writable, rules.fs);
  if (code == 0 && syscall(SYS_landlock_restrict_self, ruleset, 0) != 0) code = errno;
  close(ruleset);
  return code;
}
