/* What the worker tells its parent, in two places, since a plugin may close descriptors:
 *
 *   a pipe    lines `NONCE key fields...`; a line without this run's nonce is the plugin's own
 *   a page    shared memory: the stage, a signal, and the proof that the run came to its end
 *
 * The nonce comes in the page and is wiped from it before anything of the plugin runs.
 */
#ifndef REPORT_H
#define REPORT_H

#include <stdint.h>

/* The stages of a run, in order. The parent limits the time of each. */
enum stage {
  STAGE_STARTED = 1,
  STAGE_SANDBOXED,
  STAGE_PRELOAD, /* with the index of the neighbour or module */
  STAGE_DLOPEN,
  STAGE_ENTRY,
  STAGE_CHECK, /* while a check calls it */
  STAGE_INPUT, /* with the number of the input, the first is 1 */
  STAGE_LINGER,
  STAGE_DONE
};

#define NONCE_SIZE 16

/* The shared page; Sources/Loader/System/StagePage.swift reads it by these offsets. */
struct report_page {
  uint8_t nonce[NONCE_SIZE]; /*  0: from the parent, wiped at the start */
  uint8_t proof[NONCE_SIZE]; /* 16: the nonce again, once the run is done */
  uint32_t stage;            /* 32 */
  uint32_t index;            /* 36 */
  uint32_t signal;           /* 40: the signal that the handler saw, 0 for none */
  uint32_t lost_report;      /* 44: 1 where a record could not be written */
};

/* Takes over the descriptors of the pipe and the page; either may be -1: then records go to
 * standard error in plain text, for a person with a debugger. Closes the page's descriptor. */
void report_open(int pipe, int page);

void report_stage(enum stage stage, uint32_t index);

/* Writes one record. Only the key is fixed text; line ends in the fields become spaces. */
void report(const char *key, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The same for signal handlers: `line` holds key and fields. */
void report_raw(const char *line);

void report_signal(int number);

/* States that the run came to its end by our own hand. */
void report_done(void);

/* The descriptor of the pipe, -1 for none. */
int report_descriptor(void);

#endif
