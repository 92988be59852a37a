internal import Glibc
internal import Operations

// The program's entry: everything else lies in files of its own, so that no closure is bound to the
// main actor by standing here.
exit(Program.run(ProcessArguments.afterName))
