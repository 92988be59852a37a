/* Text to cells. */
#include "sheet.h"

#include <stdlib.h>
#include <string.h>

struct reader {
  const char *next;
  const char *end;
  char delimiter;
  size_t line;
  const char *fault;
};

void sheet_free(struct sheet *sheet) {
  text_free(&sheet->bytes);
  free(sheet->cells);
  *sheet = (struct sheet){.cells = NULL};
}

plug_text sheet_cell(const struct sheet *sheet, size_t row, size_t column, bool *is_null) {
  const struct cell *cell = &sheet->cells[row * sheet->columns + column];
  *is_null = cell->length == 0 && !cell->is_quoted;
  return (plug_text){sheet->bytes.bytes + cell->start, cell->length};
}

static struct cell *new_cell(struct sheet *sheet) {
  if (sheet->cell_count == sheet->cell_capacity) {
    size_t capacity = sheet->cell_capacity == 0 ? 256 : sheet->cell_capacity * 2;
    struct cell *grown = realloc(sheet->cells, capacity * sizeof *grown);
    if (grown == NULL) return NULL;
    sheet->cells = grown;
    sheet->cell_capacity = capacity;
  }
  struct cell *cell = &sheet->cells[sheet->cell_count++];
  *cell = (struct cell){.start = sheet->bytes.length};
  return cell;
}

/* Behind the opening quote, up to and with the closing one. */
static bool read_quoted(struct reader *r, struct text *out) {
  size_t began = r->line;
  for (; r->next < r->end; r->next++) {
    if (*r->next == '"' && (r->end - r->next < 2 || r->next[1] != '"')) {
      r->next++;
      return true;
    }
    if (*r->next == '"') r->next++;
    if (*r->next == '\n') r->line++;
    text_add(out, r->next, 1);
  }
  r->line = began;
  r->fault = "a quote is not closed";
  return false;
}

static bool is_at_end_of_cell(const struct reader *r) {
  return r->next == r->end || *r->next == r->delimiter || *r->next == '\n' || *r->next == '\r';
}

static bool read_cell(struct reader *r, struct sheet *sheet) {
  struct cell *cell = new_cell(sheet);
  if (cell == NULL) {
    r->fault = "out of memory";
    return false;
  }
  cell->is_quoted = r->next < r->end && *r->next == '"';
  if (cell->is_quoted) {
    r->next++;
    if (!read_quoted(r, &sheet->bytes)) return false;
  }
  for (; !is_at_end_of_cell(r); r->next++) {
    if (*r->next == '"' || cell->is_quoted) {
      r->fault = "a quote stands in the middle of a cell";
      return false;
    }
    text_add(&sheet->bytes, r->next, 1);
  }
  cell->length = sheet->bytes.length - cell->start;
  return true;
}

static bool read_row(struct reader *r, struct sheet *sheet) {
  size_t first = sheet->cell_count;
  do {
    if (!read_cell(r, sheet)) return false;
  } while (r->next < r->end && *r->next == r->delimiter && r->next++ != NULL);
  size_t count = sheet->cell_count - first;
  if (sheet->rows++ == 0) sheet->columns = count;
  if (count != sheet->columns) {
    r->fault = "the row has another number of cells than the first";
    return false;
  }
  if (r->next < r->end && *r->next == '\r') r->next++;
  if (r->next < r->end && *r->next != '\n') {
    r->fault = "a carriage return stands alone";
    return false;
  }
  if (r->next < r->end) r->next++;
  r->line++;
  return true;
}

plug_status sheet_read(struct sheet *sheet, plug_text text, char delimiter, const plug_sink *error) {
  struct reader r = {text.bytes, text.bytes + text.length, delimiter, 1, NULL};
  if (text.length == 0) return refuse(error, PLUG_INVALID_ARGUMENT, "it is empty");
  if (!text_is_utf8(text)) return refuse(error, PLUG_INVALID_ARGUMENT, "it is no UTF-8 text");
  text_add(&sheet->bytes, "", 0);
  while (r.next < r.end) {
    if (!read_row(&r, sheet)) return refuse(error, PLUG_INVALID_ARGUMENT, "line %zu: %s", r.line, r.fault);
  }
  return sheet->bytes.has_failed ? refuse(error, PLUG_NO_MEMORY, "out of memory") : PLUG_OK;
}
