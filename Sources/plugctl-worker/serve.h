/* One process that forks itself for each plugin: starting a program costs several times as much. */
#ifndef SERVE_H
#define SERVE_H

#include <stdbool.h>

/* What a request brought; the descriptors belong to the child. */
struct request {
  int argc;
  char **argv;
  int report_fd;
  int page_fd;
};

/* Answers requests on a socket until its other end is closed.
 *
 * A request is one message (man 7 unix, SOCK_SEQPACKET): the words of a `load` command, each with a
 * zero after it, with three descriptors: report, page, and output. The answer is the child's number,
 * or minus an errno. After the parent ended the child's session it sends an empty word, and gets the
 * child's status as wait(2) has it. Until then the number means that child and no other.
 *
 * Returns true in each child, with the request filled in, and false at the end. Nothing of a plugin
 * is ever in the process that forks. */
bool serve(int control, struct request *request);

#endif
