"""Real file systems that are full: of bytes, or of files."""

import functools
import os

import disks
from run import Kind
from traced import answer_faults, honesty_faults, moment_faults, next_faults

# What an install here writes at most, with room to spare.
KILOBYTES = 600
FILES = 60


def run(kind, home, prepared, number):
    """One case: with so much left, the command, the host, the files; then room, and the next command."""
    home.scope = prepared.command.scope
    image = f"{home.root}.image"
    try:
        with opened(kind, home, image):
            home.put_back(prepared.command.name)
            ballast = os.path.join(home.root, "ballast")
            os.mkdir(ballast)
            fill = fill_files if kind == "full-files" else fill_bytes
            fill(ballast, number)
            return f"{number} left", full_faults(home, prepared, number, ballast)
    finally:
        if os.path.exists(image):
            os.unlink(image)


def opened(kind, home, image):
    if kind == "full-memory":
        return disks.memory(home.root, "size=8m")
    # The fewest inodes that leave room for the state and the ballast.
    options = ["-N", "512"] if kind == "full-files" else ["-O", "^has_journal"]
    disks.make_image(image, "ext4", 16, options)
    return disks.mounted(image, home.root)


def fill_bytes(folder, kilobytes):
    """Leaves so many kilobytes."""
    with open(os.path.join(folder, "bytes"), "wb") as file:
        left = os.statvfs(folder)
        size = left.f_bavail * left.f_frsize - (kilobytes << 10)
        if size > 0:
            os.posix_fallocate(file.fileno(), 0, size)


def fill_files(folder, count):
    """Leaves so many files."""
    for number in range(os.statvfs(folder).f_favail - count):
        with open(os.path.join(folder, str(number)), "wb"):
            pass


def full_faults(home, prepared, number, ballast):
    command = prepared.command
    ended = home.plugctl(*command.arguments, "--json")
    faults = answer_faults(ended)
    state, found = moment_faults(home, prepared)
    faults += found
    if state:
        faults += honesty_faults(home, ended, prepared, state)
    listed = home.plugctl("list", "--json")
    if listed.code != 0:
        faults.append(f"a reader fails: {listed}")
    for name in os.listdir(ballast):
        os.unlink(os.path.join(ballast, name))
    if state and not faults:
        faults += next_faults(home, prepared, state, number)
    return faults


def fits(command):
    return command.name in ["first", "install", "upgrade", "rollback", "sync", "install-copies"]


def kind(name, left, step, missing):
    return Kind(
        name=name,
        group="full",
        sample=30,
        numbers=lambda prepared: range(0, left, step),
        run=functools.partial(run, name),
        fits=fits,
        missing=missing,
        place="disk",
    )


KINDS = [
    kind("full-memory", KILOBYTES, 4, disks.memory_missing),
    kind("full-ext4", KILOBYTES, 4, disks.missing),
    kind("full-files", FILES, 1, disks.missing),
]
