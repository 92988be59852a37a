/* What an Arrow stream brought, as far as checks compare it. */
#ifndef TABLE_H
#define TABLE_H

#include "plug.h"

#include <stdbool.h>
#include <stdint.h>

#define COLUMNS_COMPARED 64

struct table {
  long rows;
  long columns;
  uint64_t values[COLUMNS_COMPARED]; /* of each column a hash of its values, where their type is plain */
  char *schema;    /* names and formats of the columns */
};

/* Reads input to the end of its stream, in pieces of `step` bytes where that is not 0; true where all of it was good. Then
 * the schema is to be freed. */
bool read_table(const plug_format_v1 *format, plug_instance *instance, const char *input, size_t length, size_t step,
                struct table *table);

#endif
