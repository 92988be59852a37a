"""Checks plugctl's explanations with a SAT solver: the plugins that one names must not hold together.

For each case without an answer the facts of the named plugins alone (with the requests that are named)
become clauses; whatever other plugins ask for is left out. CaDiCaL, by python-sat, must find them
unsatisfiable. Where a file gives a small core of its own, the sizes are compared.
"""
import argparse
import json
import subprocess
import sys

from pysat.solvers import Cadical153

from neutral_versions import allows


class Clauses:
    """The facts of some plugins of a case, one variable for each version."""

    def __init__(self, document, case, owners, roots):
        self.source = case if "packages" in case else document
        self.packages = self.source["packages"]
        self.provides = {}
        for plugin, versions in self.source.get("provides", {}).items():
            for version, words in versions.items():
                for word in words:
                    self.provides.setdefault(word, []).append((plugin, version))
        self.hosts = self.source.get("host_constraints") or self.source.get("host") or {}
        if self.source is case:
            self.hosts = case.get("host_constraints") or {}
        self.case = case
        self.owners = owners
        self.numbers = {}
        self.clauses = [self.answers(name, case["request"][name]) for name in roots]
        done = set()
        while len(done) < len(self.numbers):
            for place in [place for place in self.numbers if place not in done]:
                done.add(place)
                if place[0] in owners:
                    self.add_facts(*place)
        self.one_version_each()

    def number(self, plugin, version):
        return self.numbers.setdefault((plugin, version), len(self.numbers) + 1)

    def answers(self, name, text):
        found = [self.number(name, version) for version in self.packages.get(name, {}) if allows(text, version)]
        if text == "*":
            found += [self.number(*place) for place in self.provides.get(name, [])]
        return found

    def add_facts(self, plugin, version):
        mine = self.number(plugin, version)

        def facts(kind):
            return self.source.get(kind, {}).get(plugin, {}).get(version, {})

        for name, text in self.packages[plugin][version].items():
            self.clauses.append([-mine] + self.answers(name, text))
        for group in facts("any_of") or []:
            self.clauses.append(
                [-mine] + [number for one in group for name, text in one.items() for number in self.answers(name, text)])
        for name, text in facts("conflicts").items():
            against = [(name, other) for other in self.packages.get(name, {}) if name != plugin and allows(text, other)]
            if text == "*":
                against += [place for place in self.provides.get(name, []) if place[0] != plugin]
            self.clauses += [[-mine, -self.number(*place)] for place in against]
        for host, text in self.hosts.get(plugin, {}).get(version, {}).items():
            there = self.case.get("host", {}).get(host)
            if there is None or not allows(text, there):
                self.clauses.append([-mine])
        if version in self.case.get("excluded", {}).get(plugin, []):
            self.clauses.append([-mine])

    def one_version_each(self):
        versions = {}
        for (plugin, _), number in self.numbers.items():
            versions.setdefault(plugin, []).append(number)
        for numbers in versions.values():
            self.clauses += [[-a, -b] for place, a in enumerate(numbers) for b in numbers[:place]]


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--program", required=True)
    arguments.add_argument("files", nargs="+")
    options = arguments.parse_args()
    wrong = 0
    for path in options.files:
        said = json.loads(subprocess.run([options.program, "--json", path], check=True, capture_output=True).stdout)
        document = json.load(open(path))
        cases = {case["id"]: case for case in document["cases"]}
        count = ours = theirs = 0
        for answer in said["files"][0]["cases"]:
            if answer["answer"] != "unsolvable":
                continue
            names = answer["explanationNames"]
            roots = [name[5:] for name in names if name.startswith("$req:")]
            owners = {name for name in names if not name.startswith("$req:")}
            case = cases[answer["id"]]
            with Cadical153(bootstrap_with=Clauses(document, case, owners, roots).clauses) as solver:
                if solver.solve():
                    wrong += 1
                    print(f"{path}: {answer['id']}: {', '.join(names)} can hold together")
            count += 1
            core = case["expected"].get("core")
            if core:
                ours, theirs = ours + len(names), theirs + len(core)
        sizes = f"; of those with a core {ours} names, the cores have {theirs}" if theirs else ""
        print(f"{path}: {count} explanations checked{sizes}")
    print("every explanation names what can't hold together" if wrong == 0 else f"{wrong} explanations are wrong")
    sys.exit(1 if wrong else 0)


main()
