/* Tells what a plugin tries and may not do: start processes, open sockets, write where it must not. */
#ifndef WATCH_H
#define WATCH_H

#include <stdbool.h>

/* Forks. The child returns true and goes on; the parent answers its calls until its end, reports what it tried, ends
 * the way it ended, and never returns. What it writes below its folder is not told. False where no child could be had. */
bool watch_child(const char *data_folder);

/* The child's: hands the listener of its filter to the parent, and closes it. */
void watch_hand_over(int mine);

#endif
