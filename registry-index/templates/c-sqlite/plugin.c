/* {{name}}: the SQL function words_{{ident}}(TEXT), which counts the words of a text. A loadable extension of SQLite. */
#include <sqlite3ext.h>
SQLITE_EXTENSION_INIT1

static int is_space(unsigned char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

static void words(sqlite3_context *context, int count, sqlite3_value **values) {
  (void)count;
  if (sqlite3_value_type(values[0]) == SQLITE_NULL) return; /* the answer is NULL then */
  const unsigned char *text = sqlite3_value_text(values[0]);
  if (text == 0) {
    sqlite3_result_error_nomem(context);
    return;
  }
  int length = sqlite3_value_bytes(values[0]), found = 0;
  for (int i = 0; i < length; i++) found += !is_space(text[i]) && (i == 0 || is_space(text[i - 1]));
  sqlite3_result_int(context, found);
}

/* What SQLite looks for in a library, whatever its file is called. */
__attribute__((visibility("default")))
int sqlite3_extension_init(sqlite3 *db, char **error, const sqlite3_api_routines *api) {
  (void)error;
  SQLITE_EXTENSION_INIT2(api);
  int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS;
  return sqlite3_create_function(db, "words_{{ident}}", 1, flags, 0, words, 0, 0);
}
