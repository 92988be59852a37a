/* plug.h as Swift sees it, with a struct for an instance, and the two things that it can't say itself. */
#ifndef PLUGIN_H
#define PLUGIN_H

#include "plug.h"

/* The entry is defined in Swift. */

#endif
