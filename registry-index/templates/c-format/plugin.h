/* What the files of {{name}} share. */
#ifndef PLUGIN_H
#define PLUGIN_H

#include "plug.h"

#include <stdbool.h>

/* More than these in one batch would not fit the offsets of Arrow's texts, which have 31 bits. */
#define BATCH_ROWS_MAX 1000
#define LINE_MAX_BYTES ((size_t)1 << 20)

/* Writes to a sink, which may be null. */
plug_status say(const plug_sink *sink, const char *bytes, size_t length);

/* Writes a reason to `error`; gives the status back. */
plug_status refuse(const plug_sink *error, plug_status status, const char *reason);

/* Arrow's texts are UTF-8, and who takes them relies upon that. */
bool is_utf8(plug_text text);

/* Makes a stream of the source's lines. They are read when batches are asked for. */
plug_status read_lines(const plug_source *source, size_t batch_rows, struct ArrowArrayStream *out,
                       const plug_sink *error);

/* Writes all of a stream as lines; the caller releases it. */
plug_status write_lines(struct ArrowArrayStream *in, const plug_host *host, const plug_sink *out,
                        const plug_sink *error);

#endif
