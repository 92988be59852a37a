"""The command line of the fault runs; see `scripts/test faults --help`."""

import argparse
import os
import random
import shutil
import signal
import sys
import tempfile

import cuts
import disks
import full
import losses
import storm
import traced
from commands import COMMANDS
from lab import Failure, Lab
from planted import run_planted
from run import Case, Run
from workshop import Workshop

KINDS = [*traced.KINDS, *full.KINDS, *storm.KINDS, *losses.KINDS, *cuts.KINDS]


def parsed():
    parser = argparse.ArgumentParser(
        prog="scripts/test faults",
        description="Lets faults happen to plugctl at every moment that a trace shows, and looks at "
        "what is left: a seeded sample, or all.",
    )
    parser.add_argument("--all", action="store_true", help="every case, not a sample")
    parser.add_argument("--only", metavar="KIND,...", help="cases of these kinds, or of groups")
    parser.add_argument("--commands", metavar="NAME,...", help="cases of these commands")
    parser.add_argument("--case", metavar="COMMAND:KIND:NUMBER", action="append", default=[])
    parser.add_argument("--seed", type=int, default=20260101, help="of the sample")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--planted", action="store_true", help="show that planted faults are found")
    parser.add_argument("--list", action="store_true", help="name the kinds and commands")
    parser.add_argument("--keep", action="store_true", help="leave the folder of the run")
    return parser.parse_args()


def chosen_kinds(only):
    """Kinds by their names or those of their groups."""
    if not only:
        return KINDS
    names = only.split(",")
    known = {kind.name for kind in KINDS} | {kind.group for kind in KINDS}
    for name in names:
        if name not in known:
            raise Failure(f"no kind or group `{name}`; `--list` names them")
    return [kind for kind in KINDS if kind.name in names or kind.group in names]


def chosen_commands(names):
    if not names:
        return COMMANDS
    known = {command.name: command for command in COMMANDS}
    for name in names.split(","):
        if name not in known:
            raise Failure(f"no command `{name}`; `--list` names them")
    return [known[name] for name in names.split(",")]


def cases_of(run, options):
    """The cases of a kind: all, or a sample of the size that the kind asks for."""
    commands = chosen_commands(options.commands)
    for kind in chosen_kinds(options.only):
        cases = [
            Case(command.name, kind, number)
            for command in kind.commands(commands)
            for number in kind.numbers(run.prepared(command.name))
        ]
        if not options.all:
            generator = random.Random(f"{options.seed} {kind.name}")
            cases = generator.sample(cases, min(kind.sample, len(cases)))
        yield kind, cases


def case_named(text):
    """The case of `COMMAND:KIND:NUMBER`."""
    command, kind, number = text.split(":")
    chosen_commands(command)
    return Case(command, chosen_kinds(kind)[0], int(number))


def fault_run(run, options):
    """Runs the cases and prints a line for each kind."""
    if options.case:
        named = [case_named(text) for text in options.case]
        groups = [(case.kind, [case]) for case in named]
    else:
        print(f"seed {options.seed}" if not options.all else "all cases", flush=True)
        groups = cases_of(run, options)
    for kind, cases in groups:
        missing = kind.missing()
        if missing:
            run.skip(kind, missing)
        else:
            run.go(kind, cases)
    return run.end()


def main():
    options = parsed()
    if options.list:
        print("kinds:", *[f"{kind.group}/{kind.name}" for kind in KINDS])
        print("commands:", *[command.name for command in COMMANDS])
        return 0
    programs = os.environ["PLUGCTL_BIN_DIR"]
    # Memory is the fastest disk: images are synced by the kernel that mounts them all the same.
    base = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    work = tempfile.mkdtemp(prefix="plugctl-faults-", dir=os.environ.get("PLUGCTL_FAULTS_DIR", base))
    try:
        lab = Lab(work, programs)
        run = Run(lab, options.jobs)
        for number in [signal.SIGTERM, signal.SIGINT]:
            signal.signal(number, run.stop)
        run.workshop = Workshop(lab)
        return run_planted(run) if options.planted else fault_run(run, options)
    except Failure as failure:
        print(f"faults: {failure}", file=sys.stderr)
        return 1
    finally:
        if options.keep:
            print(f"faults: kept {work}", file=sys.stderr)
        else:
            disks.unmount_below(work)
            shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
