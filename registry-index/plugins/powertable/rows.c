#include "table.h"
#include "web.h"

#include <stdio.h>
#include <string.h>

/* ---- values ---- */

/* A value of JSON as a parameter, where it is of the column's type. SQLite turns numbers into reals, since strtod(3) asks
 * the host's locale. */
static bool bind(sqlite3_stmt *statement, int number, const struct column *column, const struct json *value,
                 struct outcome *outcome) {
  int64_t integer;
  if (value->kind == JSON_NULL) {
    return !column->is_required || ends(outcome, 400, "`%s` is required", column->name);
  }
  if (column->type == INTEGER && json_integer(value, &integer)) {
    return sqlite3_bind_int64(statement, number, integer) == SQLITE_OK;
  }
  if (column->type == BOOLEAN && value->kind == JSON_BOOL) {
    return sqlite3_bind_int(statement, number, value->is_true) == SQLITE_OK;
  }
  if (column->type == REAL && value->kind == JSON_NUMBER) {
    return sqlite3_bind_text(statement, number, value->text, -1, SQLITE_TRANSIENT) == SQLITE_OK;
  }
  if (column->type == TEXT && value->kind == JSON_TEXT) {
    if (strlen(value->text) > TEXT_MAX_BYTES) {
      return ends(outcome, 400, "`%s` has more than %d bytes", column->name, TEXT_MAX_BYTES);
    }
    return sqlite3_bind_text(statement, number, value->text, -1, SQLITE_TRANSIENT) == SQLITE_OK;
  }
  return ends(outcome, 400, "the value of `%s` is of another type", column->name);
}

/* Each member names a column. */
static bool are_columns(const struct table *table, const struct json *values, struct outcome *outcome) {
  if (values == NULL || values->kind != JSON_OBJECT) return ends(outcome, 400, "a row is an object");
  for (const struct json *value = values->first; value != NULL; value = value->next) {
    if (column_named(table, value->name) == NULL) return ends(outcome, 400, "there is no column `%.60s`", value->name);
  }
  return true;
}

static void write_value(sqlite3_stmt *statement, int index, enum column_type type, struct text *body) {
  const char *text = (const char *)sqlite3_column_text(statement, index);
  if (text == NULL) text_say(body, "null");
  else if (type == BOOLEAN) text_say(body, "%s", sqlite3_column_int(statement, index) != 0 ? "true" : "false");
  else if (type == TEXT) json_write_text(text, (size_t)sqlite3_column_bytes(statement, index), body);
  else text_say(body, "%s", text);
}

/* The row at which a statement stands: `id` and all columns. */
static void write_row(sqlite3_stmt *statement, const struct table *table, struct text *body) {
  text_say(body, "{\"id\": %lld", (long long)sqlite3_column_int64(statement, 0));
  for (int i = 0; i < table->count; i++) {
    text_say(body, ", \"%s\": ", table->columns[i].name);
    write_value(statement, i + 1, table->columns[i].type, body);
  }
  text_say(body, "}");
}

static void write_select(const struct table *table, struct text *sql) {
  text_say(sql, "SELECT id");
  for (int i = 0; i < table->count; i++) text_say(sql, ", c_%s", table->columns[i].name);
  text_say(sql, " FROM t_%s", table->name);
}

/* A statement of a text, which is freed. */
static sqlite3_stmt *prepared_of(struct state *state, struct text *sql, struct outcome *outcome) {
  sqlite3_stmt *statement = NULL;
  if (sql->has_failed) ends(outcome, 500, "out of memory");
  else statement = prepared(state, outcome, sql->bytes, NULL);
  text_free(sql);
  return statement;
}

/* ---- one row ---- */

bool row_get(struct state *state, const struct table *table, int64_t id, struct text *body, struct outcome *outcome) {
  struct text sql = {0};
  write_select(table, &sql);
  text_say(&sql, " WHERE id = ?");
  sqlite3_stmt *statement = prepared_of(state, &sql, outcome);
  if (statement == NULL) return false;
  sqlite3_bind_int64(statement, 1, id);
  bool is_there = next_row(state, statement, outcome);
  if (is_there) write_row(statement, table, body);
  sqlite3_finalize(statement);
  text_say(body, "\n");
  if (outcome->status == 500) return false;
  return is_there || ends(outcome, 404, "there is no such row");
}

static bool insert(struct state *state, const struct table *table, const struct json *values, struct outcome *outcome) {
  struct text sql = {0};
  text_say(&sql, "INSERT INTO t_%s (id", table->name);
  for (int i = 0; i < table->count; i++) text_say(&sql, ", c_%s", table->columns[i].name);
  text_say(&sql, ") VALUES (NULL");
  for (int i = 0; i < table->count; i++) text_say(&sql, ", ?");
  text_say(&sql, ")");
  sqlite3_stmt *statement = prepared_of(state, &sql, outcome);
  bool is_good = statement != NULL;
  for (int i = 0; i < table->count && is_good; i++) {
    static const struct json none = {.kind = JSON_NULL};
    const struct json *value = json_member(values, table->columns[i].name);
    is_good = bind(statement, i + 1, &table->columns[i], value == NULL ? &none : value, outcome);
  }
  if (is_good) return done(state, statement, outcome);
  sqlite3_finalize(statement);
  return false;
}

/* Counts rows up or down; false with 507 where there is no room. */
static bool count_row(struct state *state, const struct table *table, int change, struct outcome *outcome) {
  sqlite3_stmt *statement =
      prepared(state, outcome,
               "UPDATE powertable_tables SET row_count = row_count + ?2 WHERE name = ?1 AND row_count + ?2 <= ?3",
               table->name, NULL);
  if (statement == NULL) return false;
  sqlite3_bind_int(statement, 2, change);
  sqlite3_bind_int64(statement, 3, state->rows_max);
  if (!done(state, statement, outcome)) return false;
  return sqlite3_changes(state->database) == 1 ||
         ends(outcome, 507, "the table has %lld rows, and no more may be", (long long)state->rows_max);
}

static bool end(struct state *state, bool is_good, struct outcome *outcome) {
  is_good = is_good && done(state, prepared(state, outcome, "COMMIT", NULL), outcome);
  if (!is_good) sqlite3_exec(state->database, "ROLLBACK", NULL, NULL, NULL);
  return is_good;
}

bool row_add(struct state *state, const struct table *table, const struct json *values, struct text *body,
             struct outcome *outcome) {
  if (!are_columns(table, values, outcome) || !done(state, prepared(state, outcome, "BEGIN IMMEDIATE", NULL), outcome)) {
    return false;
  }
  bool is_good = insert(state, table, values, outcome);
  int64_t id = sqlite3_last_insert_rowid(state->database);
  if (!end(state, is_good && count_row(state, table, 1, outcome), outcome)) return false;
  outcome->status = 201;
  return row_get(state, table, id, body, outcome);
}

bool row_change(struct state *state, const struct table *table, int64_t id, const struct json *values,
                struct text *body, struct outcome *outcome) {
  struct text sql = {0};
  int number = 1;
  if (!are_columns(table, values, outcome)) return false;
  text_say(&sql, "UPDATE t_%s SET id = id", table->name);
  for (const struct json *value = values->first; value != NULL; value = value->next) {
    text_say(&sql, ", c_%s = ?", value->name);
  }
  text_say(&sql, " WHERE id = ?");
  sqlite3_stmt *statement = prepared_of(state, &sql, outcome);
  bool is_good = statement != NULL;
  for (const struct json *value = values->first; value != NULL && is_good; value = value->next) {
    is_good = bind(statement, number++, column_named(table, value->name), value, outcome);
  }
  if (!is_good) {
    sqlite3_finalize(statement);
    return false;
  }
  sqlite3_bind_int64(statement, number, id);
  return done(state, statement, outcome) && row_get(state, table, id, body, outcome);
}

bool row_remove(struct state *state, const struct table *table, int64_t id, struct outcome *outcome) {
  char sql[80];
  snprintf(sql, sizeof sql, "DELETE FROM t_%s WHERE id = ?", table->name);
  if (!done(state, prepared(state, outcome, "BEGIN IMMEDIATE", NULL), outcome)) return false;
  sqlite3_stmt *statement = prepared(state, outcome, sql, NULL);
  if (statement != NULL) sqlite3_bind_int64(statement, 1, id);
  bool is_good = done(state, statement, outcome);
  bool is_there = is_good && sqlite3_changes(state->database) == 1;
  if (is_good && !is_there) is_good = ends(outcome, 404, "there is no such row");
  if (!end(state, is_good && count_row(state, table, -1, outcome), outcome)) return false;
  outcome->status = 204;
  return true;
}

/* ---- many rows ---- */

struct listing {
  struct text where; /* conditions, each with a parameter */
  struct text values[COLUMNS_MAX];
  const struct column *columns[COLUMNS_MAX];
  int count;
  int64_t limit;
  int64_t offset;
  const char *sorted_by; /* null: by id */
  bool is_descending;
};

/* 0 to 15 digits; -1 for anything else. */
static int64_t number_of(const struct text *text) {
  int64_t number = path_number((plug_text){text->bytes, text->length});
  return number == 0 && strcmp(text->bytes, "0") != 0 ? -1 : number;
}

static bool sort(struct listing *listing, const struct table *table, const char *by, struct outcome *outcome) {
  listing->is_descending = by[0] == '-';
  if (listing->is_descending) by++;
  const struct column *column = column_named(table, by);
  listing->sorted_by = column == NULL ? NULL : column->name;
  return column != NULL || strcmp(by, "id") == 0 || ends(outcome, 400, "`sort` names no column");
}

static bool add_condition(struct listing *listing, const struct table *table, const char *name, struct text *value,
                          struct outcome *outcome) {
  const struct column *column = column_named(table, name);
  if (column == NULL) return ends(outcome, 400, "there is no column `%.60s`", name);
  if (listing->count == COLUMNS_MAX || !text_is_utf8((plug_text){value->bytes, value->length})) {
    return ends(outcome, 400, "too many conditions, or one that is no text");
  }
  text_say(&listing->where, "%s c_%s = %s", listing->count == 0 ? " WHERE" : " AND", column->name,
           column->type == REAL   ? "CAST(? AS REAL)"
           : column->type == TEXT ? "?"
                                  : "CAST(? AS INTEGER)");
  bool is_truth = column->type == BOOLEAN && (strcmp(value->bytes, "true") == 0 || strcmp(value->bytes, "false") == 0);
  if (column->type == BOOLEAN && !is_truth) return ends(outcome, 400, "`%s` is true or false", name);
  listing->columns[listing->count] = column;
  listing->values[listing->count++] = *value;
  *value = (struct text){0};
  return true;
}

static bool read_query(struct listing *listing, const struct table *table, plug_text query, struct outcome *outcome) {
  struct text name = {0}, value = {0};
  bool is_good = true;
  while (is_good && query_next(&query, &name, &value)) {
    if (name.has_failed || value.has_failed) is_good = ends(outcome, 500, "out of memory");
    else if (strcmp(name.bytes, "limit") == 0) listing->limit = number_of(&value);
    else if (strcmp(name.bytes, "offset") == 0) listing->offset = number_of(&value);
    else if (strcmp(name.bytes, "sort") == 0) is_good = sort(listing, table, value.bytes, outcome);
    else is_good = add_condition(listing, table, name.bytes, &value, outcome);
  }
  text_free(&name);
  text_free(&value);
  if (!is_good) return false;
  if (listing->limit < 1 || listing->limit > PAGE_MAX) {
    return ends(outcome, 400, "`limit` is no number from 1 to %d", PAGE_MAX);
  }
  return listing->offset >= 0 || ends(outcome, 400, "`offset` is no number");
}

static void bind_conditions(sqlite3_stmt *statement, const struct listing *listing) {
  for (int i = 0; i < listing->count; i++) {
    const struct text *value = &listing->values[i];
    if (listing->columns[i]->type == BOOLEAN) sqlite3_bind_int(statement, i + 1, strcmp(value->bytes, "true") == 0);
    else sqlite3_bind_text(statement, i + 1, value->bytes, (int)value->length, SQLITE_STATIC);
  }
}

static bool write_total(struct state *state, const struct table *table, const struct listing *listing,
                        struct text *body, struct outcome *outcome) {
  struct text sql = {0};
  text_say(&sql, "SELECT count(*) FROM t_%s", table->name);
  text_add(&sql, listing->where.bytes, listing->where.length);
  sqlite3_stmt *statement = prepared_of(state, &sql, outcome);
  if (statement == NULL) return false;
  bind_conditions(statement, listing);
  int64_t total = next_row(state, statement, outcome) ? sqlite3_column_int64(statement, 0) : 0;
  text_say(body, "{\"total\": %lld, \"rows\": [", (long long)total);
  sqlite3_finalize(statement);
  return outcome->status != 500;
}

static bool write_rows(struct state *state, const struct table *table, const struct listing *listing, struct text *body,
                       struct outcome *outcome) {
  struct text sql = {0};
  const char *comma = "";
  write_select(table, &sql);
  text_add(&sql, listing->where.bytes, listing->where.length);
  text_say(&sql, " ORDER BY ");
  if (listing->sorted_by != NULL) text_say(&sql, "c_%s%s, ", listing->sorted_by, listing->is_descending ? " DESC" : "");
  text_say(&sql, "id%s LIMIT %lld OFFSET %lld", listing->is_descending ? " DESC" : "", (long long)listing->limit,
           (long long)listing->offset);
  sqlite3_stmt *statement = prepared_of(state, &sql, outcome);
  if (statement == NULL) return false;
  bind_conditions(statement, listing);
  for (; next_row(state, statement, outcome); comma = ", ") {
    text_say(body, "%s", comma);
    write_row(statement, table, body);
  }
  sqlite3_finalize(statement);
  text_say(body, "]}\n");
  return outcome->status != 500;
}

bool rows_list(struct state *state, const struct table *table, plug_text query, struct text *body,
               struct outcome *outcome) {
  struct listing listing = {.limit = 100};
  bool is_good = read_query(&listing, table, query, outcome) && write_total(state, table, &listing, body, outcome) &&
                 write_rows(state, table, &listing, body, outcome);
  for (int i = 0; i < listing.count; i++) text_free(&listing.values[i]);
  text_free(&listing.where);
  return is_good;
}
