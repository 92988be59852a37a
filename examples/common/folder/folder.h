/* Places below the host's data folder, the only one to which a plugin may write. */
#ifndef FOLDER_H
#define FOLDER_H

#include "kit.h"

#include <limits.h>

/* The path of a location, free of `..` and of links but in its last part, which the caller opens without following one. The
 * folders on the way are made. PLUG_INVALID_ARGUMENT, PLUG_IO, or PLUG_UNSUPPORTED without a data folder. */
plug_status folder_place(const plug_host *host, plug_text location, char path[PATH_MAX], const plug_sink *error);

#endif
