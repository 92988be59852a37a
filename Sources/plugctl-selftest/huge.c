/* Needs no library and has no fault but its size: no process of a load test has so much memory. */
#include <stddef.h>

char much[(size_t)3 << 30];
