/* Comma-separated values (RFC 4180) to and from Arrow. */
#ifndef CSV_H
#define CSV_H

#include "sheet.h"

struct options {
  char delimiter;
  bool has_header;
  int64_t batch_rows;
};

/* Makes a stream that takes the sheet over, also where it fails. */
plug_status stream_of(struct sheet *sheet, const struct options *options, struct ArrowArrayStream *out,
                      const plug_sink *error);

/* Writes all of a stream; the caller releases it. */
plug_status write_stream(struct ArrowArrayStream *in, const struct options *options, const plug_host *host,
                         const plug_sink *out, const plug_sink *error);

#endif
