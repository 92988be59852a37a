/* Folding and pushing is that of the examples' common/plan; here are more rules, and functions. */
#include "optimizer.h"

const struct plan_dialect plan_dialect = {call_is_known, call_value, rules_step};

static const struct kit_option options[] = {{NULL, JSON_NULL, false, 0, 0}};
static const struct kit_interface interfaces[] = {{PLUG_QUERY, &plan_interface}, {NULL, NULL}};

const struct kit_plugin kit_plugin = {.id = "phantomdb/advanced_optimizer",
                                      .options = options,
                                      .interfaces = interfaces,
                                      .state_size = sizeof(struct plan_counts),
                                      .measure = plan_measure};
