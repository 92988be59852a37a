import Glibc

struct CommandFailure: Error {
  var status: Int32
  var output: String
}

/// Runs a command found on the PATH with this standard input; gives its output, both streams.
@discardableResult
func run(_ arguments: [String], input: String = "") throws -> String {
  var command: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
  defer { for argument in command { free(argument) } }
  guard let inputFile = tmpfile(), let outputFile = tmpfile() else {
    throw CommandFailure(status: errno, output: "tmpfile")
  }
  defer {
    fclose(inputFile)
    fclose(outputFile)
  }
  fputs(input, inputFile)
  rewind(inputFile)
  var actions = posix_spawn_file_actions_t()
  posix_spawn_file_actions_init(&actions)
  defer { posix_spawn_file_actions_destroy(&actions) }
  posix_spawn_file_actions_adddup2(&actions, fileno(inputFile), 0)
  posix_spawn_file_actions_adddup2(&actions, fileno(outputFile), 1)
  posix_spawn_file_actions_adddup2(&actions, fileno(outputFile), 2)
  var process: pid_t = 0
  let started = posix_spawnp(&process, arguments[0], &actions, nil, &command, environ)
  guard started == 0 else { throw CommandFailure(status: started, output: arguments[0]) }
  var status: Int32 = 0
  while waitpid(process, &status, 0) == -1, errno == EINTR {}
  rewind(outputFile)
  var buffer = [UInt8](repeating: 0, count: 1 << 16)
  let count = fread(&buffer, 1, buffer.count, outputFile)
  let output = String(decoding: buffer.prefix(count), as: UTF8.self)
  guard status == 0 else { throw CommandFailure(status: status, output: output) }
  return output
}
