/* Users and secrets by a directory: it is asked for the user's entry, and then bound to as that. */
#include "directory.h"

#include <stdlib.h>
#include <string.h>

#define USER_MAX 256
#define SECRET_MAX 1024

/* ---- configuration ---- */

static bool has_only(const char *text, const char *letters) {
  for (; *text != 0; text++) {
    bool is_plain = (*text >= 'a' && *text <= 'z') || (*text >= 'A' && *text <= 'Z') || (*text >= '0' && *text <= '9');
    if (!is_plain && strchr(letters, *text) == NULL) return false;
  }
  return true;
}

static bool is_url(const char *text) {
  const char *host = strncmp(text, "ldap://", 7) == 0 ? text + 7 : strncmp(text, "ldaps://", 8) == 0 ? text + 8 : "";
  return host[0] != 0 && strlen(host) <= 255 && has_only(host, ".-:[]");
}

static bool is_attribute(const char *text) {
  bool begins_well = (text[0] | 32) >= 'a' && (text[0] | 32) <= 'z';
  return begins_well && strlen(text) <= 64 && has_only(text, "-");
}

static bool has_length(const char *text, size_t most) { return text[0] != 0 && strlen(text) <= most; }

static const struct kit_option bind_options[] = {
    {"dn", JSON_TEXT, true, 0, 0}, {"password", JSON_TEXT, true, 0, 0}, {NULL, JSON_NULL, false, 0, 0}};

static plug_status check(const struct json *config, const plug_sink *error) {
  const char *attribute = json_text(config, "user_attribute"), *file = json_text(config, "ca_file");
  const struct json *bind = json_member(config, "bind");
  if (!is_url(json_text(config, "url"))) {
    return refuse(error, PLUG_INVALID_CONFIG, "`url` is no ldap://HOST[:PORT] or ldaps://HOST[:PORT]");
  }
  if (!has_length(json_text(config, "base_dn"), 1000)) {
    return refuse(error, PLUG_INVALID_CONFIG, "`base_dn` has not 1 to 1,000 bytes");
  }
  if (attribute != NULL && !is_attribute(attribute)) {
    return refuse(error, PLUG_INVALID_CONFIG, "`user_attribute` is no attribute's name");
  }
  if (file != NULL && !has_length(file, 4096)) {
    return refuse(error, PLUG_INVALID_CONFIG, "`ca_file` has not 1 to 4,096 bytes");
  }
  if (bind == NULL) return PLUG_OK;
  plug_status status = kit_check(bind, bind_options, PLUG_INVALID_CONFIG, error);
  if (status != PLUG_OK) return status;
  bool is_good = has_length(json_text(bind, "dn"), 1000) && has_length(json_text(bind, "password"), SECRET_MAX);
  return is_good ? PLUG_OK
                 : refuse(error, PLUG_INVALID_CONFIG, "`bind` has an empty `dn` or `password`, or too long a one");
}

/* A copy; null where there is none, and `is_made` false where memory is missing. */
static char *copy(const char *text, bool *is_made) {
  char *made = text == NULL ? NULL : strdup(text);
  if (text != NULL && made == NULL) *is_made = false;
  return made;
}

static plug_status start(void *context, const plug_host *host, const struct json *config, const plug_sink *error) {
  struct directory *directory = context;
  const char *attribute = json_text(config, "user_attribute");
  const struct json *bind = json_member(config, "bind");
  bool is_made = true;
  plug_status status = check(config, error);
  if (status != PLUG_OK) return status;
  directory->host = host;
  directory->url = copy(json_text(config, "url"), &is_made);
  directory->base_dn = copy(json_text(config, "base_dn"), &is_made);
  directory->user_attribute = copy(attribute == NULL ? "uid" : attribute, &is_made);
  directory->ca_file = copy(json_text(config, "ca_file"), &is_made);
  directory->bind_dn = copy(json_text(bind, "dn"), &is_made);
  directory->bind_password = copy(json_text(bind, "password"), &is_made);
  directory->has_start_tls = kit_truth(config, "start_tls", true);
  directory->seconds = kit_number(config, "timeout_seconds", 5);
  return is_made ? PLUG_OK : refuse(error, PLUG_NO_MEMORY, "out of memory");
}

static void stop(void *context) {
  struct directory *directory = context;
  if (directory->bind_password != NULL) explicit_bzero(directory->bind_password, strlen(directory->bind_password));
  free(directory->url), free(directory->base_dn), free(directory->user_attribute);
  free(directory->ca_file), free(directory->bind_dn), free(directory->bind_password);
}

/* ---- plug.auth/1 ---- */

static plug_status send_claims(const struct entry *entry, const plug_sink *claims) {
  struct text text = {0};
  text_say(&text, "{\"sub\": ");
  json_write_text(entry->user.bytes, entry->user.length, &text);
  text_say(&text, ", \"dn\": ");
  json_write_text(entry->dn, strlen(entry->dn), &text);
  if (entry->name.length > 0) {
    text_say(&text, ", \"name\": ");
    json_write_text(entry->name.bytes, entry->name.length, &text);
  }
  if (entry->mail.length > 0) {
    text_say(&text, ", \"email\": ");
    json_write_text(entry->mail.bytes, entry->mail.length, &text);
  }
  text_say(&text, "}");
  return text_send(&text, claims);
}

/* Whoever is not there is bound as too, by a name that nobody has: so it takes as long. */
static plug_status log_in(const struct directory *directory, plug_text user, plug_text secret, struct entry *entry,
                          const plug_sink *error) {
  LDAP *connection;
  struct text nobody = {0};
  plug_status status = directory_open(directory, &connection, error);
  if (status != PLUG_OK) return status;
  status = directory_find(directory, connection, user, entry, NULL);
  bool is_there = status == PLUG_OK;
  if (status == PLUG_NOT_FOUND) {
    text_say(&nobody, "cn=nobody of this name,");
    text_add(&nobody, directory->base_dn, strlen(directory->base_dn));
    status = nobody.has_failed ? PLUG_NO_MEMORY : PLUG_OK;
  }
  if (status != PLUG_OK) refuse(error, status, "the directory can't be searched");
  else status = directory_bind(directory, connection, is_there ? entry->dn : nobody.bytes, secret, error);
  if (status == PLUG_OK && !is_there) status = refuse(error, PLUG_DENIED, "the user or the secret is wrong");
  text_free(&nobody);
  directory_close(connection);
  return status;
}

static plug_status authenticate(plug_instance *instance, plug_text user, plug_text secret, const plug_sink *claims,
                                const plug_sink *error) {
  const struct directory *directory = kit_state(instance);
  struct entry entry = {.dn = NULL};
  if (directory == NULL) return refuse(error, PLUG_STATE, "it is not initialised");
  bool can_be = user.length >= 1 && user.length <= USER_MAX && text_is_utf8(user) && secret.length >= 1 &&
                secret.length <= SECRET_MAX;
  if (!can_be) return refuse(error, PLUG_DENIED, "the user or the secret is wrong");
  plug_status status = log_in(directory, user, secret, &entry, error);
  if (status == PLUG_OK) status = send_claims(&entry, claims);
  entry_free(&entry);
  return status;
}

static const struct kit_option options[] = {{"url", JSON_TEXT, true, 0, 0},
                                            {"base_dn", JSON_TEXT, true, 0, 0},
                                            {"user_attribute", JSON_TEXT, false, 0, 0},
                                            {"bind", JSON_OBJECT, false, 0, 0},
                                            {"start_tls", JSON_BOOL, false, 0, 0},
                                            {"ca_file", JSON_TEXT, false, 0, 0},
                                            {"timeout_seconds", JSON_NUMBER, false, 1, 60},
                                            {NULL, JSON_NULL, false, 0, 0}};
static const plug_auth_v1 auth = {sizeof auth, authenticate};
static const struct kit_interface interfaces[] = {{PLUG_AUTH, &auth}, {NULL, NULL}};

const struct kit_plugin kit_plugin = {.id = "phantomdb/ldap_auth",
                                      .options = options,
                                      .interfaces = interfaces,
                                      .state_size = sizeof(struct directory),
                                      .start = start,
                                      .stop = stop};
