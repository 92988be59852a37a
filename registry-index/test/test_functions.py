"""math_functions and string_functions, against bc, Python, and PostgreSQL's functions of the same names."""

import json
import math
import os
import random
import subprocess

import columns
import databases
import plug
from columns import f, i, t

numbers, strings = plug.Plugin("math_functions"), plug.Plugin("string_functions")
POSTGRES = databases.postgres(os.environ["PGSOCKET"])
MOST, LEAST = 2**63 - 1, -(2**63)


def quoted(value):
    if value is None:
        return "NULL"
    return "'" + value.replace("'", "''") + "'" if isinstance(value, str) else str(value)


def postgres(name, rows):
    """The results of a function, each as JSON has it."""
    calls = "; ".join(f"SELECT json_build_array({name}({', '.join(map(quoted, row))}))" for row in rows)
    return [json.loads(line)[0] for line in POSTGRES.ask(calls).split("\n")]


def bc(lines):
    """bc rounds nothing; of 30 digits a double keeps the first."""
    run = subprocess.run(["bc", "-lq"], input="scale = 30\n" + "\n".join(lines) + "\n", capture_output=True, text=True, check=True)
    return [float(line) for line in run.stdout.replace("\\\n", "").split()]


def test_lists():
    """every function that is listed can be called, makes null of nulls, and refuses other arguments"""
    for plugin, count in ((numbers, 23), (strings, 15)):
        out = plug.Sink.new()
        assert plugin.interface("plug.scalar/1").functions(plugin.instance, out) == plug.OK
        known = json.loads(out.value())
        assert len(known) == count
        for k in known:
            nulls = [(kind, [None, None]) for kind in k["arguments"]]
            assert columns.call(plugin, k["name"], *nulls) == [None, None], k["name"]
            columns.call(plugin, k["name"], *nulls, ("bool", [None, None]), wanted=plug.INVALID_ARGUMENT)
        columns.call(plugin, "none", i(1), wanted=plug.NOT_FOUND)


def test_reals():
    """reals are those of bc, to the fifteenth digit"""
    source = random.Random(3)
    for name, form, values in (("sqrt", "sqrt({})", [source.uniform(0, 1e6) for _ in range(50)]),
                               ("exp", "e({})", [source.uniform(-20, 20) for _ in range(50)]),
                               ("ln", "l({})", [source.uniform(0.001, 1e6) for _ in range(50)]),
                               ("log10", "l({})/l(10)", [source.uniform(0.001, 1e6) for _ in range(50)]),
                               ("sin", "s({})", [source.uniform(-3, 3) for _ in range(50)]),
                               ("cos", "c({})", [source.uniform(-3, 3) for _ in range(50)]),
                               ("atan", "a({})", [source.uniform(-50, 50) for _ in range(50)])):
        wanted = bc([form.format(f"({value:.20f})") for value in values])
        for value, mine, theirs in zip(values, columns.call(numbers, name, f(*values)), wanted):
            assert math.isclose(mine, theirs, rel_tol=1e-14, abs_tol=1e-15), (name, value, mine, theirs)
    bases, exponents = [source.uniform(0.1, 30) for _ in range(40)], [source.randrange(-5, 9) for _ in range(40)]
    wanted = bc([f"({b:.20f})^({e})" for b, e in zip(bases, exponents)])
    mine = columns.call(numbers, "power", f(*bases), f(*map(float, exponents)))
    assert all(math.isclose(a, b, rel_tol=1e-13) for a, b in zip(mine, wanted))


def test_whole_numbers():
    """whole numbers are those of Python and bc, at the ends of their type too"""
    source = random.Random(4)
    a = [source.randrange(-10**9, 10**9) for _ in range(200)] + [LEAST, MOST, 0, -7, 7, LEAST]
    b = [source.randrange(-10**6, 10**6) or 1 for _ in range(200)] + [-1, -1, 5, 3, -3, LEAST]

    def fit(value):
        return value if value is not None and LEAST <= value <= MOST else None

    assert columns.call(numbers, "lcm", i(*a), i(*b)) == [fit(math.lcm(x, y)) for x, y in zip(a, b)]
    assert columns.call(numbers, "gcd", i(*a), i(*b)) == [fit(math.gcd(x, y)) for x, y in zip(a, b)]
    assert columns.call(numbers, "add", i(*a), i(*b)) == [fit(x + y) for x, y in zip(a, b)]
    assert columns.call(numbers, "abs", i(*a)) == [fit(abs(x)) for x in a]
    assert columns.call(numbers, "sign", i(*a)) == [(x > 0) - (x < 0) for x in a]
    rests = columns.call(numbers, "mod", i(*a), i(*b))
    assert rests[:200] == bc_whole([f"{x} % {y}" for x, y in zip(a[:200], b[:200])]) and rests[200:203] == [0, 0, 0]
    bases, exponents = list(range(-12, 13)) * 3, [0, 1, 2] * 25
    assert columns.call(numbers, "power", i(*bases), i(*exponents)) == [x**y for x, y in zip(bases, exponents)]
    assert columns.call(numbers, "power", i(2, 2, -2, 3, 10, 1), i(62, 63, 63, 40, 19, MOST)) == [2**62, None, LEAST, None, None, 1]
    assert columns.call(numbers, "factorial", i(0, 20, 21, -1)) == [1, math.factorial(20), None, None]
    assert columns.call(numbers, "is_prime", i(2, 561, 2**61 - 1, LEAST)) == [True, False, True, False]


def bc_whole(lines):
    run = subprocess.run(["bc", "-q"], input="\n".join(lines) + "\n", capture_output=True, text=True, check=True)
    return [int(line) for line in run.stdout.split()]


def test_rounding():
    """what is rounded, and what has no result, is PostgreSQL's"""
    values = [0.5, -0.5, 1.5, 2.5, -2.5, 123456789.5, -7.499999999, 0.0]
    assert columns.call(numbers, "floor", f(*values)) == postgres("floor", [[v] for v in values])
    assert columns.call(numbers, "ceil", f(*values)) == postgres("ceil", [[v] for v in values])
    # PostgreSQL rounds its numerics so, and its doubles to even.
    assert columns.call(numbers, "round", f(*values)) == postgres("round", [[v] for v in values])
    for name, wrong in (("sqrt", -1.0), ("ln", 0.0), ("ln", -1.0), ("log10", 0.0), ("exp", 1e4), ("sin", math.inf)):
        assert columns.call(numbers, name, f(wrong)) == [None], name
    assert columns.call(numbers, "mod", i(1), i(0)) == [None] and columns.call(numbers, "power", i(2), i(-1)) == [None]


TEXTS = ["", "a", "Grüße", "  x  ", "abcabcabc", "a,b,,c", "日本語テキスト", "It's", "aaaa", "É", "üab,ü,b", "a\tb", "x" * 300]


def test_strings():
    """strings are PostgreSQL's, whatever the characters"""
    one = [[text] for text in TEXTS]
    for name in ("length", "reverse"):
        assert columns.call(strings, name, t(*TEXTS)) == postgres(name, one), name
    assert columns.call(strings, "trim", t(*TEXTS)) == postgres("btrim", one)
    for name in ("upper", "lower"):  # the server runs in the C locale: ASCII alone
        assert columns.call(strings, name, t(*TEXTS)) == postgres(name, one), name
    source = random.Random(5)
    for name, theirs, kinds in (("substring", "substring", "tii"), ("split_part", "split_part", "tti"), ("lpad", "lpad", "tit"),
                                ("replace", "replace", "ttt"), ("position", None, "tt"), ("starts_with", "starts_with", "tt"),
                                ("concat", "textcat", "tt"), ("repeat", "repeat", "ti")):
        make = {"t": lambda: source.choice(TEXTS + [",", "b", "ab", "ü"]), "i": lambda: source.randrange(0 if name == "repeat" else 1, 12)}
        rows = [[make[kind]() for kind in kinds] for _ in range(150)]
        if name == "substring":
            rows += [["abcdef", first, count] for first in (-3, 0, 1, 7) for count in (0, 2, 9)]
        if name in ("split_part", "lpad"):  # theirs goes on where nothing separates or fills
            rows = [row for row in rows if row[{"split_part": 1, "lpad": 2}[name]]]
        mine = columns.call(strings, name, *[(t if kind == "t" else i)(*column) for kind, column in zip(kinds, zip(*rows))])
        wanted = postgres("strpos", [[b, a] for a, b in rows]) if name == "position" else postgres(theirs, rows)
        assert mine == wanted, [(r, m, w) for r, m, w in zip(rows, mine, wanted) if m != w][:3]


def test_long_strings():
    """a text of more than a MiB is null, and not made before that is known"""
    huge = "x" * 1000000
    assert columns.call(strings, "repeat", t(huge, "ab", "ab"), i(2, 2**62, -1)) == [None, None, None]
    assert columns.call(strings, "replace", t(huge), t("x"), t("yyyyyyyy")) == [None]
    assert columns.call(strings, "concat", t(huge), t(huge)) == [None]
    assert columns.call(strings, "lpad", t("x", "x"), i(2**40, -1), t("ab", "ab")) == [None, None]
    assert columns.call(strings, "distance", t(huge), t(huge)) == [None]
    assert columns.call(strings, "distance", t("kitten"), t("sitting")) == [3]
    assert columns.call(strings, "substring", t("abc", "abc"), i(2, 1), i(2**63 - 1, -1)) == ["bc", None]
    assert columns.call(strings, "coalesce", t(None, "a", None), t("b", "c", None)) == ["b", "a", None]


plug.main(globals())
