import Glibc

// Measures load tests inside one process; see scripts/bench loader --help.
let arguments = CommandLine.arguments
guard arguments.count == 4 else {
  print("usage: plugctl-bench-loader WORKER LIST SMALL")
  exit(2)
}
do {
  try await LoaderBenchmark(worker: arguments[1], list: arguments[2], small: arguments[3]).run()
} catch {
  print("plugctl-bench-loader: \(error)")
  exit(1)
}
