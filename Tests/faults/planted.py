"""Whether the runs find what they are for: builds with a fault planted must be found out."""

import sys

import cuts
import traced
from run import Case

# Each with the kinds that must find it, one by one.
PLANTED = {
    "in-place": (traced.KINDS[:1], ["remove", "upgrade-copies"]),
    "no-sync": (cuts.KINDS, ["install", "upgrade"]),
    "no-folder-sync": (cuts.KINDS, ["install", "remove"]),
    "no-payload-folder-sync": (cuts.KINDS[-1:], ["install"]),
}


def run_planted(run):
    """Runs every planted fault; fails where a kind does not find one that is there."""
    missed = []
    for fault, (kinds, commands) in PLANTED.items():
        print(f"planted: {fault}", flush=True)
        run.lab.variables = {"PLUGCTL_PLANTED_FAULT": fault}
        for kind in kinds:
            reason = kind.missing()
            if reason:
                run.skip(kind, reason)
                continue
            cases = [
                Case(command, kind, number)
                for command in commands
                # The end is what a cut is most telling at; the other calls are thinned out.
                for number in list(kind.numbers(run.prepared(command)))[:: step(kind)]
            ]
            if not run.go(kind, cases, is_planted=True):
                missed.append(f"{kind.name} does not find {fault}")
    for line in missed:
        print(f"faults: {line}", file=sys.stderr)
    run.violations = missed
    return run.end()


def step(kind):
    return 10 if kind.group == "cut" else 1
