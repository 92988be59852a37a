"""What is lost when somebody deletes what can be fetched again, or what was learnt."""

import shutil

from run import Kind
from state import file_faults, host_faults, live, settled_faults
from workshop import Workshop


def without_cache(home, prepared, _number):
    """With the cache deleted nothing is lost: the set stays, and every command works."""
    command = prepared.command
    home.scope = command.scope
    home.put_back(command.name)
    shutil.rmtree(home.cache)
    state = live(home)
    faults = host_faults(home, command, state, prepared.sets)
    # `repair` begins with files that are not as signed.
    if not command.damage:
        faults += file_faults(home, state)
    for arguments in [["list"], ["history"], command.arguments]:
        ended = home.plugctl(*arguments, "--json")
        if ended.code != 0:
            faults.append(str(ended))
    after = live(home)
    if after != prepared.new:
        faults.append(f"{after} is live, not {prepared.new}")
    return "the cache", faults + settled_faults(home, command, after)


def without_trust(home, prepared, _number):
    """With `trust/` deleted another key of a publisher is refused, not learnt."""
    command = prepared.command
    home.scope = command.scope
    home.put_back(command.name)
    shutil.rmtree(home.trust)
    faults = []
    missing = home.plugctl("install", "beta", "--json")
    if missing.error_code() != "trust.missing":
        faults.append(f"it went on without what it had learnt: {missing}")
    state = live(home)
    # Somebody else's index, in the same name, with the same plugins under a key of their own.
    thief = Workshop(home.lab, f"{home.root}-thief".rsplit("/", 1)[1])
    thief.publish([thief.pack("delta", "1.2.0")])
    home.plugctl("index", "remove", "main", "--scope", "user").succeeded()
    thief.add_to(home)
    for arguments in [["upgrade"], ["install", "delta@1.2.0"]]:
        ended = home.plugctl(*arguments, "--json")
        if ended.error_code() != "key.untrusted":
            faults.append(f"another key was not refused: {ended}")
    if live(home) != state:
        faults.append(f"{live(home)} is live, not {state}")
    return "trust/", faults


def kind(name, run, fits):
    return Kind(name, "loss", 20, lambda prepared: [1], run, fits)


KINDS = [
    kind("cache", without_cache, lambda command: not command.name.startswith("recover")),
    kind("trust", without_trust, lambda command: command.name in ["install", "install-links"]),
]
