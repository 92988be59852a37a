/* Walls around the plugin. What the kernel or the user can't have is reported, not fatal. */
#ifndef SANDBOX_H
#define SANDBOX_H

#include "options.h"

/* Puts up all walls of the mode, the filter of system calls last. */
void sandbox_enter(const struct options *options);

/* What `load` can do once for many plugins: the part of the filter that a process which forks may have
 * too. The kernel tries each filter with every system call when it comes, which takes longer than
 * the fork. */
void sandbox_prepare(void);

/* The filters of system calls; 0 or an errno. `load` has the common one and its own. */
int filter_install_common(void);
int filter_install_load(void);
int filter_install_exec(void);
/* Instead of both: with sockets; and one that asks about what it would deny, by a listener. */
int filter_install_open(void);
int filter_install_observed(bool is_network_free, int *listener);

/* The walls of Landlock: everything may be read, only `writable` and /dev/null be written; with
 * `is_writing_free` files are not restricted, with `is_network_free` the network is not. 0 or an errno. */
int landlock_enter(const struct list *writable, bool is_writing_free, bool is_network_free);

#endif
