"""Writes a store as this version leaves it, to be kept for every later one: see scripts/store-fixture."""

import json
import os
import subprocess
import sys
import tempfile
import time

from commands import profile
from lab import Home, Lab, remove_tree
from state import generations, live
from workshop import Workshop, platform, write

# Three generations and more: an install, an upgrade, a plugin that is hidden, a pin, a way back.
STEPS = [
    ["install", "delta@1.0.0"],
    ["install", "beta", "alpha@1.0.0"],
    ["upgrade", "alpha"],
    ["pin", "beta", "--reason", "kept for the tests of stores"],
    ["remove", "delta"],
    ["rollback"],
]


def make(lab, workshop, view):
    """One user's home with a store; answers what later versions must find in it."""
    home = Home(lab, view)
    if view != "include":
        text = profile(home, view)
        write(os.path.join(home.path, ".config/plugctl/hosts.d/sqlite.yaml"), text)
    workshop.add_to(home)
    for step in STEPS:
        home.plugctl(*step).succeeded()
    remove_tree(home.cache)
    state = live(home)
    plugins = [f"{name} {version}" for name, version in sorted(state.plugins.items())]
    return {"generations": generations(home), "plugins": plugins}


def main():
    folder = sys.argv[1]
    work = tempfile.mkdtemp(prefix="plugctl-fixture-")
    try:
        lab = Lab(work, os.environ["PLUGCTL_BIN_DIR"])
        workshop = Workshop(lab)
        os.rename(workshop.index, os.path.join(work, "index"))
        workshop.index = os.path.join(work, "index")
        version = workshop.author.plugctl("--version").output.split()[1]
        views = ["include", "links", "copies"]
        facts = {
            "version": version,
            "platform": platform(),
            "written": time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime()),
            # Paths below it are in the store; whoever unpacks it writes their own instead.
            "folder": work,
            "homes": {view: make(lab, workshop, view) for view in views},
        }
        os.makedirs(folder, exist_ok=True)
        write(os.path.join(folder, f"{version}.json"), json.dumps(facts, indent=2) + "\n")
        subprocess.run(
            ["tar", "-C", work, "--sort=name", "--owner=0", "--group=0", "--numeric-owner"]
            + ["-I", "zstd -19", "-cf", os.path.join(folder, f"{version}.tar.zst"), "index", *views],
            check=True,
        )
        print(os.path.join(folder, f"{version}.tar.zst"))
    finally:
        remove_tree(work)


if __name__ == "__main__":
    main()
