/* Movies from a CSV file, or made up. The file is somebody else's: sizes are bounded, and each value is looked at. */
#include "imdb.h"
#include "sheet.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define FILE_MAX ((size_t)64 << 20)
#define MOVIES_MAX 1000000
#define MADE_UP 1000
#define WORD_MAX 300
#define ACTORS_MAX 50

struct load {
  const struct state *state;
  struct db *db;
  int64_t movies;
  int64_t actors;
};

static plug_status add_actor(struct load *load, const char *name, const plug_sink *error) {
  char movie[24], id[24];
  int64_t is_new = 0;
  snprintf(movie, sizeof movie, "%lld", (long long)load->movies);
  snprintf(id, sizeof id, "%lld", (long long)load->actors + 1);
  const char *const actor[] = {id, name}, *const role[] = {movie, name};
  plug_status status =
      db_number(load->db, "INSERT INTO imdb_actors (id, name) VALUES (?, ?) ON CONFLICT (name) DO NOTHING RETURNING id",
                actor, 2, &is_new, error);
  if (status != PLUG_OK) return status;
  if (is_new != 0) load->actors++;
  return db_run(load->db,
                "INSERT INTO imdb_roles (movie, actor) SELECT CAST(? AS INTEGER), id FROM imdb_actors WHERE name = ? "
                "ON CONFLICT DO NOTHING",
                role, 2, error);
}

/* Names between `,` or `;`, without the spaces around them; the text is cut up. */
static plug_status add_actors(struct load *load, char *names, const plug_sink *error) {
  if (names == NULL) return PLUG_OK;
  plug_status status = PLUG_OK;
  char *rest = NULL;
  int count = 0;
  for (char *name = strtok_r(names, ",;", &rest); name != NULL && status == PLUG_OK;
       name = strtok_r(NULL, ",;", &rest)) {
    while (isspace((unsigned char)*name)) name++;
    size_t length = strlen(name);
    while (length > 0 && isspace((unsigned char)name[length - 1])) name[--length] = 0;
    if (length == 0) continue;
    if (length > WORD_MAX || ++count > ACTORS_MAX) {
      return refuse(error, PLUG_INVALID_ARGUMENT, "movie %lld has too many actors, or one with too long a name",
                    (long long)load->movies);
    }
    status = add_actor(load, name, error);
  }
  return status;
}

static plug_status add_movie(struct load *load, const char *title, const char *year, const char *genre, char *actors,
                             const plug_sink *error) {
  char id[24];
  const char *const values[] = {id, title, year, genre};
  if (load->movies == MOVIES_MAX) {
    return refuse(error, PLUG_INVALID_ARGUMENT, "there are more than %d movies", MOVIES_MAX);
  }
  if (workload_is_cancelled(&load->state->shared)) return refuse(error, PLUG_CANCELLED, "cancelled");
  snprintf(id, sizeof id, "%lld", (long long)++load->movies);
  plug_status status =
      db_run(load->db, "INSERT INTO imdb_movies (id, title, year, genre) VALUES (?, ?, ?, ?)", values, 4, error);
  return status == PLUG_OK ? add_actors(load, actors, error) : status;
}

static plug_status make_up(struct load *load, const plug_sink *error) {
  static const char *const genres[] = {"Drama", "Comedy", "Documentary", "Animation"};
  plug_status status = PLUG_OK;
  for (int i = 1; i <= MADE_UP && status == PLUG_OK; i++) {
    char title[40], year[16], actors[80];
    snprintf(title, sizeof title, "Movie %06d", i);
    snprintf(year, sizeof year, "%d", 1900 + i % 120);
    snprintf(actors, sizeof actors, "Actor %03d;Actor %03d;Actor %03d", i % 200, i * 7 % 200, i * 31 % 200);
    status = add_movie(load, title, year, genres[i % 4], actors, error);
  }
  return status;
}

/* ---- the file ---- */

enum { TITLE, YEAR, GENRE, ACTORS, FIELDS };

/* A cell as text of its own; null where it is empty, too long or not there. */
static char *cell_of(const struct sheet *sheet, size_t row, int column, size_t most) {
  bool is_null = true;
  if (column < 0) return NULL;
  plug_text text = sheet_cell(sheet, row, (size_t)column, &is_null);
  return is_null || text.length == 0 || text.length > most ? NULL : strndup(text.bytes, text.length);
}

/* The column of a name in the first row; -1 where there is none. */
static int column_named(const struct sheet *sheet, const char *name) {
  for (size_t i = 0; i < sheet->columns; i++) {
    bool is_null;
    plug_text text = sheet_cell(sheet, 0, i, &is_null);
    if (text.length == strlen(name) && strncasecmp(text.bytes, name, text.length) == 0) return (int)i;
  }
  return -1;
}

static bool is_year(const char *text) {
  return text == NULL || (strlen(text) == 4 && strspn(text, "0123456789") == 4 && atoi(text) >= 1870);
}

static plug_status add_row(struct load *load, const struct sheet *sheet, size_t row, const int columns[FIELDS],
                           const plug_sink *error) {
  char *title = cell_of(sheet, row, columns[TITLE], WORD_MAX), *year = cell_of(sheet, row, columns[YEAR], 20);
  char *genre = cell_of(sheet, row, columns[GENRE], WORD_MAX);
  char *actors = cell_of(sheet, row, columns[ACTORS], (WORD_MAX + 1) * ACTORS_MAX);
  plug_status status;
  if (title == NULL) {
    status = refuse(error, PLUG_INVALID_ARGUMENT, "row %zu has no title of 1 to %d bytes", row + 1, WORD_MAX);
  } else if (!is_year(year)) {
    status = refuse(error, PLUG_INVALID_ARGUMENT, "row %zu has no year from 1870 to 9999", row + 1);
  } else {
    status = add_movie(load, title, year, genre, actors, error);
  }
  free(title), free(year), free(genre), free(actors);
  return status;
}

static plug_status read_file(const char *path, struct text *all, const plug_sink *error) {
  FILE *file = fopen(path, "re");
  char piece[65536];
  size_t length;
  if (file == NULL) return refuse(error, PLUG_IO, "can't open `%.200s`: %s", path, strerror(errno));
  text_add(all, "", 0);
  while ((length = fread(piece, 1, sizeof piece, file)) > 0 && all->length <= FILE_MAX) text_add(all, piece, length);
  bool is_broken = ferror(file) != 0;
  fclose(file);
  if (is_broken) return refuse(error, PLUG_IO, "can't read `%.200s`", path);
  if (all->length > FILE_MAX) return refuse(error, PLUG_INVALID_ARGUMENT, "`%.200s` has more than 64 MiB", path);
  return all->has_failed ? refuse(error, PLUG_NO_MEMORY, "out of memory") : PLUG_OK;
}

static plug_status add_file(struct load *load, const plug_sink *error) {
  struct text all = {0};
  struct sheet sheet = {.cells = NULL};
  plug_status status = read_file(load->state->data_file, &all, error);
  if (status == PLUG_OK) status = sheet_read(&sheet, (plug_text){all.bytes, all.length}, ',', error);
  text_free(&all);
  if (status == PLUG_OK) {
    int columns[FIELDS] = {column_named(&sheet, "title"), column_named(&sheet, "year"), column_named(&sheet, "genre"),
                           column_named(&sheet, "actors")};
    if (columns[TITLE] < 0 || columns[ACTORS] < 0) {
      status = refuse(error, PLUG_INVALID_ARGUMENT, "the first row names no column `title`, or none `actors`");
    }
    for (size_t row = 1; row < sheet.rows && status == PLUG_OK; row++) {
      status = add_row(load, &sheet, row, columns, error);
    }
    if (status == PLUG_OK && load->actors == 0) {
      status = refuse(error, PLUG_INVALID_ARGUMENT, "there is no movie with an actor");
    }
  }
  sheet_free(&sheet);
  return status;
}

plug_status imdb_load(const struct state *state, struct db *db, const plug_sink *error) {
  struct load load = {state, db, 0, 0};
  return state->data_file == NULL ? make_up(&load, error) : add_file(&load, error);
}
