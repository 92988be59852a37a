// libarchive, opened on first use: a command that neither packs nor unpacks never loads it.
#pragma once
#include <dlfcn.h>
#include <stddef.h>
#include <stdint.h>

struct archive;
struct archive_entry;

// The functions that plugctl uses, by libarchive's own names (see archive.h and archive_entry.h).
#define PLG_ARCHIVE_FUNCTIONS(X)                                                             \
  X(const char *, version_string, (void), "archive_version_string")                          \
  X(const char *, error_string, (struct archive *), "archive_error_string")                  \
  X(int, filter_count, (struct archive *), "archive_filter_count")                           \
  X(struct archive *, read_new, (void), "archive_read_new")                                  \
  X(int, read_filter_gzip, (struct archive *), "archive_read_support_filter_gzip")           \
  X(int, read_filter_xz, (struct archive *), "archive_read_support_filter_xz")               \
  X(int, read_filter_zstd, (struct archive *), "archive_read_support_filter_zstd")           \
  X(int, read_format_tar, (struct archive *), "archive_read_support_format_tar")             \
  X(int, read_open_fd, (struct archive *, int, size_t), "archive_read_open_fd")              \
  X(int, read_next_header, (struct archive *, struct archive_entry **), "archive_read_next_header") \
  X(int, read_data_block, (struct archive *, const void **, size_t *, int64_t *), "archive_read_data_block") \
  X(int, read_free, (struct archive *), "archive_read_free")                                 \
  X(const char *, entry_pathname, (struct archive_entry *), "archive_entry_pathname")        \
  X(const char *, entry_symlink, (struct archive_entry *), "archive_entry_symlink")          \
  X(const char *, entry_hardlink, (struct archive_entry *), "archive_entry_hardlink")        \
  X(unsigned int, entry_filetype, (struct archive_entry *), "archive_entry_filetype")        \
  X(unsigned int, entry_perm, (struct archive_entry *), "archive_entry_perm")                \
  X(int64_t, entry_size, (struct archive_entry *), "archive_entry_size")                     \
  X(int, entry_sparse_count, (struct archive_entry *), "archive_entry_sparse_count")         \
  X(int, entry_xattr_count, (struct archive_entry *), "archive_entry_xattr_count")           \
  X(int, entry_acl_types, (struct archive_entry *), "archive_entry_acl_types")               \
  X(struct archive *, write_new, (void), "archive_write_new")                                \
  X(int, write_format_pax, (struct archive *), "archive_write_set_format_pax_restricted")    \
  X(int, write_format_raw, (struct archive *), "archive_write_set_format_raw")               \
  X(int, write_filter_zstd, (struct archive *), "archive_write_add_filter_zstd")             \
  X(int, write_filter_gzip, (struct archive *), "archive_write_add_filter_gzip")             \
  X(int, write_filter_option, (struct archive *, const char *, const char *, const char *), "archive_write_set_filter_option") \
  X(int, write_open_fd, (struct archive *, int), "archive_write_open_fd")                    \
  X(int, write_open_memory, (struct archive *, void *, size_t, size_t *), "archive_write_open_memory") \
  X(int, write_header, (struct archive *, struct archive_entry *), "archive_write_header")   \
  X(ptrdiff_t, write_data, (struct archive *, const void *, size_t), "archive_write_data")   \
  X(int, write_close, (struct archive *), "archive_write_close")                             \
  X(int, write_free, (struct archive *), "archive_write_free")                               \
  X(struct archive_entry *, entry_new, (void), "archive_entry_new")                          \
  X(struct archive_entry *, entry_clear, (struct archive_entry *), "archive_entry_clear")    \
  X(void, entry_free, (struct archive_entry *), "archive_entry_free")                        \
  X(void, entry_set_pathname, (struct archive_entry *, const char *), "archive_entry_set_pathname") \
  X(void, entry_set_size, (struct archive_entry *, int64_t), "archive_entry_set_size")       \
  X(void, entry_set_filetype, (struct archive_entry *, unsigned int), "archive_entry_set_filetype") \
  X(void, entry_set_perm, (struct archive_entry *, unsigned int), "archive_entry_set_perm")  \
  X(void, entry_set_mtime, (struct archive_entry *, long, long), "archive_entry_set_mtime")  \
  X(void, entry_set_symlink, (struct archive_entry *, const char *), "archive_entry_set_symlink")

typedef struct {
#define X(result, field, arguments, symbol) result(*field) arguments;
  PLG_ARCHIVE_FUNCTIONS(X)
#undef X
} plg_archive_functions;

// 0 when every function was found.
static inline int plg_archive_load(plg_archive_functions *functions) {
  void *library = dlopen("libarchive.so.13", RTLD_NOW | RTLD_LOCAL);
  if (!library) return -1;
#define X(result, field, arguments, symbol)                        \
  functions->field = (result(*) arguments)dlsym(library, symbol);  \
  if (!functions->field) return -1;
  PLG_ARCHIVE_FUNCTIONS(X)
#undef X
  return 0;
}
