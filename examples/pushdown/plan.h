/* Plans of queries as JSON trees. README.md has the language. */
#ifndef PLAN_H
#define PLAN_H

#include "kit.h"

/* What a rewrite did; it goes on while anything changes. */
struct rewrite {
  uint64_t folded;
  uint64_t pushed;
  bool has_failed; /* for want of memory */
};

bool plan_is_good(const struct json *plan);

/* Each takes a tree and gives back the one that stands in its place. */
struct json *fold(struct json *expression, struct rewrite *rewrite);
struct json *push(struct json *plan, struct rewrite *rewrite);

bool is_op(const struct json *node, const char *op);
bool is_truth(const struct json *expression, bool truth);

#endif
