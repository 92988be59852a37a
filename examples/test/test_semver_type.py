"""semver_type, against the chapter that it follows, and sort -V."""

import ctypes as c
import itertools
import random
import subprocess

import plug

plugin = plug.Plugin("semver_type")
type_ = plugin.interface("plug.type/1")

# semver.org, chapter 11, and edges of 2, 9 and 10.
RISING = ["0.0.0-0", "0.0.0", "0.0.1", "0.1.0", "1.0.0-1", "1.0.0--", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta",
          "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0", "1.0.0+1", "1.0.0+build", "2.0.0", "2.1.0", "2.1.1", "2.10.0",
          "99999999999999999999999.999999999999999999.99999999999999999", "100000000000000000000000.0.0"]
WRONG = ["", "1", "1.2", "1.2.3.4", "01.1.1", "1.01.1", "1.1.01", "1.2.3-", "1.2.3-01", "1.2.3-a..b", "1.2.3+", "1.2.3+a+b", "v1.2.3",
         " 1.2.3", "1.2.3 ", "-1.0.0", "1.2.3-ü", "a.b.c", "1.2.3-a.", "1..3", ".1.2", "1.2.3\0", "1.2.3-\0"]


def compare(a, b):
    order = c.c_int32(99)
    plugin.expect(plug.OK, type_.compare, plugin.instance, plug.Text.of(a), plug.Text.of(b), c.byref(order))
    return order.value


def test_table():
    """the order is SemVer's, for every pair"""
    for (m, a), (n, b) in itertools.product(enumerate(RISING), repeat=2):
        assert compare(a, b) == (m > n) - (m < n), (a, b)


def test_sort():
    """releases are in the order of sort -V"""
    source = random.Random(5)
    versions = {".".join(str(source.choice([0, 1, 9, 10, 99, 100, 12345])) for _ in range(3)) for _ in range(300)}
    lines = subprocess.run(["sort", "-V"], input="\n".join(versions), capture_output=True, text=True, check=True).stdout.split()
    for a, b in zip(lines, lines[1:]):
        assert compare(a, b) < 0 < compare(b, a)


def test_round_trip():
    """a version is written as it was read"""
    for text in RISING:
        value, back = plug.Sink.new(), plug.Sink.new()
        plugin.expect(plug.OK, type_.parse, plugin.instance, plug.Text.of(text), value)
        plugin.expect(plug.OK, type_.format, plugin.instance, plug.Text.of(value.value()), back)
        assert back.value().decode() == text


def test_wrong():
    """what is no version is refused"""
    for text in WRONG:
        plugin.expect(plug.INVALID_ARGUMENT, type_.parse, plugin.instance, plug.Text.of(text), plug.Sink.new())
        plugin.expect(plug.INVALID_ARGUMENT, type_.format, plugin.instance, plug.Text.of(text), plug.Sink.new())
        order = c.c_int32()
        plugin.expect(plug.INVALID_ARGUMENT, type_.compare, plugin.instance, plug.Text.of("1.0.0"), plug.Text.of(text), c.byref(order))


plug.main(globals())
