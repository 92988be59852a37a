"""What is live, as the files and the real host alone say it: plugctl is not asked."""

import dataclasses
import hashlib
import json
import os


class Damaged(Exception):
    """What is live can't be told."""


@dataclasses.dataclass
class Live:
    """A generation: its number, 0 for none, and its plugins' versions by name."""

    number: int
    plugins: dict

    def __str__(self):
        names = " ".join(f"{name}@{version}" for name, version in sorted(self.plugins.items()))
        return f"generation {self.number} ({names})"


def instance(home):
    return os.path.join(home.data, "hosts/sqlite")


def live(home):
    """The live generation.

    Raises Damaged where `current` or its manifest says nothing."""
    current = os.path.join(instance(home), "current")
    try:
        if not os.path.lexists(current):
            return none_yet(home)
        number = int(os.readlink(current).removeprefix("gens/"))
        with open(os.path.join(current, "manifest.json"), encoding="utf-8") as file:
            manifest = json.load(file)
        plugins = {name_of(plugin): plugin["version"] for plugin in manifest["plugins"]}
        return Live(number, plugins)
    except (OSError, ValueError, KeyError) as error:
        raise Damaged(f"`current` is damaged: {error}") from error


def none_yet(home):
    if any(number > 1 for number in generations(home)):
        raise Damaged("`current` is gone")
    return Live(0, {})


def generations(home):
    try:
        return sorted(int(name) for name in os.listdir(os.path.join(instance(home), "gens")))
    except FileNotFoundError:
        return []


def name_of(plugin):
    return plugin["id"].split("/")[1]


def file_faults(home, state):
    """What is wrong with the files of the live generation: every hash is looked at."""
    if state.number == 0:
        return []
    try:
        return live_faults(home) + history_faults(home, state)
    except (OSError, ValueError, KeyError) as error:
        return [f"a generation can't be read: {error}"]


def live_faults(home):
    current = os.path.join(instance(home), "current")
    with open(os.path.join(current, "manifest.json"), encoding="utf-8") as file:
        plugins = json.load(file)["plugins"]
    names = sorted(name for plugin in plugins for name in plugin["view"])
    faults = []
    if sorted(os.listdir(os.path.join(current, "plugins"))) != names:
        faults.append("the generation's links are not its plugins")
    for name in names:
        library = os.path.realpath(os.path.join(current, "plugins", name))
        faults += tree_faults(os.path.dirname(library))
    return faults


def history_faults(home, state):
    """Whether every older generation can be gone back to: it is there with all that it needs."""
    faults = []
    for number in generations(home):
        folder = os.path.join(instance(home), "gens", str(number), "plugins")
        if number >= state.number:
            continue
        for name in os.listdir(folder):
            library = os.path.realpath(os.path.join(folder, name))
            faults += tree_faults(os.path.dirname(library))
    return faults


def tree_faults(tree):
    try:
        with open(os.path.join(tree, "plugin.json"), encoding="utf-8") as file:
            contents = json.load(file)["contents"]
        return [
            f"{tree}/{file['path']} is not as signed"
            for file in contents
            if file_digest(os.path.join(tree, file["path"])) != file["sha256"]
        ]
    except (OSError, ValueError, KeyError) as error:
        return [f"{tree} can't be read: {error}"]


def file_digest(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def host_answer(home, command, state):
    """The versions that the real host gives once it has loaded what it is told to load.

    Raises Damaged where it does not load."""
    if command.view == "include":
        if state.number == 0:
            return {}
        script = os.path.join(instance(home), "current/activate/load.sql")
        return asked(home, ["-init", script], [])
    folder = home.extensions
    names = sorted(os.listdir(folder)) if os.path.isdir(folder) else []
    names = [name for name in names if name.endswith(".so")]
    return asked(home, [], [f".load {os.path.join(folder, name)}" for name in names])


def asked(home, options, loads):
    functions = "SELECT DISTINCT name FROM pragma_function_list WHERE name GLOB '*_version'"
    names = sqlite(home, options, [*loads, functions + " AND name <> 'sqlite_version';"])
    if not names:
        return {}
    query = "SELECT " + " || ' ' || ".join(f"{name}()" for name in names) + ";"
    versions = sqlite(home, options, [*loads, query])[0].split()
    return {name.removesuffix("_version"): value for name, value in zip(names, versions)}


def sqlite(home, options, commands):
    ended = home.run(["sqlite3", "-batch", "-bail", *options, ":memory:", *commands])
    # A failed `.load` of an init script is said and passed over.
    if ended.code != 0 or ended.errors:
        raise Damaged(f"the host does not load: {ended}")
    return ended.output.split("\n")[:-1]


def host_faults(home, command, state, sets):
    """What the host loads that it should not, before any plugctl command has run.

    A folder of links or copies may have some of both at such a
    moment: names are added before the switch and removed after it."""
    try:
        answer = host_answer(home, command, state)
    except Damaged as error:
        return [str(error)]
    if command.view == "include":
        wanted = state.plugins
        return [] if answer == wanted else [f"the host has {answer}, not {wanted}"]
    faults = [
        f"the host has {name} {version}, which is of no set"
        for name, version in answer.items()
        if all(plugins.get(name) != version for plugins in sets)
    ]
    faults += [f"{path} leads nowhere" for path in further(home) if not os.path.exists(path)]
    always = set.intersection(*(set(plugins) for plugins in sets))
    return faults + [f"the host lacks {name}" for name in sorted(always - set(answer))]


def further(home):
    """What lies in the folder of further files."""
    names = sorted(os.listdir(home.further)) if os.path.isdir(home.further) else []
    return [os.path.join(home.further, name) for name in names]


def settled_faults(home, command, state):
    """What is left behind once a later command has brought everything to its end."""
    faults = []
    temporary = os.path.join(home.data, "tmp")
    left = os.listdir(temporary) if os.path.isdir(temporary) else []
    if left:
        faults.append(f"tmp still has {left}")
    above = [number for number in generations(home) if number > state.number]
    if above:
        faults.append(f"generations {above} stay, {state.number} is live")
    try:
        answer = host_answer(home, command, state)
    except Damaged as error:
        return faults + [f"after recovery: {error}"]
    if answer != state.plugins:
        faults.append(f"after recovery the host has {answer}, not {state.plugins}")
    if command.view != "include":
        names = sorted(os.listdir(home.extensions)) if os.path.isdir(home.extensions) else []
        wanted = sorted(f"{name}.so" for name in state.plugins)
        if names != wanted:
            faults.append(f"the host's folder has {names}, not {wanted}")
        more = [os.path.basename(path) for path in further(home)]
        if command.view == "links" and command.scope == "user" and more != wanted:
            faults.append(f"the further folder has {more}, not {wanted}")
    return faults
