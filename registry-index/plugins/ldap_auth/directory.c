/* Requests are sent, and their answers waited for in short steps, so that the host can cancel. */
#include "directory.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define WORD_MAX 1000 /* bytes of a value that claims have room for */

void entry_free(struct entry *entry) {
  free(entry->dn);
  text_free(&entry->user);
  text_free(&entry->name);
  text_free(&entry->mail);
  entry->dn = NULL;
}

static plug_status failed(int code, const char *what, const plug_sink *error) {
  return refuse(error, PLUG_IO, "LDAP: can't %s: %s", what, ldap_err2string(code));
}

static bool is_cancelled(const plug_host *host) {
  return PLUG_HAS(host, is_cancelled) && host->is_cancelled(host->context) != 0;
}

static int64_t milliseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* The whole answer to a request, to be freed with ldap_msgfree, or null with a status, which is PLUG_OK before. */
static LDAPMessage *wait_for(const struct directory *directory, LDAP *connection, int request, plug_status *status,
                             const plug_sink *error) {
  int64_t end = milliseconds() + directory->seconds * 1000;
  do {
    struct timeval step = {0, 50000};
    LDAPMessage *answer = NULL;
    int code = ldap_result(connection, request, LDAP_MSG_ALL, &step, &answer);
    if (code > 0) return answer;
    if (code < 0) *status = refuse(error, PLUG_IO, "LDAP: the server does not answer");
    else if (is_cancelled(directory->host)) *status = refuse(error, PLUG_CANCELLED, "cancelled");
    if (*status != PLUG_OK) return NULL;
  } while (milliseconds() < end);
  ldap_abandon_ext(connection, request, NULL, NULL);
  *status = refuse(error, PLUG_IO, "LDAP: the server does not answer in time");
  return NULL;
}

/* The code of an answer, which is freed. */
static int code_of(LDAP *connection, LDAPMessage *answer) {
  int code = LDAP_OTHER;
  int parsed = ldap_parse_result(connection, answer, &code, NULL, NULL, NULL, NULL, 1);
  return parsed == LDAP_SUCCESS ? code : parsed;
}

/* ---- opening ---- */

static bool set(LDAP *connection, int option, const void *value) {
  return ldap_set_option(connection, option, value) == LDAP_OPT_SUCCESS;
}

static bool set_options(const struct directory *directory, LDAP *connection) {
  const int version = LDAP_VERSION3, demand = LDAP_OPT_X_TLS_DEMAND, is_server = 0;
  const struct timeval time = {(time_t)directory->seconds, 0};
  bool is_good = set(connection, LDAP_OPT_PROTOCOL_VERSION, &version) &&
                 set(connection, LDAP_OPT_REFERRALS, LDAP_OPT_OFF) &&
                 set(connection, LDAP_OPT_NETWORK_TIMEOUT, &time) && set(connection, LDAP_OPT_TIMEOUT, &time) &&
                 set(connection, LDAP_OPT_X_TLS_REQUIRE_CERT, &demand);
  if (is_good && directory->ca_file != NULL) is_good = set(connection, LDAP_OPT_X_TLS_CACERTFILE, directory->ca_file);
  return is_good && set(connection, LDAP_OPT_X_TLS_NEWCTX, &is_server);
}

/* Before anything that is secret. */
static plug_status start_tls(const struct directory *directory, LDAP *connection, const plug_sink *error) {
  plug_status status = PLUG_OK;
  int request;
  int code = ldap_start_tls(connection, NULL, NULL, &request);
  if (code != LDAP_SUCCESS) return failed(code, "connect", error);
  LDAPMessage *answer = wait_for(directory, connection, request, &status, error);
  if (answer == NULL) return status;
  code = code_of(connection, answer);
  if (code == LDAP_SUCCESS) code = ldap_install_tls(connection);
  return code == LDAP_SUCCESS ? PLUG_OK : failed(code, "begin TLS", error);
}

plug_status directory_open(const struct directory *directory, LDAP **connection, const plug_sink *error) {
  *connection = NULL;
  int code = ldap_initialize(connection, directory->url);
  if (code != LDAP_SUCCESS) return failed(code, "begin", error);
  bool has_tls = strncmp(directory->url, "ldaps:", 6) == 0;
  plug_status status = set_options(directory, *connection)
                           ? PLUG_OK
                           : refuse(error, PLUG_IO, "LDAP: TLS can't be prepared: see `ca_file`");
  if (status == PLUG_OK && directory->has_start_tls && !has_tls) status = start_tls(directory, *connection, error);
  if (status == PLUG_OK && directory->bind_dn != NULL) {
    plug_text password = {directory->bind_password, strlen(directory->bind_password)};
    status = directory_bind(directory, *connection, directory->bind_dn, password, NULL);
    /* That is no fault of the user's. */
    if (status == PLUG_DENIED) status = PLUG_IO;
    if (status != PLUG_OK) refuse(error, status, "LDAP: the directory does not take `bind`");
  }
  if (status == PLUG_OK) return status;
  directory_close(*connection);
  *connection = NULL;
  return status;
}

void directory_close(LDAP *connection) { ldap_unbind_ext(connection, NULL, NULL); }

/* ---- binding ---- */

static bool is_denial(int code) {
  static const int codes[] = {LDAP_INVALID_CREDENTIALS, LDAP_NO_SUCH_OBJECT,      LDAP_INAPPROPRIATE_AUTH,
                              LDAP_INVALID_DN_SYNTAX,   LDAP_INSUFFICIENT_ACCESS, LDAP_CONSTRAINT_VIOLATION,
                              LDAP_UNWILLING_TO_PERFORM};
  for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
    if (code == codes[i]) return true;
  }
  return false;
}

plug_status directory_bind(const struct directory *directory, LDAP *connection, const char *dn, plug_text secret,
                           const plug_sink *error) {
  struct berval password = {secret.length, (char *)secret.bytes};
  plug_status status = PLUG_OK;
  int request;
  if (secret.length == 0) return refuse(error, PLUG_DENIED, "the secret is empty");
  int code = ldap_sasl_bind(connection, dn, LDAP_SASL_SIMPLE, &password, NULL, NULL, &request);
  if (code != LDAP_SUCCESS) return failed(code, "connect", error);
  LDAPMessage *answer = wait_for(directory, connection, request, &status, error);
  if (answer == NULL) return status;
  code = code_of(connection, answer);
  if (code == LDAP_SUCCESS) return PLUG_OK;
  return is_denial(code) ? refuse(error, PLUG_DENIED, "the user or the secret is wrong") : failed(code, "bind", error);
}

/* ---- searching ---- */

/* `(uid=NAME)`, where nothing in the name means anything else than itself (RFC 4515). */
static char *filter_for(const char *attribute, plug_text user) {
  struct berval value = {user.length, (char *)user.bytes}, escaped = {0, NULL};
  struct text filter = {0};
  if (ldap_bv2escaped_filter_value(&value, &escaped) != 0) return NULL;
  text_say(&filter, "(%s=", attribute);
  text_add(&filter, escaped.bv_val, escaped.bv_len);
  text_say(&filter, ")");
  ber_memfree(escaped.bv_val);
  if (filter.has_failed) text_free(&filter);
  return filter.bytes;
}

/* The only value of an attribute; empty where there are more, or it is no text. */
static void take_value(LDAP *connection, LDAPMessage *entry, const char *attribute, struct text *out) {
  struct berval **values = ldap_get_values_len(connection, entry, attribute);
  if (values == NULL) return;
  bool is_one = values[0] != NULL && values[1] == NULL && values[0]->bv_len <= WORD_MAX;
  if (is_one && text_is_utf8((plug_text){values[0]->bv_val, values[0]->bv_len})) {
    text_add(out, values[0]->bv_val, values[0]->bv_len);
  }
  ldap_value_free_len(values);
}

static plug_status take_entry(const struct directory *directory, LDAP *connection, LDAPMessage *found,
                              struct entry *entry, const plug_sink *error) {
  if (ldap_count_entries(connection, found) != 1) {
    return refuse(error, PLUG_NOT_FOUND, "there is not exactly one such user");
  }
  LDAPMessage *only = ldap_first_entry(connection, found);
  char *dn = ldap_get_dn(connection, only);
  entry->dn = dn == NULL ? NULL : strdup(dn);
  ldap_memfree(dn);
  take_value(connection, only, directory->user_attribute, &entry->user);
  take_value(connection, only, "cn", &entry->name);
  take_value(connection, only, "mail", &entry->mail);
  bool is_good = entry->dn != NULL && entry->dn[0] != 0 && entry->user.length > 0;
  return is_good ? PLUG_OK : refuse(error, PLUG_NOT_FOUND, "the user has no name in the directory, or several");
}

plug_status directory_find(const struct directory *directory, LDAP *connection, plug_text user, struct entry *entry,
                           const plug_sink *error) {
  char *wanted[] = {directory->user_attribute, "cn", "mail", NULL},
       *filter = filter_for(directory->user_attribute, user);
  struct timeval time = {(time_t)directory->seconds, 0};
  plug_status status = PLUG_OK;
  int request;
  if (filter == NULL) return refuse(error, PLUG_NO_MEMORY, "out of memory");
  /* Two are as good as many: then nobody knows which. */
  int code = ldap_search_ext(connection, directory->base_dn, LDAP_SCOPE_SUBTREE, filter, wanted, 0, NULL, NULL, &time,
                             2, &request);
  free(filter);
  if (code != LDAP_SUCCESS) return failed(code, "search", error);
  LDAPMessage *found = wait_for(directory, connection, request, &status, error);
  if (found == NULL) return status;
  ldap_parse_result(connection, found, &code, NULL, NULL, NULL, NULL, 0);
  if (code == LDAP_SUCCESS || code == LDAP_SIZELIMIT_EXCEEDED || code == LDAP_NO_SUCH_OBJECT) {
    status = take_entry(directory, connection, found, entry, error);
  } else {
    status = failed(code, "search", error);
  }
  ldap_msgfree(found);
  return status;
}
