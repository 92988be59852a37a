"""kv, against the sqlite3 that reads its file."""

import os
import random
import subprocess

import plug
from stores import Stores

FOLDER = os.path.join(plug.SCRATCH, "data")
os.makedirs(FOLDER, exist_ok=True)
plugin = plug.Plugin("kv", data_folder=FOLDER)
storage = plugin.interface("plug.storage/1")


stores = Stores(plugin)
opened, put, get, scan = stores.opened, stores.put, stores.get, stores.scan


def sqlite(path, sql):
    return subprocess.run(["sqlite3", os.path.join(FOLDER, path), sql], capture_output=True, text=True, check=True).stdout


def test_file():
    """sqlite3 reads from the file what was put, after a sync"""
    store = opened("deep/er/a.db")
    put(store, "key", "value")
    put(store, b"\x00\xff", b"\x00")
    put(store, "empty", "")
    put(store, "key", "newer")
    plugin.expect(plug.OK, storage.sync, store)
    lines = sqlite("deep/er/a.db", "SELECT hex(key), hex(value) FROM pairs ORDER BY key")
    assert lines == "00FF|00\n656D707479|\n6B6579|6E65776572\n", lines
    assert sqlite("deep/er/a.db", "PRAGMA integrity_check") == "ok\n"
    assert get(store, "empty") == b"" and get(store, "key") == b"newer"
    storage.close(store)


def test_model():
    """it does what a dictionary does, and finds all again after it was closed"""
    source, model = random.Random(6), {}
    store = opened("model.db")
    for _ in range(2000):
        key = bytes(source.choices(range(256), k=source.randrange(1, 3)))
        if source.random() < 0.3:
            plugin.expect(plug.OK, storage.remove, store, plug.Text.of(key))
            model.pop(key, None)
        else:
            model[key] = source.randbytes(source.randrange(50))
            put(store, key, model[key])
    for _ in range(2):
        assert scan(store) == sorted(model.items())
        assert scan(store, b"\x80") == sorted(p for p in model.items() if p[0] >= b"\x80")
        assert len(scan(store, most=3, wanted=plug.SINK)) == 3
        storage.close(store)
        store = opened("model.db")
    storage.close(store)


def test_crash():
    """what was synced is there after the process was killed"""
    program = (
        "import os, sys; sys.path.insert(0, os.path.dirname(sys.argv[1])); sys.argv = ['test_none.py']; import ctypes as c, plug\n"
        f"p = plug.Plugin('kv', data_folder={FOLDER!r}); s = p.interface('plug.storage/1'); h = c.c_void_p()\n"
        "p.expect(0, s.open, p.instance, plug.Text.of('crash.db'), c.byref(h))\n"
        "for n in range(100): p.expect(0, s.put, h, plug.Text.of(str(n)), plug.Text.of('x'))\n"
        "p.expect(0, s.sync, h); os.kill(os.getpid(), 9)\n")
    code = subprocess.run(["/usr/bin/python3", "-c", program, os.path.abspath(__file__)]).returncode
    assert code == -9
    store = opened("crash.db")
    assert len(scan(store)) == 100
    storage.close(store)


def test_keys():
    """keys have 1 to 1,024 bytes; missing ones are not found"""
    store = opened("keys.db")
    for key in (b"", b"x" * 1025):
        put(store, key, "", plug.INVALID_ARGUMENT)
        get(store, key, plug.INVALID_ARGUMENT)
    put(store, b"x" * 1024, "long")
    assert get(store, b"x" * 1024) == b"long"
    get(store, "none", plug.NOT_FOUND)
    plugin.expect(plug.OK, storage.remove, store, plug.Text.of("none"))
    storage.close(store)


def test_locations():
    """nothing leads out of the data folder"""
    os.makedirs(os.path.join(plug.SCRATCH, "outside"), exist_ok=True)
    os.symlink(os.path.join(plug.SCRATCH, "outside"), os.path.join(FOLDER, "link"))
    for wrong in ("", "/tmp/a.db", "../a.db", "a/../../a.db", "a//b", "./a", "a/", "..", "a\0b"):
        opened(wrong, plug.INVALID_ARGUMENT)
    for wrong in ("link/a.db", "link/a/b.db"):
        opened(wrong, plug.IO)
    assert os.listdir(os.path.join(plug.SCRATCH, "outside")) == []
    Stores(plug.Plugin("kv")).opened("a.db", plug.UNSUPPORTED)


def test_broken():
    """a file that is no database is an error"""
    with open(os.path.join(FOLDER, "broken.db"), "wb") as file:
        file.write(b"no database at all" * 100)
    opened("broken.db", plug.IO)


plug.main(globals())
