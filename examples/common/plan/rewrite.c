#include "plan.h"

/* Step by step until nothing changes any more. */
static plug_status rewrite_tree(struct plan_counts *state, struct json **plan, const plug_sink *error) {
  struct rewrite step;
  do {
    step = (struct rewrite){0, 0, false};
    *plan = push(*plan, &step);
    if (plan_dialect.step != NULL && !step.has_failed) *plan = plan_dialect.step(*plan, &step);
    __atomic_fetch_add(&state->folded, step.folded, __ATOMIC_RELAXED);
    __atomic_fetch_add(&state->pushed, step.pushed, __ATOMIC_RELAXED);
  } while (step.folded + step.pushed > 0 && !step.has_failed);
  return step.has_failed ? refuse(error, PLUG_NO_MEMORY, "out of memory") : PLUG_OK;
}

static plug_status rewrite(plug_instance *instance, plug_text plan, const plug_sink *out, const plug_sink *error) {
  struct plan_counts *state = kit_state(instance);
  if (state == NULL) return refuse(error, PLUG_STATE, "it is not initialised");
  struct json *tree = json_read(plan.bytes, plan.length);
  if (!plan_is_good(tree)) {
    json_free(tree);
    return refuse(error, PLUG_INVALID_ARGUMENT, "it is no plan of this language");
  }
  __atomic_fetch_add(&state->plans, 1, __ATOMIC_RELAXED);
  plug_status status = rewrite_tree(state, &tree, error);
  struct text text = {0};
  if (status == PLUG_OK) json_write(tree, &text);
  json_free(tree);
  return status == PLUG_OK ? text_send(&text, out) : status;
}

void plan_measure(void *counts, struct text *out) {
  struct plan_counts *state = counts;
  text_say(out, "\"plans\": %llu, ", (unsigned long long)__atomic_load_n(&state->plans, __ATOMIC_RELAXED));
  text_say(out, "\"folded\": %llu, ", (unsigned long long)__atomic_load_n(&state->folded, __ATOMIC_RELAXED));
  text_say(out, "\"pushed\": %llu", (unsigned long long)__atomic_load_n(&state->pushed, __ATOMIC_RELAXED));
}

const plug_query_v1 plan_interface = {sizeof plan_interface, rewrite};
