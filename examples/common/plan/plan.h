/* Plans of queries as JSON trees. The README.md of pushdown has the language. */
#ifndef PLAN_H
#define PLAN_H

#include "kit.h"

/* What a rewrite did; it goes on while anything changes. */
struct rewrite {
  uint64_t folded;
  uint64_t pushed;
  bool has_failed; /* for want of memory */
};

/* What a plugin adds to the language. Any of it may be null. */
struct plan_dialect {
  /* Expressions `{"function": name, "arguments": [...]}` that there are. */
  bool (*has_function)(const char *name, size_t arguments);
  /* The value of such a call, all of whose arguments are `value`s; null where it is left to the engine. */
  struct json *(*call)(const char *name, const struct json *arguments);
  /* One more step upon a whole plan. */
  struct json *(*step)(struct json *plan, struct rewrite *rewrite);
};

/* The plugin's own. */
extern const struct plan_dialect plan_dialect;
/* What rewrite.c serves. Its state is all that a plugin's state needs. */
struct plan_counts {
  uint64_t plans, folded, pushed;
};
extern const plug_query_v1 plan_interface;
void plan_measure(void *counts, struct text *out);

bool plan_is_good(const struct json *plan);

/* Each takes a tree and gives back the one that stands in its place. */
struct json *fold(struct json *expression, struct rewrite *rewrite);
struct json *push(struct json *plan, struct rewrite *rewrite);

bool is_op(const struct json *node, const char *op);
bool is_truth(const struct json *expression, bool truth);

#endif
