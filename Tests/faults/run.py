"""Runs cases side by side, each job in a home of its own, and says what was found."""

import dataclasses
import os
import queue
import sys
import threading
import time

from commands import COMMANDS, prepare
from lab import Failure, Home
from state import Damaged

# Violations of one kind that are told at length: the others will be of the same cause.
TOLD = 20


@dataclasses.dataclass
class Kind:
    """A kind of fault: which cases it has for a command, and how one is run.

    `run(home, prepared, number)` answers what was hit, None where there was nothing to hit, and what was
    found wrong."""

    name: str
    group: str
    sample: int
    numbers: object
    run: object
    # Whether a command is one that it can happen to.
    fits: object = lambda command: True
    # Why it can't be run here; None where it can.
    missing: object = lambda: None
    # The home's name: cuts have their own, on images.
    place: str = "job"

    def commands(self, commands):
        return [command for command in commands if self.fits(command)]


@dataclasses.dataclass
class Case:
    command: str
    kind: Kind
    number: int

    def __str__(self):
        return f"{self.command}:{self.kind.name}:{self.number}"


class Run:
    """A run of many cases."""

    def __init__(self, lab, jobs):
        self.lab = lab
        self.workshop = None
        self.jobs = jobs
        self.homes = {}
        self.states = {}
        self.lock = threading.Lock()
        self.violations = []
        self.skipped = []
        self.is_planted = False
        # Set from outside: each job comes to the end of its case, and unmounts what it has.
        self.is_stopped = False
        self.started = time.monotonic()

    def home(self, place, job):
        key = f"{place}{job}"
        with self.lock:
            if key not in self.homes:
                self.homes[key] = Home(self.lab, key)
            return self.homes[key]

    def prepared(self, name, place="job", job=0):
        """A command's kept state in one job's home, made when it is first asked for."""
        key = (name, place, job)
        if key not in self.states:
            command = next(command for command in COMMANDS if command.name == name)
            self.states[key] = prepare(self.workshop, self.home(place, job), command)
        return self.states[key]

    def go(self, kind, cases, is_planted=False):
        """Runs the cases of one kind; one line tells how it went.

        In a run with planted faults violations are what is wanted, and are not told one by one."""
        self.is_planted = is_planted
        waiting = queue.Queue()
        for case in cases:
            waiting.put(case)
        found, hit, errors = [], [], []
        began = time.monotonic()
        threads = [
            threading.Thread(target=self.work, args=(job, waiting, found, hit, errors))
            for job in range(min(self.jobs, max(1, len(cases))))
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if self.is_stopped:
            raise Failure("stopped")
        if errors:
            raise Failure(errors[0])
        self.violations += found
        seconds = time.monotonic() - began
        print(
            f"{kind.group:<10} {kind.name:<20} {len(hit):>6} cases {len(found):>4} violations "
            f"{seconds:>7.1f} s",
            flush=True,
        )
        return found

    def work(self, job, waiting, found, hit, errors):
        while not errors and not self.is_stopped:
            try:
                case = waiting.get_nowait()
            except queue.Empty:
                return
            try:
                place = case.kind.place
                prepared = self.prepared(case.command, place, job)
                try:
                    what, faults = case.kind.run(self.home(place, job), prepared, case.number)
                except Damaged as error:
                    what, faults = "", [str(error)]
            except Exception as error:  # a thread's own end would be silent
                errors.append(f"{case}: {type(error).__name__}: {error}")
                return
            if what is not None:
                hit.append(case)
            if faults:
                found.append(case)
                if not self.is_planted:
                    self.say(case, what, faults, len(found))

    def say(self, case, what, faults, number):
        if number > TOLD:
            return
        lines = [f"VIOLATION {case} at `{what}`", *[f"  {fault}" for fault in faults]]
        lines.append(f"  again: scripts/test faults --case {case}")
        print("\n".join(lines), file=sys.stderr, flush=True)

    def stop(self, *_):
        """For signals: an exception would leave threads behind."""
        self.is_stopped = True

    def skip(self, kind, reason):
        self.skipped.append(kind.name)
        print(f"{kind.group:<10} {kind.name:<20} SKIP: {reason}", flush=True)

    def end(self):
        """The last line and the exit code; what was skipped is a failure in CI."""
        seconds = time.monotonic() - self.started
        print(f"{len(self.violations)} violations in {seconds:.0f} s", flush=True)
        if self.skipped and os.environ.get("CI"):
            print(f"faults: skipped in CI: {' '.join(self.skipped)}", file=sys.stderr)
            return 1
        return 1 if self.violations else 0
