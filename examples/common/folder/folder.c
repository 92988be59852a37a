#include "folder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* A path of plain parts: nothing leads out of the data folder. */
static bool is_inside(plug_text location) {
  struct text path = {0};
  bool is_good = location.length > 0 && location.length < 1024 && memchr(location.bytes, 0, location.length) == NULL;
  if (!is_good) return false;
  text_add(&path, "/", 1);
  text_add(&path, location.bytes, location.length);
  text_add(&path, "/", 1);
  is_good = !path.has_failed && strstr(path.bytes, "/../") == NULL && strstr(path.bytes, "//") == NULL &&
            strstr(path.bytes, "/./") == NULL;
  text_free(&path);
  return is_good;
}

/* The folders on the way to the last part; false where one is a link or can't be made. */
static bool make_folders(char *path, size_t after) {
  for (char *slash = strchr(path + after + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
    struct stat status;
    *slash = 0;
    mkdir(path, 0700); /* whether it is there shows at once */
    bool is_folder = lstat(path, &status) == 0 && S_ISDIR(status.st_mode);
    *slash = '/';
    if (!is_folder) return false;
  }
  return true;
}

plug_status folder_place(const plug_host *host, plug_text location, char path[PATH_MAX], const plug_sink *error) {
  char folder[PATH_MAX];
  if (!PLUG_HAS(host, data_folder) || host->data_folder.length == 0) {
    return refuse(error, PLUG_UNSUPPORTED, "the host has no data folder");
  }
  if (!is_inside(location)) {
    return refuse(error, PLUG_INVALID_ARGUMENT, "the location is no path below the data folder");
  }
  snprintf(folder, sizeof folder, "%.*s", (int)host->data_folder.length, host->data_folder.bytes);
  char *real = realpath(folder, NULL);
  if (real == NULL) return refuse(error, PLUG_IO, "the data folder is not there");
  int length = snprintf(path, PATH_MAX, "%s/%.*s", real, (int)location.length, location.bytes);
  size_t base = strlen(real);
  free(real);
  if (length < 0 || length >= PATH_MAX) return refuse(error, PLUG_INVALID_ARGUMENT, "the location is too long");
  return make_folders(path, base) ? PLUG_OK : refuse(error, PLUG_IO, "what leads to the location are no folders");
}
