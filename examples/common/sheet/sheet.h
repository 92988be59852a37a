/* Comma-separated values (RFC 4180) as cells. */
#ifndef SHEET_H
#define SHEET_H

#include "kit.h"

/* A cell is a piece of `bytes`; empty and unquoted it is null. */
struct cell {
  size_t start;
  size_t length;
  bool is_quoted;
};

struct sheet {
  struct text bytes; /* what all cells hold, without quotes */
  struct cell *cells; /* row by row */
  size_t cell_count;
  size_t cell_capacity;
  size_t columns;
  size_t rows;
};

/* PLUG_OK, or a reason with the number of the line. */
plug_status sheet_read(struct sheet *sheet, plug_text text, char delimiter, const plug_sink *error);
void sheet_free(struct sheet *sheet);
plug_text sheet_cell(const struct sheet *sheet, size_t row, size_t column, bool *is_null);

#endif
