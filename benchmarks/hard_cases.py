"""Writes files of the form resolver-neutral/1 with cases that are hard for resolvers.

    python3 benchmarks/hard_cases.py FOLDER [CLASS...]

The same seeds give the same files everywhere. What is known about a case without solving it stands in
`expected`; for the rest `scripts/bench solver --peers` compares with libsolv, which has its own answer.
"""
import itertools
import json
import math
import os
import random
import sys


def document(name, cases, packages=None, **rest):
    return {"format": "resolver-neutral/1", "name": name, "source": {"repo": "generated", "licence": "own"},
            "packages": packages or {}, "cases": cases, **rest}


def case(name, request, sat=None):
    return {"id": name, "request": {n: "*" for n in request}, "expected": {} if sat is None else {"sat": sat}}


def exactly(version):
    return f">={version}.0.0 <{version}.0.1"


def clauses_of(seed, variables, count, size=3):
    chance = random.Random(seed)
    return [[(v, chance.random() < 0.5) for v in chance.sample(range(variables), size)]
            for _ in range(count)]


def sat_by_requests(name, clauses, variables):
    """A plugin a variable with two versions, and one a clause with a version for each literal."""
    packages = {f"x{i}": {"0.0.0": {}, "1.0.0": {}} for i in range(variables)}
    for place, clause in enumerate(clauses):
        packages[f"k{place}"] = {
            f"{i + 1}.0.0": {f"x{v}": ">=1.0.0" if true else "<1.0.0"}
            for i, (v, true) in enumerate(clause)}
    return document(name, [case(name, [f"k{i}" for i in range(len(clauses))])], packages)


def sat_by_alternatives(name, clauses, variables):
    """One request whose alternatives are the clauses: no variable is ever asked for by itself."""
    packages = {f"x{i}": {"0.0.0": {}, "1.0.0": {}} for i in range(variables)}
    packages["all"] = {"1.0.0": {}}
    groups = [[{f"x{v}": ">=1.0.0" if true else "<1.0.0"} for v, true in clause] for clause in clauses]
    return document(name, [case(name, ["all"])], packages, any_of={"all": {"1.0.0": groups}})


def sat_by_one_root(name, clauses, variables):
    """As by requests, below one plugin: only dependencies, no order among them."""
    found = sat_by_requests(name, clauses, variables)
    found["packages"]["all"] = {"1.0.0": {f"k{i}": "*" for i in range(len(clauses))}}
    found["cases"] = [case(name, ["all"])]
    return found


def three_sat():
    for variables, ratio, seed in itertools.product((150, 200, 250, 300), (3.8, 4.26, 5.0, 6.0), (1, 2, 3)):
        if variables > 250 and ratio == 4.26:
            continue
        clauses = clauses_of(seed, variables, round(variables * ratio))
        yield sat_by_requests(f"3sat-n{variables}-r{ratio}-s{seed}", clauses, variables)
    for variables, ratio in itertools.product((150, 200), (3.8, 4.26, 5.0)):
        clauses = clauses_of(7, variables, round(variables * ratio))
        yield sat_by_alternatives(f"3sat-any-n{variables}-r{ratio}", clauses, variables)
        yield sat_by_one_root(f"3sat-one-n{variables}-r{ratio}", clauses, variables)


def pigeons():
    for holes in range(7, 11):
        packages = {f"p{i}": {f"{h}.0.0": {} for h in range(1, holes + 1)} for i in range(holes + 1)}
        conflicts = {f"p{i}": {f"{h}.0.0": {f"p{j}": exactly(h) for j in range(i)}
                               for h in range(1, holes + 1)} for i in range(1, holes + 1)}
        name = f"pigeon-{holes}"
        yield document(name, [case(name, list(packages), False)], packages, conflicts=conflicts)


def pigeons_by_holes():
    """As the data has them: a plugin for each hole and pair would be large; here the hole is a plugin
    whose version says who sits in it."""
    for holes in range(6, 10):
        packages = {f"p{i}": {f"{h}.0.0": {f"h{h}": exactly(i + 1)} for h in range(1, holes + 1)}
                    for i in range(holes + 1)}
        for h in range(1, holes + 1):
            packages[f"h{h}"] = {f"{i + 1}.0.0": {} for i in range(holes + 1)}
        name = f"pigeon-holes-{holes}"
        yield document(name, [case(name, [f"p{i}" for i in range(holes + 1)], False)], packages)


def parity():
    """Sums modulo two around a ring and in a random regular arrangement; wrong by one where `odd`."""
    for length, odd in itertools.product((100, 1000), (True, False)):
        packages = {f"x{i}": {"0.0.0": {}, "1.0.0": {}} for i in range(length)}
        for i in range(length):
            flip = odd and i == length - 1
            packages[f"s{i}"] = {f"{a + 1}.0.0": {
                f"x{i}": exactly(a), f"x{(i + 1) % length}": exactly(a ^ (not flip and 0) ^ flip)}
                for a in (0, 1)}
        name = f"parity-ring-{length}-{'odd' if odd else 'even'}"
        yield document(name, [case(name, [f"s{i}" for i in range(length)], not odd)], packages)
    for count, odd, seed in itertools.product((18, 24, 30), (True, False), (1, 2)):
        chance = random.Random(seed)
        ends = [i for i in range(count) for _ in range(3)]
        while True:
            chance.shuffle(ends)
            edges = [ends[i:i + 2] for i in range(0, len(ends), 2)]
            if all(a != b for a, b in edges) and len({frozenset(e) for e in edges}) == len(edges):
                break
        packages = {f"x{i}": {"0.0.0": {}, "1.0.0": {}} for i in range(len(edges))}
        charges = [chance.randrange(2) for _ in range(count)]
        if sum(charges) % 2 != odd:
            charges[0] ^= 1
        for node in range(count):
            mine = [i for i, e in enumerate(edges) if node in e]
            rows = [bits for bits in itertools.product((0, 1), repeat=3) if sum(bits) % 2 == charges[node]]
            packages[f"s{node}"] = {f"{place + 1}.0.0": {f"x{i}": exactly(b) for i, b in zip(mine, bits)}
                                    for place, bits in enumerate(rows)}
        name = f"parity-{count}-{'odd' if odd else 'even'}-s{seed}"
        yield document(name, [case(name, [f"s{i}" for i in range(count)], not odd)], packages)


def colouring():
    for count, degree, colours, seed in [
            (n, d, 3, s) for n in (100, 200) for d in (4.2, 4.69, 5.5) for s in (1, 2)
    ] + [(60, 8.6, 4, s) for s in (1, 2)] + [(100, 9.5, 4, s) for s in (1, 2)]:
        chance = random.Random(seed)
        edges = set()
        while len(edges) < count * degree / 2:
            a, b = sorted(chance.sample(range(count), 2))
            edges.add((a, b))
        packages = {f"v{i}": {f"{c}.0.0": {} for c in range(1, colours + 1)} for i in range(count)}
        conflicts = {}
        for a, b in sorted(edges):
            for c in range(1, colours + 1):
                conflicts.setdefault(f"v{b}", {}).setdefault(f"{c}.0.0", {})[f"v{a}"] = exactly(c)
        name = f"colour-{colours}-n{count}-d{degree}-s{seed}"
        yield document(name, [case(name, list(packages))], packages, conflicts=conflicts)


def many_valued():
    """Random pairs of version sets that exclude each other, near where answers become rare (model RB)."""
    for count, domain, share, seed in itertools.product((30, 40, 59), (8, 16), (0.9, 1.0, 1.1), (1, 2)):
        chance = random.Random(seed)
        tight = 0.3
        rounds = round(share * count * 1.0 * math.log(domain)
                       / -math.log(1 - tight))
        packages = {f"p{i}": {f"{v}.0.0": {} for v in range(1, domain + 1)} for i in range(count)}
        forbidden = {}
        for _ in range(rounds):
            a, b = sorted(chance.sample(range(count), 2))
            for x, y in chance.sample(list(itertools.product(range(1, domain + 1), repeat=2)),
                                      round(tight * domain * domain)):
                forbidden.setdefault(f"p{b}", {}).setdefault(f"{y}.0.0", {}).setdefault(
                    f"p{a}", set()).add(x)
        conflicts = {n: {v: {o: " || ".join(exactly(x) for x in sorted(xs)) for o, xs in others.items()}
                         for v, others in versions.items()} for n, versions in forbidden.items()}
        name = f"csp-n{count}-d{domain}-{share}-s{seed}"
        yield document(name, [case(name, list(packages))], packages, conflicts=conflicts)


def layers():
    """Wide layers of dependencies; the last one can't agree on its ground, or only just."""
    for depth, width, versions, seed in itertools.product((10, 40), (25, 100), (6,), (1, 2, 3)):
        chance = random.Random(seed)
        packages = {}
        for layer in range(depth):
            for place in range(width):
                packages[f"l{layer}p{place}"] = {}
                for v in range(1, versions + 1):
                    needs = {}
                    if layer + 1 < depth:
                        for other in chance.sample(range(width), 3):
                            low = chance.randint(1, max(1, v - 1))
                            needs[f"l{layer + 1}p{other}"] = f">={low}.0.0 <{min(versions, low + 2) + 1}.0.0"
                    elif chance.random() < 0.8:
                        needs["ground"] = f">={v}.0.0 <{v + 2 + seed % 2}.0.0"
                    packages[f"l{layer}p{place}"][f"{v}.0.0"] = needs
        packages["ground"] = {f"{v}.0.0": {} for v in range(1, versions + 3)}
        name = f"layers-{depth}x{width}-s{seed}"
        yield document(name, [case(name, [f"l0p{i}" for i in range(5)])], packages)


def gaps():
    """Few plugins of many versions, whose ranges have many gaps."""
    for plugins, versions, needs, seed in itertools.product((8, 20), (100, 400), (2, 3), (1, 2)):
        chance = random.Random(seed)
        packages = {}
        for place in range(plugins):
            packages[f"p{place}"] = {}
            for v in range(versions):
                wanted = {}
                for other in chance.sample([o for o in range(plugins) if o != place], needs):
                    parts, at = [], 0
                    while at < versions:
                        start = at + chance.randint(0, versions // 6)
                        end = start + chance.randint(1, versions // 10)
                        parts.append(f">={start}.0.0 <{end}.0.0")
                        at = end + chance.randint(1, versions // 4)
                    wanted[f"p{other}"] = " || ".join(parts)
                packages[f"p{place}"][f"{v}.0.0"] = wanted
        name = f"gaps-{plugins}x{versions}-{needs}-s{seed}"
        yield document(name, [case(name, ["p0", "p1"])], packages)


def wide():
    """Ten thousand plugins, of which a request brings a good part."""
    for seed in (1, 2):
        chance = random.Random(seed)
        count = 10_000
        packages = {}
        for place in range(count):
            versions = {}
            for v in range(1, chance.randint(2, 12)):
                wanted = {}
                for _ in range(chance.randint(0, 3)):
                    other = chance.randint(place + 1, place + 400)
                    if other < count:
                        wanted[f"p{other}"] = f">={chance.randint(1, 2)}.0.0" if chance.random() < 0.9 else exactly(1)
                versions[f"{v}.0.0"] = wanted
            packages[f"p{place}"] = versions
        name = f"wide-s{seed}"
        yield document(name, [case(f"{name}-{i}", [f"p{chance.randrange(count)}" for _ in range(20)])
                              for i in range(10)], packages)


CLASSES = {"3sat": three_sat, "pigeons": pigeons, "holes": pigeons_by_holes, "parity": parity,
           "colouring": colouring, "csp": many_valued, "layers": layers, "gaps": gaps, "wide": wide}


def main():
    if len(sys.argv) < 2 or sys.argv[1] in ("-h", "--help"):
        print(__doc__ + "\nClasses: " + " ".join(CLASSES))
        return
    os.makedirs(sys.argv[1], exist_ok=True)
    for name in sys.argv[2:] or CLASSES:
        for found in CLASSES[name]():
            with open(os.path.join(sys.argv[1], found["name"] + ".json"), "w", encoding="utf-8") as stream:
                json.dump(found, stream, separators=(",", ":"))


main()
