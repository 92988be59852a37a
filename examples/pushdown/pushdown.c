/* The language as examples/common/plan has it, which does the work. */
#include "plan.h"

const struct plan_dialect plan_dialect = {0};

static const struct kit_option options[] = {{NULL, JSON_NULL, false, 0, 0}};
static const struct kit_interface interfaces[] = {{PLUG_QUERY, &plan_interface}, {NULL, NULL}};

const struct kit_plugin kit_plugin = {.id = "examples/pushdown",
                                      .options = options,
                                      .interfaces = interfaces,
                                      .state_size = sizeof(struct plan_counts),
                                      .measure = plan_measure};
