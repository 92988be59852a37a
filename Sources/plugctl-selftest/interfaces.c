#include "selftest.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool is_text(plug_text text, const char *wanted) {
  return text.length == strlen(wanted) && memcmp(text.bytes, wanted, text.length) == 0;
}

/* ---- database, workload ---- */

static plug_status set_up(plug_instance *instance, plug_text dsn, const plug_sink *error) {
  static int times;
  (void)instance;
  if (dsn.length < 9 || memcmp(dsn.bytes, "selftest:", 9) != 0) {
    put(error, "it knows `selftest:` only");
    return PLUG_INVALID_ARGUMENT;
  }
  if (!is_bad("i002") || times++ == 0) return PLUG_OK;
  put(error, "it is there already");
  return PLUG_FAILED;
}

static plug_status clean_up(plug_instance *instance, plug_text dsn, const plug_sink *error) {
  (void)instance;
  (void)dsn;
  (void)error;
  return PLUG_OK;
}

const plug_database_v1 database = {sizeof database, set_up, clean_up};

static plug_status operations(plug_instance *instance, const plug_sink *out) {
  (void)instance;
  int code = put(out, is_bad("i001") ? "{\"read\":-3,\"write\":1}" : "{\"read\":3,\"write\":1}");
  return code != 0 && !is_bad("d044") ? PLUG_SINK : PLUG_OK;
}

struct plug_session {
  int runs;
};

static plug_status open_session(plug_instance *instance, plug_text dsn, plug_session **session, const plug_sink *error) {
  (void)instance;
  (void)dsn;
  (void)error;
  *session = calloc(1, sizeof **session);
  return *session == NULL ? PLUG_NO_MEMORY : PLUG_OK;
}

static plug_status run(plug_session *session, plug_text operation, const plug_sink *error) {
  session->runs++;
  if (is_text(operation, "read") || is_text(operation, "write")) return PLUG_OK;
  put(error, "no such operation");
  return PLUG_NOT_FOUND;
}

static void close_session(plug_session *session) { free(session); }

const plug_workload_v1 workload = {sizeof workload, operations, open_session, run, close_session};

/* ---- routes ---- */

static plug_status routes(plug_instance *instance, const plug_sink *out) {
  (void)instance;
  static const char one[] = "{\"method\":\"GET\",\"path\":\"/rows/{id}\"}";
  int code = put(out, "[") | put(out, one);
  if (is_bad("i004")) code |= put(out, ",") | put(out, one);
  code |= put(out, "]");
  return code != 0 && !is_bad("d044") ? PLUG_SINK : PLUG_OK;
}

static plug_status handle(plug_instance *instance, const plug_request *request, const plug_response *response,
                          const plug_sink *error) {
  (void)instance;
  (void)error;
  int status = is_text(request->path, "/rows/1") ? 200 : 404;
  if (response->head(response->context, status, NULL, 0) != 0) return PLUG_SINK;
  return response->body(response->context, "{}", 2) != 0 ? PLUG_SINK : PLUG_OK;
}

const plug_http_v1 http = {sizeof http, routes, handle};

/* ---- processor, functions ---- */

static plug_status process(plug_instance *instance, plug_text input, const plug_sink *out, const plug_sink *error) {
  (void)instance;
  (void)error;
  if (is_bad("d037")) usleep(1500000);
  if (is_bad("f002") && input.length > 0 && memchr(input.bytes, 0xFF, input.length) != NULL) abort();
  for (size_t i = input.length; i > 0; i--) {
    if (out->write(out->context, input.bytes + i - 1, 1) != 0) return PLUG_SINK;
  }
  return PLUG_OK;
}

const plug_processor_v1 processor = {sizeof processor, process};

static plug_status functions(plug_instance *instance, const plug_sink *out) {
  (void)instance;
  int code = put(out, "[{\"name\":\"length\",\"arguments\":[\"text\"],\"result\":\"i64\",\"nulls\":\"propagate\"}]");
  return code != 0 && !is_bad("d044") ? PLUG_SINK : PLUG_OK;
}

static plug_status call(plug_instance *instance, plug_text name, const plug_column *arguments, size_t count, size_t rows,
                        const plug_result *result, const plug_sink *error) {
  (void)instance;
  if (!is_text(name, "length")) {
    put(error, "no such function");
    return PLUG_NOT_FOUND;
  }
  if (count != 1 || arguments[0].type != PLUG_TEXT) return PLUG_INVALID_ARGUMENT;
  const plug_text *texts = arguments[0].values;
  for (size_t row = 0; row < rows; row++) {
    bool is_null = arguments[0].valid != NULL && arguments[0].valid[row] == 0;
    if (!is_null || is_bad("i005")) result->set_i64(result->context, row, (int64_t)texts[row].length);
  }
  return PLUG_OK;
}

const plug_scalar_v1 scalar = {sizeof scalar, functions, call};

/* ---- plans, credentials, types ---- */

static plug_status rewrite(plug_instance *instance, plug_text plan, const plug_sink *out, const plug_sink *error) {
  static int times;
  char text[64];
  (void)instance;
  if (plan.length < 8 || memcmp(plan.bytes, "{\"op\":\"", 7) != 0) {
    put(error, "it is no plan");
    return PLUG_INVALID_ARGUMENT;
  }
  snprintf(text, sizeof text, "{\"op\":\"scan\",\"cost\":%d}", is_bad("i009") ? times++ : 0);
  return put(out, text) != 0 ? PLUG_SINK : PLUG_OK;
}

const plug_query_v1 query = {sizeof query, rewrite};

static plug_status authenticate(plug_instance *instance, plug_text user, plug_text secret, const plug_sink *claims,
                                const plug_sink *error) {
  (void)instance;
  if (is_text(user, "alice") && (is_text(secret, "wonderland") || (is_bad("i008") && secret.length > 0))) {
    return put(claims, "{\"sub\":\"alice\"}") != 0 ? PLUG_SINK : PLUG_OK;
  }
  put(error, "wrong user or secret");
  return PLUG_DENIED;
}

const plug_auth_v1 auth = {sizeof auth, authenticate};

/* Values are whole numbers as eight bytes. */
static plug_status parse(plug_instance *instance, plug_text text, const plug_sink *value, const plug_sink *error) {
  int64_t number = 0;
  (void)instance;
  bool is_number = text.length > 0 && text.length < 18 && (text.bytes[0] != '0' || text.length == 1);
  for (size_t i = 0; is_number && i < text.length; i++) {
    is_number = isdigit((unsigned char)text.bytes[i]) != 0;
    number = number * 10 + (text.bytes[i] - '0');
  }
  if (!is_number) {
    put(error, "it is no number");
    return PLUG_INVALID_ARGUMENT;
  }
  return value->write(value->context, (const char *)&number, sizeof number) != 0 ? PLUG_SINK : PLUG_OK;
}

static bool number_of(plug_text value, int64_t *number) {
  if (value.length != sizeof *number) return false;
  memcpy(number, value.bytes, sizeof *number);
  return *number >= 0;
}

static plug_status format_number(plug_instance *instance, plug_text value, const plug_sink *out, const plug_sink *error) {
  int64_t number;
  char text[32];
  (void)instance;
  (void)error;
  if (!number_of(value, &number)) return PLUG_INVALID_ARGUMENT;
  snprintf(text, sizeof text, "%lld", (long long)number);
  return put(out, text) != 0 ? PLUG_SINK : PLUG_OK;
}

static plug_status compare(plug_instance *instance, plug_text left, plug_text right, int32_t *order,
                           const plug_sink *error) {
  int64_t a, b;
  (void)instance;
  (void)error;
  if (!number_of(left, &a) || !number_of(right, &b)) return PLUG_INVALID_ARGUMENT;
  *order = is_bad("i006") ? (a < b) - (a > b) : (a > b) - (a < b);
  return PLUG_OK;
}

const plug_type_v1 type = {sizeof type, parse, format_number, compare};
