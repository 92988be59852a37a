"""Another clock for a program under test."""

import glob


def clock(at):
    """Variables that move the clock: to `@DAY TIME`, or by as much as `+8d` says.

    The program `faketime` shares its clock by semaphores named after processes, which stay when one is
    killed and then are in the way of another of the same number; the library alone needs none."""
    library = sorted(glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1"))[0]
    return {"LD_PRELOAD": library, "FAKETIME": at, "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
