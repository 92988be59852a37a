"""Sixty processes at once that change and read the same set, a third of them killed."""

import json
import os
import random
import signal
import threading
import time

from lab import SECONDS, finish
from run import Kind
from state import Live, file_faults, generations, host_faults, instance, live, settled_faults

PROCESSES = 60
COMMANDS = [
    ["install", "beta"],
    ["install", "delta@1.0.0"],
    ["install", "alpha@1.0.0"],
    ["upgrade"],
    ["upgrade", "delta"],
    ["remove", "beta"],
    ["remove", "delta"],
    ["rollback"],
    ["list"],
    ["recover"],
    ["gc"],
]

# What a command may say when others were faster.
EXPECTED = {
    *["plugin.not-installed", "generation.unknown", "solve.required", "plan.stale"],
    *["solve.conflict", "solve.downgrade"],
}


def run(home, prepared, number):
    """One storm, by its number's random choices."""
    home.scope = "user"
    home.put_back(prepared.command.name)
    generator = random.Random(number)
    begun, killers = [], []
    for place in range(PROCESSES):
        arguments = generator.choice(COMMANDS)
        wait = [] if arguments[0] == "list" else ["--wait", str(SECONDS)]
        process = home.start([home.lab.plugctl, *arguments, *wait, "--json"])
        is_killed = place % 3 == 0
        if is_killed:
            killers.append(kill_later(process, generator.uniform(0, 1.5)))
        begun.append((process, arguments, is_killed))
    faults = []
    reported = {}
    for process, arguments, is_killed in begun:
        ended = finish(process, arguments, 2 * SECONDS)
        faults += [] if is_killed and ended.code == -signal.SIGKILL else answer_faults(ended)
        note(reported, ended)
    for killer in killers:
        killer.join()
    return f"{PROCESSES} processes", faults + after_faults(home, prepared, reported)


def kill_later(process, seconds):
    """Kills one process, and not its children, after a time."""

    def kill():
        time.sleep(seconds)
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)

    thread = threading.Thread(target=kill)
    thread.start()
    return thread


def answer_faults(ended):
    if ended.code is None:
        return [f"it hangs: {ended}"]
    document = ended.document()
    if document is None:
        return [f"no document: {ended}"]
    if ended.code != 0 and ended.error_code() not in EXPECTED:
        return [f"it fails: {ended}"]
    return []


def note(reported, ended):
    """Remembers which generation a command said that it made."""
    data = (ended.document() or {}).get("data")
    for report in data if isinstance(data, list) else []:
        if ended.code == 0 and isinstance(report, dict) and report.get("steps"):
            reported.setdefault(report.get("generation"), []).append(ended.arguments)


def after_faults(home, prepared, reported):
    state = live(home)
    sets = [state.plugins]
    faults = host_faults(home, prepared.command, state, sets) + file_faults(home, state)
    if "beta" in state.plugins and "alpha" not in state.plugins:
        faults.append("beta is there without what it needs")
    for number, commands in reported.items():
        faults += report_faults(home, number, commands)
    recovered = home.plugctl("recover", "--json")
    if recovered.code != 0:
        return [*faults, f"recovery fails: {recovered}"]
    after = live(home)
    if after != Live(state.number, state.plugins):
        faults.append(f"recovery turned {state} into {after}")
    return faults + settled_faults(home, prepared.command, after)


def report_faults(home, number, commands):
    """A generation that was reported is there, and of that one command."""
    if number is None:
        return []
    if len(commands) > 1:
        return [f"generation {number} was reported by {commands}"]
    if number not in generations(home):
        return [f"generation {number} of {commands[0]} is gone"]
    path = os.path.join(instance(home), f"gens/{number}/manifest.json")
    with open(path, encoding="utf-8") as file:
        command = json.load(file)["command"]
    wanted = " ".join(commands[0])
    return [] if command.startswith(wanted) else [f"generation {number} is of {command}"]


KINDS = [
    Kind("storm", "storm", 2, lambda prepared: range(1, 21), run, lambda one: one.name == "install")
]
