/* What plugins with routes share: queries, and answers in JSON. */
#ifndef WEB_H
#define WEB_H

#include "kit.h"

/* The next `name=value` of a query, both decoded; false at its end. The texts are emptied first, and to be freed. */
bool query_next(plug_text *query, struct text *name, struct text *value);

/* Sends a body, which it frees, as JSON; none where it is empty. */
plug_status reply(const plug_response *response, int32_t status, struct text *body);
plug_status reply_fault(const plug_response *response, int32_t status, const char *reason);

/* The number in a piece of a path; 0 where there is none of 1 to 15 digits. */
int64_t path_number(plug_text text);

#endif
