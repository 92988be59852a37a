import PkgCore

/// Runs that are more than one check: what it does to the world, and what made-up input does to it.
extension PlugChecks {
  /// A life that is watched, each interface used: plg-d039 to d042.
  mutating func conduct(_ description: PlugDescription) throws {
    let inputs = PlugInputs(description, subject, options)
    guard
      let run = try done(
        .hostFdsClosed,
        inputs.arguments(.hostFdsClosed) + inputs.samples(questions)
          + inputs.operations(operations) + ["--observe"], isAlone: true)
    else { return }
    note(judged(run, .hostFdsClosed))
    let permissions = subject.manifest?.permissions ?? description.permissions
    results += Conduct(run: run, permissions: permissions, dataFolder: inputs.dataFolder).results
  }

  /// Level 5.
  mutating func fuzz(_ check: CheckID, _ description: PlugDescription) throws {
    guard let scratch = options.scratch else {
      note(CheckResult(check, .skip, "there is no folder for its inputs"))
      return
    }
    let inputs = PlugInputs(description, subject, options)
    var fuzzing = Fuzzing(check, description, seed: options.seed, folder: scratch)
    guard fuzzing.isPossible else {
      note(CheckResult(check, .skip, "it has no interface that takes data"))
      return
    }
    let end = ContinuousClock.now + .milliseconds(options.fuzzMilliseconds)
    var count = 0
    repeat {
      let batch = try fuzzing.next()
      let run = try runWorker(
        check, inputs.arguments(check) + ["--inputs", fuzzing.path], isAlone: false)
      count += batch
      guard run.isDone else {
        note(kept(ending(run, check), run, fuzzing, inputs.arguments(check)))
        return
      }
      // Inputs that nobody read are none.
      guard run.value("skip") == nil, run.values("bad").isEmpty else {
        note(judged(run, check))
        return
      }
    } while ContinuousClock.now < end
    note(CheckResult(check, .pass, "", notes: ["\(count) inputs, seed \(options.seed)"]))
  }

  /// The end of a run with the input that it did not survive, which is kept where the user works.
  private mutating func kept(
    _ result: CheckResult, _ run: WorkerRun, _ fuzzing: Fuzzing, _ arguments: [String]
  ) -> CheckResult {
    guard options.keepsInputs else { return result }
    var result = result
    do {
      guard let path = try fuzzing.keep(run.input) else { return result }
      result.notes.insert("input \(run.input) of seed \(options.seed): \(path)", at: 0)
      commands[result.check] = command(result.check, arguments + ["--inputs", path])
    } catch {
      let reason = (error as? any Diagnosable)?.diagnostic.message ?? "\(error)"
      result.notes.insert(
        "input \(run.input) of seed \(options.seed), which can't be kept: \(reason)", at: 0)
    }
    return result
  }
}
