import Glibc

// Solves every case of files of the neutral form; see scripts/bench solver --help.
exit(runBenchmark(Array(CommandLine.arguments.dropFirst())))
