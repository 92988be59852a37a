/* The table of functions; examples/common/scalar has what works them out, and what serves them over columns. */
#include "scalar.h"

const struct function scalar_functions[] = {{"add", "ii", 'i', false, number_add},
                                            {"add", "ff", 'f', false, number_add_reals},
                                            {"gcd", "ii", 'i', false, number_gcd},
                                            {"factorial", "i", 'i', false, number_factorial},
                                            {"is_prime", "i", 'b', false, number_is_prime},
                                            {"square_root", "f", 'f', false, number_square_root},
                                            {"hypotenuse", "ff", 'f', false, number_hypotenuse},
                                            {"coalesce", "ii", 'i', true, text_coalesce},
                                            {"coalesce", "tt", 't', true, text_coalesce},
                                            {"reverse", "t", 't', false, text_reverse},
                                            {"repeat", "ti", 't', false, text_repeat},
                                            {"distance", "tt", 'i', false, text_distance},
                                            {NULL, NULL, 0, false, NULL}};

static const struct kit_option options[] = {{NULL, JSON_NULL, false, 0, 0}};
static const struct kit_interface interfaces[] = {{PLUG_SCALAR, &scalar_interface}, {NULL, NULL}};

const struct kit_plugin kit_plugin = {.id = "examples/mathfun", .options = options, .interfaces = interfaces};
