/* Reports a crash from inside: signal, address, and where in which library. */
#ifndef CRASH_H
#define CRASH_H

/* Loads what a handler must not load; once before forks, or never. */
void crash_prepare(void);

/* Installs handlers on a stack of their own; the signal then takes its usual course. */
void crash_watch(void);

#endif
