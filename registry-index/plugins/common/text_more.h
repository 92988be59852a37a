/* Functions of texts that go beyond those of the examples. string_functions serves them over columns, and
 * advanced_optimizer works them out where all arguments are known. Characters are UTF-8's; upper and lower know ASCII. */
#ifndef TEXT_MORE_H
#define TEXT_MORE_H

#include "scalar.h"

bool string_length(const struct value *v, struct value *answer, struct text *room);
bool string_upper(const struct value *v, struct value *answer, struct text *room);
bool string_lower(const struct value *v, struct value *answer, struct text *room);
bool string_trim(const struct value *v, struct value *answer, struct text *room);
bool string_concat(const struct value *v, struct value *answer, struct text *room);
/* Text, first character from 1, how many: as SQL's substring, also from before the beginning. */
bool string_substring(const struct value *v, struct value *answer, struct text *room);
/* Where a text begins in another, from 1; 0 where it does not. */
bool string_position(const struct value *v, struct value *answer, struct text *room);
bool string_replace(const struct value *v, struct value *answer, struct text *room);
bool string_starts_with(const struct value *v, struct value *answer, struct text *room);
/* Text, separator, which part from 1; an empty text where there are fewer. */
bool string_split_part(const struct value *v, struct value *answer, struct text *room);
/* Text, characters, with what it is filled up, or cut. */
bool string_pad_left(const struct value *v, struct value *answer, struct text *room);

#endif
