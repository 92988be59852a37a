#include "table.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char *const type_names[TYPES] = {"integer", "real", "text", "boolean"};

bool ends(struct outcome *outcome, int32_t status, const char *reason, ...) {
  va_list arguments;
  va_start(arguments, reason);
  outcome->status = status;
  vsnprintf(outcome->reason, sizeof outcome->reason, reason, arguments);
  va_end(arguments);
  return false;
}

bool is_name(const char *text, size_t length) {
  if (length < 1 || length > NAME_MAX_BYTES || text[0] < 'a' || text[0] > 'z') return false;
  for (size_t i = 0; i < length; i++) {
    bool is_good = (text[i] >= 'a' && text[i] <= 'z') || (text[i] >= '0' && text[i] <= '9') || text[i] == '_';
    if (!is_good) return false;
  }
  return length != 2 || memcmp(text, "id", 2) != 0;
}

/* ---- statements ---- */

sqlite3_stmt *prepared(struct state *state, struct outcome *outcome, const char *sql, ...) {
  sqlite3_stmt *statement = NULL;
  va_list arguments;
  if (sqlite3_prepare_v2(state->database, sql, -1, &statement, NULL) != SQLITE_OK) {
    ends(outcome, 500, "SQLite: %s", sqlite3_errmsg(state->database));
    return NULL;
  }
  va_start(arguments, sql);
  int number = 1;
  for (const char *text = va_arg(arguments, const char *); text != NULL; text = va_arg(arguments, const char *)) {
    sqlite3_bind_text(statement, number++, text, -1, SQLITE_TRANSIENT);
  }
  va_end(arguments);
  return statement;
}

bool next_row(struct state *state, sqlite3_stmt *statement, struct outcome *outcome) {
  int code = sqlite3_step(statement);
  if (code != SQLITE_ROW && code != SQLITE_DONE) ends(outcome, 500, "SQLite: %s", sqlite3_errmsg(state->database));
  return code == SQLITE_ROW;
}

bool done(struct state *state, sqlite3_stmt *statement, struct outcome *outcome) {
  if (statement == NULL) return false;
  int code = sqlite3_step(statement);
  while (code == SQLITE_ROW) code = sqlite3_step(statement);
  sqlite3_finalize(statement);
  if (code == SQLITE_DONE) return true;
  bool is_theirs = code == SQLITE_CONSTRAINT || code == SQLITE_TOOBIG;
  return ends(outcome, is_theirs ? 400 : 500, "SQLite: %s", sqlite3_errmsg(state->database));
}

static bool run(struct state *state, const char *sql, struct outcome *outcome) {
  return done(state, prepared(state, outcome, sql, NULL), outcome);
}

bool tables_prepare(struct state *state, struct outcome *outcome) {
  static const char *const statements[] = {
      "PRAGMA temp_store = MEMORY", "PRAGMA foreign_keys = ON", "PRAGMA journal_mode = WAL",
      "CREATE TABLE IF NOT EXISTS powertable_tables (name TEXT PRIMARY KEY, row_count INTEGER NOT NULL DEFAULT 0)",
      "CREATE TABLE IF NOT EXISTS powertable_columns (table_name TEXT NOT NULL REFERENCES powertable_tables ON DELETE "
      "CASCADE, "
      "position INTEGER NOT NULL, name TEXT NOT NULL, type INTEGER NOT NULL, is_required INTEGER NOT NULL, "
      "PRIMARY KEY (table_name, position))"};
  for (size_t i = 0; i < sizeof statements / sizeof *statements; i++) {
    if (!run(state, statements[i], outcome)) return false;
  }
  return true;
}

/* ---- tables ---- */

bool tables_list(struct state *state, struct text *body, struct outcome *outcome) {
  sqlite3_stmt *statement =
      prepared(state, outcome, "SELECT name, row_count FROM powertable_tables ORDER BY name", NULL);
  if (statement == NULL) return false;
  const char *comma = "";
  text_say(body, "{\"tables\": [");
  for (; next_row(state, statement, outcome); comma = ", ") {
    text_say(body, "%s{\"name\": \"%s\", \"rows\": %lld}", comma, (const char *)sqlite3_column_text(statement, 0),
             (long long)sqlite3_column_int64(statement, 1));
  }
  text_say(body, "]}\n");
  sqlite3_finalize(statement);
  return outcome->status != 500;
}

static bool read_column(const struct json *wanted, struct table *table, struct outcome *outcome) {
  static const struct kit_option options[] = {{"name", JSON_TEXT, true, 0, 0},
                                              {"type", JSON_TEXT, true, 0, 0},
                                              {"required", JSON_BOOL, false, 0, 0},
                                              {NULL, JSON_NULL, false, 0, 0}};
  if (kit_check(wanted, options, PLUG_INVALID_ARGUMENT, NULL) != PLUG_OK) {
    return ends(outcome, 400, "a column has `name`, `type` and maybe `required`, and nothing else");
  }
  const char *name = json_text(wanted, "name"), *type = json_text(wanted, "type");
  if (!is_name(name, strlen(name))) {
    return ends(outcome, 400, "the name of a column is not of a-z, 0-9 and _, or too long, or `id`");
  }
  if (column_named(table, name) != NULL) return ends(outcome, 400, "column `%s` stands twice", name);
  struct column *column = &table->columns[table->count++];
  snprintf(column->name, sizeof column->name, "%s", name);
  column->is_required = kit_truth(wanted, "required", false);
  for (column->type = 0; column->type < TYPES && strcmp(type, type_names[column->type]) != 0;) column->type++;
  return column->type < TYPES || ends(outcome, 400, "the type of `%s` is none of integer, real, text, boolean", name);
}

static bool read_table(const struct json *wanted, struct table *table, struct outcome *outcome) {
  static const struct kit_option options[] = {
      {"name", JSON_TEXT, true, 0, 0}, {"columns", JSON_LIST, true, 0, 0}, {NULL, JSON_NULL, false, 0, 0}};
  if (wanted == NULL || kit_check(wanted, options, PLUG_INVALID_ARGUMENT, NULL) != PLUG_OK) {
    return ends(outcome, 400, "a table has `name` and `columns`, and nothing else");
  }
  const char *name = json_text(wanted, "name");
  const struct json *columns = json_member(wanted, "columns");
  if (!is_name(name, strlen(name))) return ends(outcome, 400, "the table's name is not of a-z, 0-9 and _, or too long");
  snprintf(table->name, sizeof table->name, "%s", name);
  if (json_count(columns) < 1 || json_count(columns) > COLUMNS_MAX) {
    return ends(outcome, 400, "a table has 1 to %d columns", COLUMNS_MAX);
  }
  for (const struct json *column = columns->first; column != NULL; column = column->next) {
    if (!read_column(column, table, outcome)) return false;
  }
  return true;
}

/* What SQLite itself holds a value against: no value of another type gets into a column, whoever writes it. */
static void write_columns(const struct table *table, struct text *sql) {
  static const char *const types[TYPES] = {"INTEGER", "REAL", "TEXT", "INTEGER"};
  static const char *const checks[TYPES] = {"typeof(c_%s) IN ('integer', 'null')",
                                            "abs(c_%s) <= 1.7976931348623157e308", "typeof(c_%s) IN ('text', 'null')",
                                            "c_%s IN (0, 1)"};
  text_say(sql, "CREATE TABLE t_%s (id INTEGER PRIMARY KEY AUTOINCREMENT", table->name);
  for (int i = 0; i < table->count; i++) {
    const struct column *column = &table->columns[i];
    char check[100];
    snprintf(check, sizeof check, checks[column->type], column->name);
    text_say(sql, ", c_%s %s%s CHECK (%s)", column->name, types[column->type], column->is_required ? " NOT NULL" : "",
             check);
  }
  text_say(sql, ") STRICT");
}

static bool write_table(struct state *state, const struct table *table, struct outcome *outcome) {
  struct text sql = {0};
  write_columns(table, &sql);
  bool is_good = !sql.has_failed && run(state, sql.bytes, outcome);
  text_free(&sql);
  is_good = is_good &&
            done(state, prepared(state, outcome, "INSERT INTO powertable_tables (name) VALUES (?)", table->name, NULL),
                 outcome);
  for (int i = 0; i < table->count && is_good; i++) {
    const struct column *column = &table->columns[i];
    sqlite3_stmt *statement = prepared(state, outcome, "INSERT INTO powertable_columns VALUES (?, ?3, ?2, ?4, ?5)",
                                       table->name, column->name, NULL);
    if (statement == NULL) return false;
    sqlite3_bind_int(statement, 3, i);
    sqlite3_bind_int(statement, 4, (int)column->type);
    sqlite3_bind_int(statement, 5, column->is_required);
    is_good = done(state, statement, outcome);
  }
  return is_good;
}

static int64_t count_tables(struct state *state, struct outcome *outcome) {
  sqlite3_stmt *statement = prepared(state, outcome, "SELECT count(*) FROM powertable_tables", NULL);
  int64_t count = statement != NULL && next_row(state, statement, outcome) ? sqlite3_column_int64(statement, 0) : -1;
  sqlite3_finalize(statement);
  return count;
}

bool table_create(struct state *state, const struct json *wanted, struct text *body, struct outcome *outcome) {
  struct table table = {.count = 0}, same;
  if (!read_table(wanted, &table, outcome)) return false;
  if (table_find(state, (plug_text){table.name, strlen(table.name)}, &same, outcome)) {
    return ends(outcome, 409, "there is a table `%s` already", table.name);
  }
  if (outcome->status == 500) return false;
  int64_t count = count_tables(state, outcome);
  if (count < 0) return false;
  if (count >= state->tables_max) {
    return ends(outcome, 507, "there are %lld tables, and no more may be", (long long)count);
  }
  bool is_good =
      run(state, "BEGIN IMMEDIATE", outcome) && write_table(state, &table, outcome) && run(state, "COMMIT", outcome);
  if (!is_good) sqlite3_exec(state->database, "ROLLBACK", NULL, NULL, NULL);
  text_say(body, "{\"name\": \"%s\", \"rows\": 0}\n", table.name);
  if (is_good) outcome->status = 201;
  return is_good;
}

bool table_drop(struct state *state, const struct table *table, struct outcome *outcome) {
  char sql[80];
  snprintf(sql, sizeof sql, "DROP TABLE t_%s", table->name);
  bool is_good =
      run(state, "BEGIN IMMEDIATE", outcome) && run(state, sql, outcome) &&
      done(state, prepared(state, outcome, "DELETE FROM powertable_tables WHERE name = ?", table->name, NULL),
           outcome) &&
      run(state, "COMMIT", outcome);
  if (!is_good) sqlite3_exec(state->database, "ROLLBACK", NULL, NULL, NULL);
  if (is_good) outcome->status = 204;
  return is_good;
}

bool table_find(struct state *state, plug_text name, struct table *table, struct outcome *outcome) {
  table->count = 0;
  if (!is_name(name.bytes, name.length)) return ends(outcome, 404, "there is no such table");
  snprintf(table->name, sizeof table->name, "%.*s", (int)name.length, name.bytes);
  sqlite3_stmt *statement = prepared(
      state, outcome, "SELECT name, type, is_required FROM powertable_columns WHERE table_name = ? ORDER BY position",
      table->name, NULL);
  if (statement == NULL) return false;
  while (table->count < COLUMNS_MAX && next_row(state, statement, outcome)) {
    struct column *column = &table->columns[table->count++];
    snprintf(column->name, sizeof column->name, "%s", (const char *)sqlite3_column_text(statement, 0));
    column->type = (enum column_type)sqlite3_column_int(statement, 1);
    column->is_required = sqlite3_column_int(statement, 2) != 0;
  }
  sqlite3_finalize(statement);
  if (outcome->status == 500) return false;
  return table->count > 0 || ends(outcome, 404, "there is no such table");
}

const struct column *column_named(const struct table *table, const char *name) {
  for (int i = 0; i < table->count; i++) {
    if (strcmp(table->columns[i].name, name) == 0) return &table->columns[i];
  }
  return NULL;
}
