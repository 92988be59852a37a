/* Interfaces are tables of C functions, which Go can't call by itself: the small uses are those of the host in C. */
#include "../c/uses.c"
