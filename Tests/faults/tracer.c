// Runs a command and stops all its processes at each call that changes state, to write the calls
// down, or to let a fault happen at one of them: see `usage`.
#include <elf.h>
#include <errno.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include "calls.h"

static const char usage[] =
    "usage: tracer [-o FILE] [-n CALL -a ACTION] [-f DESCRIPTOR] COMMAND [ARG...]\n"
    "  -o FILE        write `number<TAB>call<TAB>path` of every call there\n"
    "  -n CALL        the number of the call that ACTION is for, from 1\n"
    "  -a ACTION      kill-before, kill-after: end all processes there\n"
    "                 kill-main: end the first process only, before the call\n"
    "                 freeze-before, freeze-after: stop all, say so, and wait to be killed\n"
    "                 ERRNO, a number: don't make the call, let it fail with this\n"
    "  -f DESCRIPTOR  where a byte is written once all is frozen\n"
    "Ends as the command ends, with 128 and the signal where one killed it.\n";

enum action { none, kill_before, kill_after, kill_main, freeze_before, freeze_after, fail };

static struct {
  FILE *output;
  long at;
  enum action action;
  int error;
  int frozen;
} wish = {.frozen = -1};

// Every process and thread that is traced and alive.
static pid_t traced[1024];
static int traced_count;
static pid_t first;

static void die(const char *what) {
  fprintf(stderr, "tracer: %s: %s\n", what, strerror(errno));
  exit(125);
}

static void remember(pid_t process) {
  for (int place = 0; place < traced_count; place++) {
    if (traced[place] == process) return;
  }
  if (traced_count == sizeof traced / sizeof *traced) die("too many processes");
  traced[traced_count++] = process;
}

static void forget(pid_t process) {
  for (int place = 0; place < traced_count; place++) {
    if (traced[place] == process) traced[place] = traced[--traced_count];
  }
}

static void kill_all(void) {
  for (int place = 0; place < traced_count; place++) kill(traced[place], SIGKILL);
}

// Stops all others, and waits to be killed; they end with this process (PTRACE_O_EXITKILL).
static void freeze(pid_t stopped) {
  for (int place = 0; place < traced_count; place++) {
    if (traced[place] != stopped) ptrace(PTRACE_INTERRUPT, traced[place], 0, 0);
  }
  // A call that has begun comes to its end first. Who waits for a child of vfork(2) that is stopped
  // itself never stops; it does nothing either, so there is an end to the waiting.
  int running = traced_count - 1;
  for (int tries = 0; tries < 300 && running > 0; tries++) {
    while (waitpid(-1, NULL, __WALL | WNOHANG) > 0) running--;
    if (running > 0) usleep(1000);
  }
  if (wish.output) fflush(wish.output);
  if (write(wish.frozen, "f", 1) != 1) die("can't say that all is frozen");
  for (;;) pause();
}

// Lets the stopped process go on as if its call had failed.
static void skip_call(pid_t process, int error) {
#ifdef __x86_64__
  struct user_regs_struct registers;
  if (ptrace(PTRACE_GETREGS, process, 0, &registers)) return;
  registers.orig_rax = (unsigned long long)-1;
  registers.rax = (unsigned long long)-error;
  ptrace(PTRACE_SETREGS, process, 0, &registers);
#else
  int number = -1;
  struct iovec call = {&number, sizeof number};
  ptrace(PTRACE_SETREGSET, process, NT_ARM_SYSTEM_CALL, &call);
  struct user_regs_struct registers;
  struct iovec all = {&registers, sizeof registers};
  if (ptrace(PTRACE_GETREGSET, process, NT_PRSTATUS, &all)) return;
  registers.regs[0] = (unsigned long)-error;
  ptrace(PTRACE_SETREGSET, process, NT_PRSTATUS, &all);
#endif
}

// What is done at the wished call before it is made. Returns how the process goes on.
static enum __ptrace_request act(pid_t process) {
  switch (wish.action) {
    case kill_before: kill_all(); break;
    case kill_main: kill(first, SIGKILL); break;
    case freeze_before: freeze(process); break;
    case fail: skip_call(process, wish.error); break;
    case kill_after:
    case freeze_after: return PTRACE_SYSCALL;
    case none: break;
  }
  return PTRACE_CONT;
}

static enum __ptrace_request at_call(pid_t process) {
  static long count;
  struct __ptrace_syscall_info info;
  if (ptrace(PTRACE_GET_SYSCALL_INFO, process, sizeof info, &info) <= 0) return PTRACE_CONT;
  struct call call = {.number = (long)info.seccomp.nr};
  memcpy(call.arguments, info.seccomp.args, sizeof call.arguments);
  char text[9000];
  if (!calls_describe(process, &call, text, sizeof text)) return PTRACE_CONT;
  count++;
  if (wish.output) fprintf(wish.output, "%ld\t%s\n", count, text);
  return count == wish.at ? act(process) : PTRACE_CONT;
}

static void stopped(pid_t process, int status) {
  remember(process);
  int signal = WSTOPSIG(status), event = status >> 16;
  enum __ptrace_request next = PTRACE_CONT;
  if (event == PTRACE_EVENT_SECCOMP) {
    next = at_call(process);
  } else if (event == PTRACE_EVENT_STOP && signal != SIGTRAP) {
    next = PTRACE_LISTEN;  // stopped by a signal, as a whole group
  } else if (!event && signal == (SIGTRAP | 0x80)) {
    // Only the wished call is followed to its end.
    if (wish.action == kill_after) kill_all();
    if (wish.action == freeze_after) freeze(process);
  }
  long deliver = event || signal == (SIGTRAP | 0x80) ? 0 : signal;
  ptrace(next, process, 0, deliver);
}

static int follow(void) {
  int result = 125;
  while (traced_count > 0) {
    int status;
    pid_t process = waitpid(-1, &status, __WALL);
    if (process < 0) {
      if (errno == EINTR) continue;
      break;
    }
    if (WIFSTOPPED(status)) {
      stopped(process, status);
      continue;
    }
    forget(process);
    if (process == first) result = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
  return result;
}

static void start(char **command) {
  int gate[2];
  if (pipe(gate)) die("pipe");
  first = fork();
  if (first < 0) die("fork");
  if (first == 0) {
    char byte;
    close(gate[1]);
    if (read(gate[0], &byte, 1) != 1) _exit(125);
    close(gate[0]);
    if (wish.frozen >= 0) close(wish.frozen);
    struct sock_fprog filter = calls_filter();
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)) _exit(125);
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter)) _exit(125);
    execvp(command[0], command);
    _exit(127);
  }
  close(gate[0]);
  long options = PTRACE_O_TRACESECCOMP | PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK |
                 PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL;
  if (ptrace(PTRACE_SEIZE, first, 0, options)) die("ptrace");
  remember(first);
  if (write(gate[1], "g", 1) != 1) die("write");
  close(gate[1]);
}

static enum action action_named(const char *name) {
  static const char *const names[] = {"none",      "kill-before",   "kill-after",
                                      "kill-main", "freeze-before", "freeze-after"};
  for (int place = 1; place < fail; place++) {
    if (strcmp(name, names[place]) == 0) return (enum action)place;
  }
  wish.error = atoi(name);
  return wish.error > 0 ? fail : none;
}

int main(int count, char **arguments) {
  int option;
  // `+`: the command's own options are not ours.
  while ((option = getopt(count, arguments, "+o:n:a:f:h")) != -1) {
    switch (option) {
      case 'o':
        wish.output = fopen(optarg, "we");
        if (!wish.output) die(optarg);
        break;
      case 'n': wish.at = atol(optarg); break;
      case 'a': wish.action = action_named(optarg); break;
      case 'f': wish.frozen = atoi(optarg); break;
      default: fputs(usage, stderr); return 2;
    }
  }
  if (optind >= count) {
    fputs(usage, stderr);
    return 2;
  }
  start(arguments + optind);
  int result = follow();
  if (wish.output) fclose(wish.output);
  return result;
}
