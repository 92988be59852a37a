#include "report.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static int report_pipe = -1;
static volatile struct report_page *page;
static uint8_t nonce[NONCE_SIZE];
static char nonce_text[NONCE_SIZE * 2 + 1];

void report_open(int pipe, int page_descriptor) {
  report_pipe = pipe;
  if (page_descriptor < 0) return;
  void *memory = mmap(NULL, sizeof(struct report_page), PROT_READ | PROT_WRITE, MAP_SHARED,
                      page_descriptor, 0);
  close(page_descriptor);
  if (memory == MAP_FAILED) return;
  page = memory;
  for (int i = 0; i < NONCE_SIZE; i++) {
    nonce[i] = page->nonce[i];
    page->nonce[i] = 0;
    snprintf(nonce_text + 2 * i, 3, "%02x", nonce[i]);
  }
}

int report_descriptor(void) { return report_pipe; }

void report_stage(enum stage stage, uint32_t index) {
  if (page == NULL) return;
  page->index = index;
  page->stage = stage;
}

/* One write a record: the pipe's reader sees it whole. A line end comes first, since a plugin may
 * have left half a line. */
static void put(const char *text, size_t size) {
  int descriptor = report_pipe >= 0 ? report_pipe : STDERR_FILENO;
  ssize_t put;
  do put = write(descriptor, text, size);
  while (put < 0 && errno == EINTR);
  if (put < 0 && page != NULL) page->lost_report = 1;
}

void report_raw(const char *line) {
  char text[1200];
  size_t size = 0;
  const char *parts[] = {"\n", nonce_text, nonce_text[0] ? " " : "", line, "\n"};
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
    size_t length = strlen(parts[i]);
    if (length > sizeof text - 1 - size) length = sizeof text - 1 - size;
    memcpy(text + size, parts[i], length);
    size += length;
  }
  text[size - 1] = '\n';
  bool is_for_person = report_pipe < 0;
  put(text + is_for_person, size - is_for_person);
}

void report(const char *key, const char *format, ...) {
  char line[1100];
  int used = snprintf(line, sizeof line, "%s ", key);
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(line + used, sizeof line - (size_t)used, format, arguments);
  va_end(arguments);
  for (char *c = line; *c != 0; c++) {
    if (*c == '\n' || *c == '\r') *c = ' ';
  }
  report_raw(line);
}

void report_signal(int number) {
  if (page != NULL) page->signal = (uint32_t)number;
}

void report_done(void) {
  report_stage(STAGE_DONE, 0);
  report("done", "%s", "");
  if (page == NULL) return;
  for (int i = 0; i < NONCE_SIZE; i++) page->proof[i] = nonce[i];
}
