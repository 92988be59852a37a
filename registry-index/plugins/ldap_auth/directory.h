/* A connection to a directory (LDAP version 3), as much of it as logging in needs. */
#ifndef DIRECTORY_H
#define DIRECTORY_H

#include "kit.h"

#include <ldap.h>

struct directory {
  const plug_host *host;
  char *url;
  char *base_dn;
  char *user_attribute;
  char *bind_dn; /* who searches; null: nobody in particular */
  char *bind_password;
  char *ca_file; /* null: the system's authorities */
  bool has_start_tls;
  int64_t seconds;
};

/* What the directory says of a user; texts are to be freed. */
struct entry {
  char *dn;
  struct text user; /* as the directory spells it */
  struct text name;
  struct text mail;
};

void entry_free(struct entry *entry);

/* Connects, with TLS where that is wanted, and binds as who searches. */
plug_status directory_open(const struct directory *directory, LDAP **connection, const plug_sink *error);
void directory_close(LDAP *connection);

/* PLUG_NOT_FOUND where there is not exactly one such user. */
plug_status directory_find(const struct directory *directory, LDAP *connection, plug_text user, struct entry *entry,
                           const plug_sink *error);

/* PLUG_DENIED for a wrong secret. An empty one never gets here: a bind without a secret succeeds, as nobody. */
plug_status directory_bind(const struct directory *directory, LDAP *connection, const char *dn, plug_text secret,
                           const plug_sink *error);

#endif
