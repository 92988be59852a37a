#ifndef IMDB_H
#define IMDB_H

#include "workload.h"

struct state {
  struct workload_state shared;
  char *data_file; /* null: movies are made up */
};

/* Fills the tables. PLUG_INVALID_ARGUMENT, with the number of the row, for a file that is not what README.md says. */
plug_status imdb_load(const struct state *state, struct db *db, const plug_sink *error);

#endif
