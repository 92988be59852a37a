"""Tests Debian's own plugins, which are good: each refusal is a false one.

The dynamic loader is asked about each file too (`ld.so` with LD_TRACE_LOADED_OBJECTS): what it can't
find libraries for is left out, and must be refused by the check that looks for libraries.
"""

import argparse
import collections
import concurrent.futures
import glob
import json
import os
import subprocess
import sys
import time

LOADER = "/lib64/ld-linux-x86-64.so.2"
# family: (the profile, or none; where its files lie in the folder of packages, and in this system)
FAMILIES = {
    "gstreamer": ("corpus-gstreamer", ["usr/lib/*/gstreamer-1.0/*.so"]),
    "apache": ("corpus-apache", ["usr/lib/apache2/modules/*.so"]),
    "postgresql": ("corpus-postgresql", ["usr/lib/postgresql/15/lib/*.so"]),
    "nginx": ("corpus-nginx", ["usr/lib/nginx/modules/*.so"]),
    "sqlite": ("sqlite", ["usr/lib/sqlite3/*.so", "usr/lib/*/libsqlite3_mod_*.so"]),
    "provider": ("openssl", ["usr/lib/*/ossl-modules/*.so"]),
    "engine": (None, ["usr/lib/*/engines-3/*.so"]),
    "gawk": ("corpus-gawk", ["usr/lib/*/gawk/*.so"]),
    "frei0r": ("corpus-frei0r", ["usr/lib/frei0r-1/*.so"]),
    "ladspa": ("corpus-ladspa", ["usr/lib/ladspa/*.so"]),
    "pam": (None, ["lib/*/security/*.so", "usr/lib/*/security/*.so"]),
    "gconv": ("corpus-gconv", ["usr/lib/*/gconv/*.so"]),
}
# What is in these folders and is no plugin of the family: converters' common code has no entry.
HELPERS = {
    "gconv": {"libCNS.so", "libGB.so", "libISOIR165.so", "libJIS.so", "libJISX0213.so", "libKSC.so"},
}


def missing(path):
    """The libraries that the dynamic loader does not find."""
    run = subprocess.run(
        [LOADER, path], env={"LD_TRACE_LOADED_OBJECTS": "1"}, capture_output=True, text=True)
    return sorted(
        line.split()[0] for line in run.stdout.splitlines() if line.rstrip().endswith("not found"))


def test(plugctl, profile, files, level):
    command = [plugctl, "test", "--level", str(level), "--json"]
    command += ["--host", profile] if profile else []
    run = subprocess.run(command + files, capture_output=True, text=True)
    try:
        return {report["file"]: report for report in json.loads(run.stdout)["data"]}
    except (ValueError, KeyError, TypeError):
        raise SystemExit(f"corpus: no reports for {files[0]} and others: {run.stdout}{run.stderr}")


def collect(folders):
    return {
        family: sorted(
            path for folder in folders for pattern in patterns
            for path in glob.glob(os.path.join(folder, pattern))
            if os.path.basename(path) not in HELPERS.get(family, set()))
        for family, (_, patterns) in FAMILIES.items()
    }


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--plugctl", required=True)
    options.add_argument("--folder", action="append", required=True)
    options.add_argument("--level", type=int, default=2)
    options.add_argument("--least", type=int, default=1)
    options.add_argument("--only", choices=FAMILIES)
    options = options.parse_args()
    families = collect(options.folder)
    if options.only:
        families = {options.only: families[options.only]}

    pool = concurrent.futures.ThreadPoolExecutor(2)
    files = [path for paths in families.values() for path in paths]
    absent = {path: names for path, names in zip(files, pool.map(missing, files)) if names}

    start = time.monotonic()
    jobs = []
    for family, paths in families.items():
        for place in range(0, len(paths), 60):
            jobs.append((family, paths[place:place + 60]))
    reports = {}
    for result in pool.map(
            lambda job: test(options.plugctl, FAMILIES[job[0]][0], job[1], options.level), jobs):
        reports.update(result)
    seconds = time.monotonic() - start

    failures = 0
    print("family       files  passed  left out  refused")
    for family, paths in families.items():
        count = collections.Counter()
        for path in paths:
            report = reports[path]
            refusals = {
                result["check"]: result["message"] for result in report["results"]
                if result["status"] in ("fail", "crash", "timeout", "harness-error")
            }
            if path in absent:
                count["left out"] += 1
                # What the loader does not find, the check must not find either.
                if "plg-s004" in refusals:
                    continue
                refusals = {"missed": f"the loader does not find {', '.join(absent[path])}"}
            if not refusals:
                count["passed"] += 1
                continue
            count["refused"] += 1
            for check, message in refusals.items():
                print(f"  {path}: {check}: {message}", file=sys.stderr)
        failures += count["refused"]
        print(f"{family:11}{len(paths):7}{count['passed']:8}{count['left out']:10}{count['refused']:9}")
    tested = len(files) - len(absent)
    print(f"{tested} plugins at level {options.level} in {seconds:.1f} s; "
          f"{len(absent)} left out, since libraries that they need are not installed")
    if tested < options.least:
        sys.exit(f"corpus: only {tested} plugins could be tested, {options.least} are wanted")
    sys.exit(1 if failures else 0)


main()
