/* The table of functions; what works them out is in ../common and the examples' common/scalar. */
#include "math_more.h"

const struct function scalar_functions[] = {{"add", "ii", 'i', false, number_add},
                                            {"add", "ff", 'f', false, number_add_reals},
                                            {"abs", "i", 'i', false, math_absolute},
                                            {"abs", "f", 'f', false, math_absolute_real},
                                            {"sign", "i", 'i', false, math_sign},
                                            {"gcd", "ii", 'i', false, number_gcd},
                                            {"lcm", "ii", 'i', false, math_lcm},
                                            {"mod", "ii", 'i', false, math_modulo},
                                            {"factorial", "i", 'i', false, number_factorial},
                                            {"is_prime", "i", 'b', false, number_is_prime},
                                            {"power", "ii", 'i', false, math_power},
                                            {"power", "ff", 'f', false, math_power_real},
                                            {"round", "f", 'f', false, math_round},
                                            {"floor", "f", 'f', false, math_floor},
                                            {"ceil", "f", 'f', false, math_ceiling},
                                            {"sqrt", "f", 'f', false, number_square_root},
                                            {"hypot", "ff", 'f', false, number_hypotenuse},
                                            {"exp", "f", 'f', false, math_exp},
                                            {"ln", "f", 'f', false, math_ln},
                                            {"log10", "f", 'f', false, math_log10},
                                            {"sin", "f", 'f', false, math_sine},
                                            {"cos", "f", 'f', false, math_cosine},
                                            {"atan", "f", 'f', false, math_arctangent},
                                            {NULL, NULL, 0, false, NULL}};

static const struct kit_option options[] = {{NULL, JSON_NULL, false, 0, 0}};
static const struct kit_interface interfaces[] = {{PLUG_SCALAR, &scalar_interface}, {NULL, NULL}};

const struct kit_plugin kit_plugin = {.id = "phantomdb/math_functions", .options = options, .interfaces = interfaces};
