/* Names and passwords by crypt(3), against a file like shadow(5) or a list in the configuration. */
#include "kit.h"

#include <crypt.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct user {
  char *name;
  char *hash;
  struct user *next;
};

struct state {
  struct user *users;
  const char *stranger; /* a hash for those who are not there, so that they take as long */
};

static bool is_hash(const char *hash) { return hash[0] == '$' && strlen(hash) < CRYPT_OUTPUT_SIZE; }

static plug_status add(struct state *state, const char *name, size_t name_length, const char *hash, size_t hash_length) {
  struct user *user = calloc(1, sizeof *user);
  if (user == NULL) return PLUG_NO_MEMORY;
  user->name = strndup(name, name_length);
  user->hash = strndup(hash, hash_length);
  user->next = state->users;
  state->users = user;
  if (user->name == NULL || user->hash == NULL) return PLUG_NO_MEMORY;
  if (state->stranger == NULL && is_hash(user->hash)) state->stranger = user->hash;
  return PLUG_OK;
}

/* `name:hash`, and further fields that are not looked at. */
static plug_status add_line(struct state *state, const char *line, const plug_sink *error) {
  size_t name = strcspn(line, ":\n"), hash = line[name] == ':' ? strcspn(line + name + 1, ":\n") : 0;
  if (line[0] == '\n' || line[0] == '#' || line[0] == 0) return PLUG_OK;
  if (name == 0 || line[name] != ':') return refuse(error, PLUG_INVALID_CONFIG, "a line of the file has no name and hash");
  return add(state, line, name, line + name + 1, hash);
}

static plug_status add_file(struct state *state, const char *path, const plug_sink *error) {
  char *line = NULL;
  size_t room = 0;
  plug_status status = PLUG_OK;
  FILE *file = fopen(path, "re");
  if (file == NULL) return refuse(error, PLUG_INVALID_CONFIG, "can't open `%s`: %s", path, strerror(errno));
  while (status == PLUG_OK && getline(&line, &room, file) >= 0) status = add_line(state, line, error);
  if (line != NULL) explicit_bzero(line, room);
  free(line);
  fclose(file);
  return status;
}

static plug_status add_list(struct state *state, const struct json *users, const plug_sink *error) {
  plug_status status = PLUG_OK;
  for (const struct json *user = users->first; user != NULL && status == PLUG_OK; user = user->next) {
    if (user->kind != JSON_TEXT) return refuse(error, PLUG_INVALID_CONFIG, "the hash of a user is no text");
    status = add(state, user->name, strlen(user->name), user->text, strlen(user->text));
  }
  return status;
}

static plug_status start(void *context, const plug_host *host, const struct json *config, const plug_sink *error) {
  struct state *state = context;
  const struct json *file = json_member(config, "file"), *users = json_member(config, "users");
  (void)host;
  if ((file == NULL) == (users == NULL)) return refuse(error, PLUG_INVALID_CONFIG, "either `file` or `users` is needed");
  plug_status status = file != NULL ? add_file(state, file->text, error) : add_list(state, users, error);
  if (status == PLUG_NO_MEMORY) refuse(error, status, "out of memory");
  if (status != PLUG_OK || state->stranger != NULL) return status;
  return refuse(error, PLUG_INVALID_CONFIG, "nobody has a hash of crypt(3)");
}

static void stop(void *context) {
  struct state *state = context;
  for (struct user *user = state->users, *next; user != NULL; user = next) {
    next = user->next;
    if (user->hash != NULL) explicit_bzero(user->hash, strlen(user->hash));
    free(user->hash);
    free(user->name);
    free(user);
  }
}

/* Looks at every name, wherever the right one stands. */
static const char *hash_of(const struct state *state, plug_text name) {
  const char *found = NULL;
  for (const struct user *user = state->users; user != NULL; user = user->next) {
    if (text_is(name, user->name)) found = user->hash;
  }
  return found;
}

/* In a time that does not tell where they differ. */
static bool are_same(const char *left, const char *right) {
  size_t length = strlen(right);
  if (strlen(left) != length) return false;
  unsigned char difference = 0;
  for (size_t i = 0; i < length; i++) difference |= (unsigned char)(left[i] ^ right[i]);
  return difference == 0;
}

/* The work is the same for everybody: one crypt, one comparison. */
static bool is_right(const struct state *state, plug_text name, plug_text secret, struct crypt_data *room) {
  char words[CRYPT_MAX_PASSPHRASE_SIZE] = "";
  const char *hash = hash_of(state, name);
  bool is_known = hash != NULL && is_hash(hash);
  bool is_text = secret.length < sizeof words && (secret.length == 0 || memchr(secret.bytes, 0, secret.length) == NULL);
  if (!is_known) hash = state->stranger;
  if (is_text && secret.length > 0) memcpy(words, secret.bytes, secret.length);
  const char *made = crypt_r(words, hash, room);
  bool is_same = made != NULL && made[0] != '*' && are_same(made, hash);
  explicit_bzero(words, sizeof words);
  return is_same && is_known && is_text;
}

static plug_status authenticate(plug_instance *instance, plug_text user, plug_text secret, const plug_sink *claims,
                                const plug_sink *error) {
  const struct state *state = kit_state(instance);
  if (state == NULL) return refuse(error, PLUG_STATE, "it is not initialised");
  struct crypt_data *room = calloc(1, sizeof *room);
  if (room == NULL) return refuse(error, PLUG_NO_MEMORY, "out of memory");
  bool is_good = is_right(state, user, secret, room);
  explicit_bzero(room, sizeof *room);
  free(room);
  if (!is_good) return refuse(error, PLUG_DENIED, "the user or the secret is wrong");
  struct text text = {0};
  text_say(&text, "{\"sub\": ");
  json_write_text(user.bytes, user.length, &text);
  text_say(&text, "}");
  return text_send(&text, claims);
}

static const struct kit_option options[] = {
    {"file", JSON_TEXT, false, 0, 0}, {"users", JSON_OBJECT, false, 0, 0}, {NULL, JSON_NULL, false, 0, 0}};
static const plug_auth_v1 auth = {sizeof auth, authenticate};
static const struct kit_interface interfaces[] = {{PLUG_AUTH, &auth}, {NULL, NULL}};

const struct kit_plugin kit_plugin = {.id = "examples/passwd",
                                      .options = options,
                                      .interfaces = interfaces,
                                      .state_size = sizeof(struct state),
                                      .start = start,
                                      .stop = stop};
