"""The commands that faults happen to, as data: what goes before, and what is run."""

import dataclasses
import glob
import os
import re
import shutil

from lab import Failure
from state import generations, instance, live
from workshop import write

SWITCH = r"^rename .*/current\.new .*/current$"

PROFILE = """schema: 1
id: sqlite
extends: sqlite
paths: [{ scope: user, dir: %s }]
layout: { place: flat, file: "{file}", view: %s, path: stable%s }
"""


def profile(home, view):
    """SQLite with a folder that it searches. Where that has links, another gets each library too."""
    extra = ', extra: [{ match: "*.so", to: %s }]' % home.further if view == "links" else ""
    return PROFILE % (home.extensions, view, extra)


@dataclasses.dataclass
class Command:
    """A command and how its home comes to be.

    Steps are lists: the arguments of plugctl, or `write PATH TEXT`, `drop PATH`, `aged`,
    `spoil PATTERN`, or
    `killed ACTION CALL ARGUMENTS...`, where CALL is a pattern for the call that ACTION is for.
    """

    name: str
    steps: list
    arguments: list
    view: str = "include"
    scope: str = "user"
    # What is damaged at its start: `current`, without which no host loads, or `files` that the host does not
    # miss.
    damage: str = ""


def project(*plugins):
    lines = "".join(f'  acme/{name}: "{versions}"\n' for name, versions in plugins)
    return f"schema: 1\nhost: sqlite\nplugins:\n{lines}"


DELTA = ["install", "delta@1.0.0"]
OLD_SET = ["install", "beta", "alpha@1.0.0", "delta@1.0.0"]

COMMANDS = [
    Command("first", [], ["install", "beta"]),
    Command("install", [DELTA], ["install", "beta"]),
    Command("install-many", [DELTA], ["install", "many"]),
    Command("upgrade", [OLD_SET], ["upgrade"]),
    Command("remove", [OLD_SET], ["remove", "beta", "delta"]),
    Command("rollback", [DELTA, ["install", "beta"]], ["rollback"]),
    Command(
        "sync",
        [
            ["write", "project/plugctl.yaml", project(("delta", "~1.0"))],
            ["sync"],
            ["write", "project/plugctl.yaml", project(("delta", "^1.1"), ("beta", "^1"))],
        ],
        ["sync"],
        scope="project",
    ),
    Command(
        "gc",
        [DELTA, ["install", "beta"], ["upgrade"], ["remove", "beta"], ["aged"]],
        ["gc", "--keep", "2"],
    ),
    Command(
        "repair",
        [["install", "beta"], ["spoil", "trees/*/notes.txt"]],
        ["repair"],
        damage="files",
    ),
    # Recovery itself, killed in turn: of a change just before its switch, of one just after it, and
    # of a store without its `current`.
    Command(
        "recover", [DELTA, ["killed", "kill-before", SWITCH, "install", "beta"]], ["recover"]
    ),
    Command(
        "recover-damaged",
        [DELTA, ["install", "beta"], ["drop", "hosts/sqlite/current"]],
        ["recover"],
        damage="current",
    ),
]
for _view in ["links", "copies"]:
    COMMANDS += [
        dataclasses.replace(command, name=f"{command.name}-{_view}", view=_view)
        for command in COMMANDS
        if command.name in ["install", "upgrade", "remove", "rollback"]
    ]
    COMMANDS += [
        Command(
            f"recover-{_view}",
            [OLD_SET, ["killed", action, SWITCH, *change]],
            ["recover"],
            view=_view,
        )
        for action, change in [("kill-after", ["remove", "beta", "delta"])]
    ]


@dataclasses.dataclass
class Prepared:
    """A kept state of a home, and what is live before and after the command."""

    command: Command
    old: object
    new: object
    # Every set that a host may be seen with on the way.
    sets: list
    # The generations that are there after the command.
    numbers: list
    trace: list


def telling_calls(prepared):
    """The numbers of all calls, but of one package's many files those of a few."""
    return [
        number
        for number, call in enumerate(prepared.trace, 1)
        if "/page-" not in call or re.search(r"/page-\d*7\b", call)
    ]


def prepare(workshop, home, command):
    """Makes a command's state, keeps it under its name, and runs it once without a fault."""
    home.scope = "user"
    home.clear()
    workshop.add_to(home)
    home.scope = command.scope
    if command.scope == "project":
        os.makedirs(home.project)
    if command.view != "include":
        text = profile(home, command.view)
        write(os.path.join(home.path, ".config/plugctl/hosts.d/sqlite.yaml"), text)
        os.makedirs(home.further)
    sets = []
    for step in command.steps:
        if step[0] == "killed":
            sets.append(live(home).plugins)
        take(home, step)
    old = None if command.damage == "current" else live(home)
    home.keep(command.name)
    home.traced([*command.arguments, "--json"]).succeeded()
    new = live(home)
    sets += [state.plugins for state in [old, new] if state]
    return Prepared(command, old, new, sets, generations(home), home.trace())


def take(home, step):
    """Takes one step on the way to a state."""
    match step:
        case ["write", path, text]:
            write(os.path.join(home.path, path), text)
        case ["drop", path]:
            os.unlink(os.path.join(home.data, path))
        case ["spoil", pattern]:
            for path in glob.glob(os.path.join(home.data, pattern)):
                write(path, "not what was signed\n")
        case ["aged"]:
            age(home)
        case ["killed", action, pattern, *arguments]:
            home.keep("step")
            home.traced(arguments).succeeded()
            number = place(home.trace(), pattern)
            home.put_back("step")
            shutil.rmtree(f"{home.root}.step")
            home.traced(arguments, number, action)
        case _:
            home.plugctl(*step).succeeded()


def age(home):
    """Makes every generation a year older."""
    for number in generations(home):
        path = os.path.join(instance(home), f"gens/{number}/manifest.json")
        with open(path, encoding="utf-8") as file:
            text = file.read()
        created = r'("created": ")(\d{4})'
        write(path, re.sub(created, lambda match: f"{match[1]}{int(match[2]) - 1}", text))


def place(trace, pattern):
    """The number of the first call that fits."""
    for number, call in enumerate(trace, 1):
        if re.search(pattern, call):
            return number
    raise Failure(f"no call fits {pattern}")
