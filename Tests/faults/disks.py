"""File systems of a run's own, on images and in memory; all are unmounted whatever happens."""

import contextlib
import fcntl
import functools
import os
import struct
import subprocess
import tempfile
import time

from lab import Failure

# EXT4_IOC_SHUTDOWN and XFS_IOC_GOINGDOWN are one number; 2 is "without flushing the log": what is not on
# the disk is lost.
SHUTDOWN = 0x8004587D
WITHOUT_LOG = struct.pack("I", 2)

MAKE = {
    "ext4": (64, ["mkfs.ext4", "-q", "-m", "0"]),
    "xfs": (300, ["mkfs.xfs", "-q"]),
    "btrfs": (160, ["mkfs.btrfs", "-q"]),
}


def command(*arguments):
    ended = subprocess.run(arguments, capture_output=True, check=False)
    if ended.returncode != 0:
        errors = ended.stderr.decode(errors="replace").strip()
        raise Failure(f"`{' '.join(arguments)}` ended with {ended.returncode}: {errors}")


def make_image(path, kind, megabytes=None, options=()):
    """An empty file system in a file."""
    size, make = MAKE[kind]
    with open(path, "wb") as file:
        file.truncate((megabytes or size) << 20)
    command(*make, *options, path)


@contextlib.contextmanager
def mounted(image, folder, *options):
    """An image, mounted for a while; the loop device goes with the mount."""
    command("mount", "-o", ",".join(["loop", *options]), image, folder)
    try:
        yield
    finally:
        unmount(folder)


@contextlib.contextmanager
def memory(folder, *options):
    """A file system in memory."""
    command("mount", "-t", "tmpfs", "-o", ",".join([*options, "mode=755"]), "tmpfs", folder)
    try:
        yield
    finally:
        unmount(folder)


def unmount(folder):
    """The kernel lets go of a killed process's last files some time after its end."""
    for _ in range(200):
        if subprocess.run(["umount", folder], capture_output=True, check=False).returncode == 0:
            return
        time.sleep(0.01)
    command("umount", "-l", folder)
    raise Failure(f"`{folder}` stays busy")


def unmount_below(folder):
    """Whatever a run that was stopped still has."""
    with open("/proc/self/mounts", encoding="utf-8") as file:
        places = [line.split()[1] for line in file]
    for place in places:
        if place.startswith(folder + "/"):
            unmount(place)


def shut_down(folder):
    """Cuts the power of a mounted ext4 or xfs: nothing more reaches its disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.ioctl(descriptor, SHUTDOWN, WITHOUT_LOG)
    finally:
        os.close(descriptor)


def copy_image(source, target):
    """Copies an image as it is at one moment: again, where something was written meanwhile."""
    while True:
        before = os.stat(source).st_mtime_ns
        command("cp", "--sparse=always", "--reflink=auto", source, target)
        if os.stat(source).st_mtime_ns == before:
            return


@functools.cache
def missing(kind="ext4"):
    """Why images of a kind can't be mounted here; None where they can."""
    if os.geteuid() != 0:
        return "needs root"
    with tempfile.TemporaryDirectory() as folder:
        image, place = f"{folder}/image", f"{folder}/place"
        os.mkdir(place)
        try:
            make_image(image, kind)
            with mounted(image, place):
                return None
        except (Failure, FileNotFoundError) as failure:
            return f"no loop devices with {kind}: {failure}"


@functools.cache
def memory_missing():
    if os.geteuid() != 0:
        return "needs root"
    with tempfile.TemporaryDirectory() as folder:
        try:
            with memory(folder, "size=64k"):
                return None
        except Failure as failure:
            return str(failure)
