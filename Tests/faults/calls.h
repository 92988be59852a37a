// The system calls that change what other processes, or the next start of the machine, can see.
#pragma once

#include <linux/filter.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// One call as a stopped process is about to make it.
struct call {
  long number;
  uint64_t arguments[6];
};

// The filter that stops a process at these calls only, so that all others run at full speed.
struct sock_fprog calls_filter(void);

// Writes `name<TAB>path[<TAB>path]` of a call.
//
// Returns false where the call changes nothing after all: a write to a pipe, an open for reading.
bool calls_describe(pid_t process, const struct call *call, char *text, size_t size);
