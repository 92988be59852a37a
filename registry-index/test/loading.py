"""plugctl's own load test of a sample, with the settings of a server that is there."""

import json
import os
import subprocess

import plug


def passes(name, settings, secret, *options):
    """At level 4, each check passes, says a fact or does not apply, and the secret stands nowhere."""
    file = os.path.join(plug.SCRATCH, f"{name}.json")
    with open(file, "w") as written:
        json.dump(settings, written)
    library = os.path.join(os.environ["PLUGINS"], f"{name}.so")
    command = [os.environ["PLUGCTL"], "test", library, "--level", "4", "--settings", file, "--network", "--format", "json", *options]
    run = subprocess.run(command, capture_output=True, text=True)
    results = json.loads(run.stdout)["reports"][0]["results"]
    wrong = [r for r in results if r["status"] not in ("pass", "info", "skip", "ignored") and r["check"][4] != "s"]
    assert run.returncode == 0 and not wrong, wrong
    assert len(results) >= 70 and secret not in run.stdout + run.stderr
    return {r["check"]: r["status"] for r in results}
