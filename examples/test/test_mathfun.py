"""mathfun, against bc and Python."""

import json
import math
import random
import subprocess

import columns
import plug
from columns import f, i, t

plugin = plug.Plugin("mathfun")
scalar = plugin.interface("plug.scalar/1")


def call(name, *pairs, wanted=plug.OK):
    return columns.call(plugin, name, *pairs, wanted=wanted)


def test_functions():
    """its list of functions is what the interface lays down, and each can be called"""
    out = plug.Sink.new()
    assert scalar.functions(plugin.instance, out) == plug.OK
    known = json.loads(out.value())
    assert len(known) == 12 and all(set(k) == {"name", "arguments", "result", "nulls"} for k in known)
    for k in known:
        answer = call(k["name"], *[(kind, [None, None]) for kind in k["arguments"]])
        assert answer == [None, None]


def test_bc():
    """sums, roots and factorials are those of bc"""
    source = random.Random(2)
    a = [source.randrange(-(2**62), 2**62) for _ in range(200)]
    b = [source.randrange(-(2**62), 2**62) for _ in range(200)]
    roots = [source.random() * 1e6 for _ in range(200)]
    program = "".join(f"{x}+{y}\n" for x, y in zip(a, b)) + "scale=30\n" + "".join(f"sqrt({x:.20f})\n" for x in roots)
    program += "define f(n) { if (n < 2) return 1; return n * f(n - 1); }\n" + "".join(f"f({n})\n" for n in range(21))
    lines = subprocess.run(["bc", "-q"], input=program, capture_output=True, text=True, check=True).stdout.split()
    assert call("add", i(*a), i(*b)) == [int(x) for x in lines[:200]]
    for mine, theirs in zip(call("square_root", f(*roots)), lines[200:400]):
        assert math.isclose(mine, float(theirs), rel_tol=1e-15)
    assert call("factorial", i(*range(21))) == [int(x) for x in lines[400:]]


def test_python():
    """gcd, hypotenuse, reverse and distance are Python's"""
    source = random.Random(3)
    a = [source.randrange(-(2**40), 2**40) for _ in range(500)]
    b = [source.choice([0, 1, 6, 2**20, source.randrange(1, 2**30)]) for _ in range(500)]
    assert call("gcd", i(*a), i(*b)) == [math.gcd(x, y) for x, y in zip(a, b)]
    assert call("hypotenuse", f(3, 1e200), f(4, 1e200)) == [5.0, math.hypot(1e200, 1e200)]
    words = ["".join(source.choice("abcü日") for _ in range(source.randrange(8))) for _ in range(300)]
    assert call("reverse", t(*words)) == [w[::-1] for w in words]
    plain = [w.encode().decode("latin-1").encode("ascii", "replace").decode() for w in words]
    assert call("distance", t(*plain), t(*plain[::-1])) == [distance(x, y) for x, y in zip(plain, plain[::-1])]
    assert call("repeat", t("ab", "", "x"), i(3, 10**12, -1)) == ["ababab", "", None]


def distance(a, b):
    row = list(range(len(b) + 1))
    for n, x in enumerate(a, 1):
        row, old = [n], row
        for m, y in enumerate(b, 1):
            row.append(min(row[-1] + 1, old[m] + 1, old[m - 1] + (x != y)))
    return row[-1]


def test_primes():
    """primes are those of factor(1)"""
    numbers = list(range(2, 3000)) + [2**61 - 1, 2**62 + 1, 2**63 - 25, 2**63 - 1, 3215031751, 3825123056546413051]
    lines = subprocess.run(["factor"], input="\n".join(map(str, numbers)), capture_output=True, text=True, check=True)
    expected = [len(line.split()) == 2 for line in lines.stdout.splitlines()]
    assert call("is_prime", i(*numbers)) == expected
    assert call("is_prime", i(-7, 0, 1)) == [False] * 3


def test_nulls():
    """a null makes null, but coalesce sees it; what a type can't hold is null"""
    assert call("add", i(1, None, 3), i(None, 2, 4)) == [None, None, 7]
    assert call("add", f(0.5, None), f(0.25, 1)) == [0.75, None]
    assert call("coalesce", i(1, None, None), i(9, 2, None)) == [1, 2, None]
    assert call("coalesce", t(None, "a"), t("b", None)) == ["b", "a"]
    assert call("add", i(2**63 - 1, -(2**63)), i(1, -1)) == [None, None]
    assert call("gcd", i(-(2**63)), i(0)) == [None] and call("square_root", f(-1.0)) == [None]
    assert call("factorial", i(21, -1)) == [None, None]


def test_cuts():
    """no result depends on how rows are cut into calls"""
    source = random.Random(4)
    a = [source.choice([None, source.randrange(10**6)]) for _ in range(5000)]
    b = [source.choice([None, source.randrange(10**6)]) for _ in range(5000)]
    whole = call("gcd", i(*a), i(*b))
    for size in (1, 7, 1024, 4999):
        parts = []
        for start in range(0, 5000, size):
            parts += call("gcd", i(*a[start : start + size]), i(*b[start : start + size]))
        assert parts == whole
    assert call("gcd", i(), i()) == []


def test_wrong():
    """unknown names, other types and other counts are told apart"""
    call("none", i(1), wanted=plug.NOT_FOUND)
    call("add", i(1), f(1), wanted=plug.INVALID_ARGUMENT)
    call("add", i(1), wanted=plug.INVALID_ARGUMENT)
    call("add", wanted=plug.INVALID_ARGUMENT)


plug.main(globals())
