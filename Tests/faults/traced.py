"""Faults at one call of a command: its processes are killed there, or the call fails."""

import errno
import functools
import shutil

from commands import telling_calls
from run import Kind
from state import Damaged, file_faults, generations, host_faults, live, settled_faults

KILLS = ["kill-before", "kill-after", "kill-main"]
ERRORS = ["EIO", "ENOSPC", "EMFILE", "EROFS", "ENOMEM", "EINTR"]

# Errors that say themselves that the new set is live.
LIVE_ALL_THE_SAME = {"change.unfinished"}


def run(kind, home, prepared, number):
    """One case: the fault, the host, the files, the next command.

    Returns the call that was hit, None where the command had fewer, and what was found wrong."""
    command = prepared.command
    home.scope = command.scope
    home.put_back(command.name)
    action = getattr(errno, kind) if kind in ERRORS else kind
    ended = home.traced([*command.arguments, "--json"], number, action)
    trace = home.trace()
    if number > len(trace):
        return None, []
    faults = [] if kind in KILLS else answer_faults(ended)
    state, found = moment_faults(home, prepared)
    faults += found
    if state and kind not in KILLS:
        faults += honesty_faults(home, ended, prepared, state)
    if state and not faults:
        faults += next_faults(home, prepared, state, number)
    return trace[number - 1], faults


def moment_faults(home, prepared):
    """What is wrong before any plugctl command has run: the host is started first.

    Returns also what is live, None where that can't be told."""
    try:
        state = live(home)
    except Damaged as error:
        return None, [] if prepared.command.damage == "current" else [str(error)]
    faults = host_faults(home, prepared.command, state, prepared.sets)
    if prepared.command.damage != "files" or state != prepared.old:
        faults += file_faults(home, state)
    if state not in [prepared.old, prepared.new]:
        faults.append(f"{state} is neither {prepared.old} nor {prepared.new}")
    return state, faults


def answer_faults(ended):
    """What is wrong with the answer of a command of which a call failed."""
    if ended.code is None:
        return ["it hangs"]
    if ended.code < 0 or ended.code > 127 or ended.code == 70:
        return [f"it crashed: {ended}"]
    document = ended.document()
    if document is None:
        return [f"it answers with no document: {ended}"]
    if ended.code == 0:
        return [] if document["ok"] else [f"0, though it failed: {ended}"]
    code = ended.error_code()
    if not code or code.startswith("internal."):
        return [f"it has no clear error: {ended}"]
    return []


def honesty_faults(home, ended, prepared, state):
    """Whether the answer fits what is live."""
    if ended.code == 0:
        is_done = state == prepared.new and generations(home) == prepared.numbers
        return [] if is_done else [f"it says that it is done, but {state} is live"]
    is_hidden = (
        state == prepared.new
        and prepared.old not in [None, prepared.new]
        and ended.error_code() not in LIVE_ALL_THE_SAME
    )
    return [f"it says that it failed, but the new set is live: {ended}"] if is_hidden else []


def next_faults(home, prepared, state, number):
    """Whether the next command brings all to its end: `recover`, or the same command once more."""
    command = prepared.command
    faults = []
    if number % 3 == 0:
        # What can be fetched again is no part of the state.
        shutil.rmtree(home.cache, ignore_errors=True)
    if number % 2 == 0 or state == prepared.new:
        recovered = home.plugctl("recover", "--json")
        if recovered.code != 0:
            return [f"recovery fails: {recovered}"]
        after = live(home)
        if after != state:
            faults.append(f"recovery turned {state} into {after}")
        faults += settled_faults(home, command, after)
    if state != prepared.new:
        again = home.plugctl(*command.arguments, "--json")
        if again.code != 0:
            return faults + [f"the same command fails: {again}"]
        after = live(home)
        # Of files that are whole again nothing is left to be mended.
        is_mended = command.damage == "files" and after == prepared.old
        if after != prepared.new and not is_mended:
            faults.append(f"the same command leads to {after}, not {prepared.new}")
        faults += settled_faults(home, command, after) + file_faults(home, after)
    return faults


KINDS = [
    Kind(name, "kill", 120, telling_calls, functools.partial(run, name)) for name in KILLS
] + [Kind(name, "error", 60, telling_calls, functools.partial(run, name)) for name in ERRORS]
