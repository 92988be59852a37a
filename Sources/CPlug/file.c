/* What must be true of a file before dlopen sees it: dlopen waits at a FIFO without end, and a library that was cut
 * off ends the process with SIGBUS where dlopen touches what is missing. */
#include "plugin.h"
#include "inside.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#if UINTPTR_MAX > UINT32_MAX
typedef Elf64_Ehdr elf_header;
typedef Elf64_Phdr elf_segment;
#else
typedef Elf32_Ehdr elf_header;
typedef Elf32_Phdr elf_segment;
#endif

/* Whether all of an ELF file's segments lie in it. What is no ELF file is left to dlopen's words. */
static bool is_whole(int file, uint64_t size) {
  elf_header header;
  if (pread(file, &header, sizeof header, 0) != (ssize_t)sizeof header) return true;
  if (memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 || header.e_phentsize != sizeof(elf_segment)) return true;
  for (uint32_t i = 0; i < header.e_phnum; i++) {
    elf_segment segment;
    off_t place = (off_t)(header.e_phoff + i * sizeof segment);
    if (pread(file, &segment, sizeof segment, place) != (ssize_t)sizeof segment) return false;
    if (segment.p_offset > size || segment.p_filesz > size - segment.p_offset) return false;
  }
  return true;
}

bool is_library_file(const char *path, plughost_error *error) {
  struct stat facts;
  int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (file < 0 || fstat(file, &facts) != 0) {
    plughost_say(error, "can't open `%s`: %s", path, strerror(errno));
    if (file >= 0) close(file);
    return false;
  }
  bool is_file = S_ISREG(facts.st_mode);
  bool is_good = is_file && is_whole(file, (uint64_t)facts.st_size);
  close(file);
  if (!is_file) plughost_say(error, "`%s` is no regular file", path);
  else if (!is_good) plughost_say(error, "`%s` was cut off: its segments end behind its end", path);
  return is_good;
}
