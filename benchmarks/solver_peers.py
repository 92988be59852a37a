"""Solves files of the form resolver-neutral/1 with plugctl, libsolv and resolvelib in one run.

Only the solving is timed: universes are loaded before, for all three. The rounds are interleaved.
Cases with `excluded`, `mode` or packages of their own go to every solver alike.
"""
import argparse
import json
import statistics
import subprocess
import sys
import time

from neutral_versions import allows

sys.path.append("/usr/lib/python3/dist-packages")
LIMIT = 10.0


class Universe:
    """One case's packages, without what its host or exclusions rule out."""

    def __init__(self, document, case):
        own = "packages" in case
        source = case if own else document
        self.packages = source["packages"]
        self.conflicts = source.get("conflicts", {})
        self.provides = source.get("provides", {})
        self.any_of = source.get("any_of", {})
        hosts = source.get("host_constraints" if own else "host", {})
        here = case.get("host", {})
        excluded = case.get("excluded", {})
        self.usable = {}
        for name, versions in self.packages.items():
            self.usable[name] = [
                v for v in versions
                if v not in excluded.get(name, [])
                and all(h in here and allows(r, here[h])
                        for h, r in hosts.get(name, {}).get(v, {}).items())]


class Libsolv:
    name = "libsolv"

    def __init__(self, universe):
        import solv
        self.solv, self.universe = solv, universe
        self.pool = solv.Pool()
        self.pool.setdisttype(solv.Pool.DISTTYPE_RPM)
        self.pool.setarch("x86_64")
        repo = self.pool.add_repo("all")
        self.ranks = {n: {v: i + 1 for i, v in enumerate(vs)} for n, vs in universe.packages.items()}
        for name, versions in universe.usable.items():
            for version in versions:
                self.add(repo, name, version)
        self.pool.createwhatprovides()

    def add(self, repo, name, version):
        universe, pool = self.universe, self.pool
        one = repo.add_solvable()
        one.name, one.evr, one.arch = name, str(self.ranks[name][version]), "noarch"
        one.add_provides(self.relation(name, "==", one.evr))
        for capability in universe.provides.get(name, {}).get(version, {}):
            one.add_provides(self.pool.Dep(capability))
        for other, text in universe.packages[name][version].items():
            for dep in self.deps(other, text):
                one.add_requires(dep)
        for group in universe.any_of.get(name, {}).get(version, []):
            terms = [self.either(o, t) for alternative in group for o, t in alternative.items()]
            one.add_requires(self.any(terms))
        for other, text in universe.conflicts.get(name, {}).get(version, {}).items():
            if other == name:
                continue
            for dep in ([self.pool.Dep(other)] if text == "*" else self.stretches(other, text)):
                one.add_conflicts(dep)

    def relation(self, name, sign, evr):
        flags = {"==": self.solv.REL_EQ, ">=": self.solv.REL_GT | self.solv.REL_EQ,
                 "<=": self.solv.REL_LT | self.solv.REL_EQ}[sign]
        return self.pool.Dep(name).Rel(flags, self.pool.Dep(evr))

    def runs(self, name, text):
        allowed = [self.ranks[name][v] for v in self.universe.packages.get(name, {})
                   if allows(text, v)]
        runs = []
        for rank in allowed:
            if runs and runs[-1][1] + 1 == rank:
                runs[-1][1] = rank
            else:
                runs.append([rank, rank])
        return runs

    def stretches(self, name, text):
        """One relation for each version: exact, and no nested relations, which libsolv is slow with."""
        return [self.relation(name, "==", str(rank))
                for low, high in self.runs(name, text) for rank in range(low, high + 1)]

    def deps(self, name, text):
        if text == "*":
            return [self.pool.Dep(name)]
        runs = self.runs(name, text)
        if len(runs) == 1:
            low, high = runs[0]
            return [self.relation(name, ">=", str(low)), self.relation(name, "<=", str(high))]
        return [self.any(self.stretches(name, text))]

    def either(self, name, text):
        return self.pool.Dep(name) if text == "*" else self.any(self.stretches(name, text))

    def any(self, deps):
        if not deps:
            return self.pool.Dep("nothing-has-this-name")
        result = deps[0]
        for dep in deps[1:]:
            result = result.Rel(self.solv.REL_OR, dep)
        return result

    def solve(self, case):
        solver = self.pool.Solver()
        flags = self.solv.Job.SOLVER_SOLVABLE_PROVIDES | self.solv.Job.SOLVER_INSTALL
        jobs = [self.pool.Job(flags, dep.id) for n, t in case["request"].items()
                for dep in self.deps(n, t)]
        start = time.perf_counter()
        problems = solver.solve(jobs)
        return time.perf_counter() - start, not problems


class Resolvelib:
    name = "resolvelib"

    def __init__(self, universe):
        if universe.conflicts or universe.provides or universe.any_of:
            raise NotImplementedError
        import resolvelib
        self.lib, self.universe = resolvelib, universe

    def solve(self, case):
        universe, lib = self.universe, self.lib

        class Stop(Exception):
            pass

        class Provider(lib.AbstractProvider):
            def identify(self, requirement_or_candidate):
                return requirement_or_candidate[0]

            def get_preference(self, identifier, resolutions, candidates, information,
                               backtrack_causes):
                if time.perf_counter() - start > LIMIT:
                    raise Stop
                return len(resolutions)

            def find_matches(self, identifier, requirements, incompatibilities):
                texts = [r[1] for r in requirements[identifier]]
                bad = {c[1] for c in incompatibilities[identifier]}
                return [(identifier, v) for v in reversed(universe.usable.get(identifier, []))
                        if v not in bad and all(allows(t, v) for t in texts)]

            def is_satisfied_by(self, requirement, candidate):
                return allows(requirement[1], candidate[1])

            def get_dependencies(self, candidate):
                return list(universe.packages[candidate[0]][candidate[1]].items())

        start = time.perf_counter()
        try:
            lib.Resolver(Provider(), lib.BaseReporter()).resolve(
                list(case["request"].items()), max_rounds=200_000)
            return time.perf_counter() - start, True
        except lib.ResolutionImpossible:
            return time.perf_counter() - start, False
        except (Stop, lib.ResolutionTooDeep):
            return time.perf_counter() - start, None


def run_peer(peer, document):
    universes, total, longest, wrong, unfinished = {}, 0.0, 0.0, 0, 0
    for case in document["cases"]:
        own = case["id"] if "packages" in case else ""
        place = (own, json.dumps(case.get("host")), json.dumps(case.get("excluded")))
        if place not in universes:
            if own:
                universes.clear()
            universes[place] = peer(Universe(document, case))
        seconds, answer = universes[place].solve(case)
        total, longest = total + seconds, max(longest, seconds)
        unfinished += answer is None
        expected = case["expected"].get("sat")
        if "MISMATCH" not in case["expected"].get("checked", ""):
            wrong += answer is not None and expected is not None and answer != expected
    return total * 1e3, longest * 1e3, wrong, unfinished


def run_own(program, path):
    text = subprocess.run([program, "--json", "--no-explanation", path], capture_output=True,
                          text=True, check=False).stdout
    cases = json.loads(text)["files"][0]["cases"]
    times = [case["milliseconds"] for case in cases]
    return sum(times), max(times, default=0), sum("disagrees" in case for case in cases), 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", required=True)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", choices=["libsolv", "resolvelib"], help="one peer")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("files", nargs="+")
    options = parser.parse_args()
    rows = []
    for path in options.files:
        with open(path, encoding="utf-8") as stream:
            document = json.load(stream)
        if document.get("format") != "resolver-neutral/1" or not document["cases"]:
            continue
        found = {}
        for number in range(options.rounds):
            found.setdefault("plugctl", []).append(run_own(options.program, path))
            for peer in (Libsolv, Resolvelib):
                if options.only and options.only != peer.name:
                    continue
                if number > 0 and found.get(peer.name, [[0]])[0][0] > 10_000:
                    continue
                try:
                    found.setdefault(peer.name, []).append(run_peer(peer, document))
                except (NotImplementedError, ImportError) as error:
                    print(f"bench: {peer.name}: {error!r}", file=sys.stderr)
                    found.pop(peer.name, None)
        row = {"file": path, "cases": len(document["cases"])}
        for name, results in found.items():
            row[name] = {
                "milliseconds": statistics.median(r[0] for r in results),
                "longest": statistics.median(r[1] for r in results),
                "disagree": results[0][2], "unfinished": results[0][3]}
        rows.append(row)
        if not options.json:
            print_row(row)
    if options.json:
        print(json.dumps({"schema": "plugctl.bench.solver-peers/1", "files": rows}))


def print_row(row):
    own = row["plugctl"]["milliseconds"]
    cells = [row["file"].rsplit("/", 1)[-1], str(row["cases"]), f"{own:.3f}",
             f"{row['plugctl']['longest']:.3f}"]
    for name in ("libsolv", "resolvelib"):
        if name in row:
            peer = row[name]
            note = f", {peer['disagree']} differ" if peer["disagree"] else ""
            note += f", {peer['unfinished']} unfinished" if peer["unfinished"] else ""
            cells.append(f"{peer['milliseconds']:.2f} (x{peer['milliseconds'] / own:.0f}{note})")
        else:
            cells.append("-")
    print("| " + " | ".join(cells) + " |", flush=True)


main()
