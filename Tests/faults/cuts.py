"""Power cuts: the disk keeps what had reached it, and the machine starts anew."""

import functools
import os
import select

import disks
from commands import telling_calls
from lab import SECONDS, Failure, finish
from run import Kind
from traced import moment_faults, next_faults


def run(system, way, home, prepared, number):
    """One case: the cut after a call, or after the end for 0; then the host, the files, a command."""
    home.scope = prepared.command.scope
    image = f"{home.root}.case"
    cut = f"{home.root}.cut"
    base = base_image(system, home, prepared.command.name)
    try:
        disks.copy_image(base, image)
        with disks.mounted(image, home.root):
            what, is_done = cut_power(way, home, prepared, number, image, cut)
        if what is None:
            return None, []
        # A copy is a disk that nobody has open: what was cut may live on for a while in the mount table of
        # a process that is not quite gone, and would be found again, as it was.
        with disks.mounted(cut, home.root, *(["nouuid"] if system == "xfs" else [])):
            return what, after_faults(home, prepared, number, is_done)
    finally:
        for path in [image, cut]:
            if os.path.exists(path):
                os.unlink(path)


def base_image(system, home, name):
    """An image with a kept state on it, whole and clean."""
    path = f"{home.root}.{name}.{system}"
    if not os.path.exists(path):
        disks.make_image(path, system)
        with disks.mounted(path, home.root):
            home.put_back(name)
    return path


def cut_power(way, home, prepared, number, image, cut):
    """Runs the command until the moment, and lets the disk be what it is then.

    Returns the call, None where the command had fewer, and whether its end was reported."""
    process, frozen, log = start_frozen(home, prepared.command, number)
    if not select.select([frozen], [], [], SECONDS)[0]:
        raise Failure("the command neither ends nor comes to the call")
    is_frozen = os.read(frozen, 1) == b"f"
    os.close(frozen)
    ended = None if is_frozen else finish(process, prepared.command.arguments, SECONDS)
    if way == "shutdown":
        disks.shut_down(home.root)
    disks.copy_image(image, cut)
    if is_frozen:
        # What it traced ends with it.
        process.kill()
        process.communicate()
    elif ended.code != 0:
        raise Failure(f"{ended}")
    with open(log, encoding="utf-8", errors="replace") as file:
        calls = file.read().splitlines()
    os.unlink(log)
    if number > len(calls):
        return None, True
    return calls[number - 1] if number else "the end", not is_frozen


def start_frozen(home, command, number):
    """Starts the command; what is returned to read from ends where all is frozen or over."""
    # Not on the disk that is cut.
    log = f"{home.root}.log"
    reader, writer = os.pipe()
    arguments = [home.lab.tracer, "-o", log, "-n", str(number), "-a", "freeze-after"]
    arguments += ["-f", str(writer), home.lab.plugctl, *command.arguments, "--json"]
    process = home.start(arguments, pass_fds=[writer])
    os.close(writer)
    return process, reader, log


def after_faults(home, prepared, number, is_done):
    state, faults = moment_faults(home, prepared)
    if is_done and state != prepared.new:
        faults.append(f"it had said that it was done, but {state} is live")
    if state and not faults:
        faults += next_faults(home, prepared, state, number)
    return faults


def numbers(prepared):
    """After the end, and after each call."""
    return [0, *telling_calls(prepared)]


def kind(system, way):
    return Kind(
        name=f"cut-{system}-{way}",
        group="cut",
        sample=16,
        numbers=numbers,
        run=functools.partial(run, system, way),
        missing=functools.partial(disks.missing, system),
        place="disk",
    )


KINDS = [
    kind("ext4", "shutdown"),
    kind("ext4", "copy"),
    kind("xfs", "shutdown"),
    kind("xfs", "copy"),
    kind("btrfs", "copy"),
]
