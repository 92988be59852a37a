/* The table of functions; what works them out is in ../common and the examples' common/scalar. */
#include "text_more.h"

const struct function scalar_functions[] = {{"length", "t", 'i', false, string_length},
                                            {"upper", "t", 't', false, string_upper},
                                            {"lower", "t", 't', false, string_lower},
                                            {"trim", "t", 't', false, string_trim},
                                            {"reverse", "t", 't', false, text_reverse},
                                            {"repeat", "ti", 't', false, text_repeat},
                                            {"concat", "tt", 't', false, string_concat},
                                            {"coalesce", "tt", 't', true, text_coalesce},
                                            {"substring", "tii", 't', false, string_substring},
                                            {"position", "tt", 'i', false, string_position},
                                            {"replace", "ttt", 't', false, string_replace},
                                            {"starts_with", "tt", 'b', false, string_starts_with},
                                            {"split_part", "tti", 't', false, string_split_part},
                                            {"lpad", "tit", 't', false, string_pad_left},
                                            {"distance", "tt", 'i', false, text_distance},
                                            {NULL, NULL, 0, false, NULL}};

static const struct kit_option options[] = {{NULL, JSON_NULL, false, 0, 0}};
static const struct kit_interface interfaces[] = {{PLUG_SCALAR, &scalar_interface}, {NULL, NULL}};

const struct kit_plugin kit_plugin = {.id = "phantomdb/string_functions", .options = options, .interfaces = interfaces};
