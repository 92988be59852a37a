#include "serve.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define WORDS_MAX 8192
#define FILES 3
/* Above what plugins count on. */
#define FIRST_DESCRIPTOR 200

static char text[256 * 1024];
static char *words[WORDS_MAX + 1];

/* One message with its descriptors; the bytes, 0 at the end, -1 where it is none of ours. */
static ssize_t receive(int control, int files[FILES], size_t *file_count) {
  union {
    struct cmsghdr header;
    char bytes[CMSG_SPACE(FILES * sizeof(int))];
  } ancillary;
  struct iovec part = {.iov_base = text, .iov_len = sizeof text};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = &ancillary,
                           .msg_controllen = sizeof ancillary};
  ssize_t size;
  do size = recvmsg(control, &message, MSG_CMSG_CLOEXEC);
  while (size < 0 && errno == EINTR);
  if (size <= 0) return size;
  if ((message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0 || text[size - 1] != 0) return -1;
  struct cmsghdr *header = CMSG_FIRSTHDR(&message);
  *file_count = 0;
  if (header != NULL && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS) {
    *file_count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    memcpy(files, CMSG_DATA(header), *file_count * sizeof(int));
  }
  return size;
}

static bool answer(int control, int32_t number) {
  return send(control, &number, sizeof number, MSG_NOSIGNAL) == sizeof number;
}

static int32_t reap(pid_t child) {
  int status = 0;
  while (waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) return -errno;
  }
  return status;
}

static int split(ssize_t size) {
  int count = 0;
  for (char *next = text; next < text + size && count < WORDS_MAX; next += strlen(next) + 1) {
    words[count++] = next;
  }
  words[count] = NULL;
  return count;
}

static void become_child(int control, const int files[FILES], ssize_t size, struct request *request) {
  setsid();
  close(control);
  dup2(files[2], STDOUT_FILENO);
  dup2(files[2], STDERR_FILENO);
  *request = (struct request){.argc = split(size), .argv = words,
                              .report_fd = fcntl(files[0], F_DUPFD_CLOEXEC, FIRST_DESCRIPTOR),
                              .page_fd = fcntl(files[1], F_DUPFD_CLOEXEC, FIRST_DESCRIPTOR)};
}

bool serve(int control, struct request *request) {
  for (;;) {
    int files[FILES];
    size_t count;
    ssize_t size = receive(control, files, &count);
    if (size <= 0 || count != FILES) return false;
    pid_t child = fork();
    if (child == 0) {
      become_child(control, files, size, request);
      return true;
    }
    int code = errno;
    for (int i = 0; i < FILES; i++) close(files[i]);
    if (!answer(control, child < 0 ? -code : child)) return false;
    if (child < 0) continue;
    /* The parent that is gone reaps nothing: the child dies with this process. */
    if (receive(control, files, &count) <= 0) return false;
    if (!answer(control, reap(child))) return false;
  }
}
