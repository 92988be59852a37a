#include "crash.h"

#include "report.h"

#include <dlfcn.h>
#include <execinfo.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#define DEPTH 48

static const int signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGSYS, SIGTRAP};
static char stack[64 * 1024];

static void *program_counter(const ucontext_t *context) {
#if defined(__x86_64__)
  return (void *)context->uc_mcontext.gregs[REG_RIP];
#elif defined(__aarch64__)
  return (void *)context->uc_mcontext.pc;
#else
  (void)context;
  return NULL;
#endif
}

/* dladdr takes the loader's lock, which this thread itself may hold: it is a recursive one. Where
 * another thread holds it, the signal record has gone out already and the parent ends the wait.
 * snprintf with these formats neither allocates nor locks in glibc. */
static void report_frame(int index, void *address) {
  Dl_info place = {0};
  char line[1000];
  int is_known = dladdr(address, &place);
  uintptr_t offset = is_known ? (uintptr_t)address - (uintptr_t)place.dli_fbase : 0;
  uintptr_t distance =
      is_known && place.dli_sname != NULL ? (uintptr_t)address - (uintptr_t)place.dli_saddr : 0;
  snprintf(line, sizeof line, "frame %d 0x%zx 0x%zx %.300s+0x%zx %.400s", index, (size_t)address,
           (size_t)offset, is_known && place.dli_sname != NULL ? place.dli_sname : "?",
           (size_t)distance, is_known && place.dli_fname != NULL ? place.dli_fname : "?");
  report_raw(line);
}

static void handle(int number, siginfo_t *information, void *context) {
  char line[200];
  void *counter = program_counter(context);
  report_signal(number);
  snprintf(line, sizeof line, "signal %d %d 0x%zx 0x%zx", number, information->si_code,
           (size_t)information->si_addr, (size_t)counter);
  report_raw(line);
  void *frames[DEPTH];
  int count = backtrace(frames, DEPTH);
  /* The first frames are this handler's; the trace starts where the signal came. */
  int first = 0;
  while (first < count && frames[first] != counter) first++;
  if (first == count) {
    report_frame(0, counter);
    first = 0;
  }
  for (int i = first; i < count; i++) report_frame(i - first, frames[i]);
  signal(number, SIG_DFL);
  syscall(SYS_tgkill, getpid(), (pid_t)syscall(SYS_gettid), number);
}

void crash_prepare(void) {
  /* The first call loads libgcc. */
  void *frame[1];
  backtrace(frame, 1);
}

void crash_watch(void) {
  crash_prepare();
  stack_t alternate = {.ss_sp = stack, .ss_size = sizeof stack};
  sigaltstack(&alternate, NULL);
  struct sigaction action = {.sa_sigaction = handle,
                             .sa_flags = (int)(SA_SIGINFO | SA_ONSTACK | SA_RESETHAND)};
  sigemptyset(&action.sa_mask);
  for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) sigaction(signals[i], &action, NULL);
}
