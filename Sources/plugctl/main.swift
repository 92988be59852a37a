internal import Glibc
internal import Operations

// The program's entry: everything else lies in files of its own, so that no closure is bound to the
// main actor by standing here. What was to be written is written by now; libraries' own farewells, which
// `exit` would run, free what threads that are still there may be using.
_exit(Program.run(ProcessArguments.afterName))
