"""hdfs_storage, the stand-in: against a dictionary, and the files that it says it writes."""

import json
import os
import random
import threading

import plug
from stores import Stores

FOLDER = os.path.join(plug.SCRATCH, "hdfs")
os.makedirs(FOLDER, exist_ok=True)
plugin = plug.Plugin("hdfs_storage", data_folder=FOLDER)
stores = Stores(plugin)


def path_of(key):
    """As README.md says."""
    parts = [key[n : n + 100].hex() for n in range(0, len(key), 100)]
    return "/".join(["d" + part for part in parts[:-1]] + ["f" + parts[-1]])


def random_key(source):
    kind = source.random()
    if kind < 0.6:
        return bytes(source.choices(range(256), k=source.randrange(1, 3)))
    head = bytes([source.choice(b"ab")]) * source.choice([98, 99, 100, 101, 199, 200, 201, 1023])
    return (head + bytes(source.choices(b"ab\x00\xff", k=source.randrange(1, 4))))[:1024]


def test_files():
    """values are the files that README.md names, and nothing else is there"""
    store = stores.opened("deep/er")
    values = {b"key": b"a value", b"\x00\xff": b"", b"x" * 1024: b"long", b"y" * 100: b"whole part", b"z" * 101: b"and one"}
    for key, value in values.items():
        stores.put(store, key, b"old")
        stores.put(store, key, value)
    plugin.expect(plug.OK, stores.storage.sync, store)
    found = {}
    for folder, _, names in os.walk(os.path.join(FOLDER, "deep/er")):
        for name in names:
            with open(os.path.join(folder, name), "rb") as file:
                found[os.path.relpath(file.name, os.path.join(FOLDER, "deep/er"))] = file.read()
    assert found == {path_of(key): value for key, value in values.items()}
    stores.close(store)


def test_model():
    """it does what a dictionary does, in the order of bytes, and finds all again after it was closed"""
    source, model = random.Random(6), {}
    store = stores.opened("model")
    for _ in range(1500):
        key = random_key(source)
        if source.random() < 0.3:
            stores.remove(store, key)
            model.pop(key, None)
        else:
            model[key] = source.randbytes(source.randrange(50))
            stores.put(store, key, model[key])
    for _ in range(2):
        assert stores.scan(store) == sorted(model.items())
        for start in [random_key(source) for _ in range(60)] + [b"\x80", b"b" * 100, b"b" * 1030]:
            assert stores.scan(store, start) == sorted(p for p in model.items() if p[0] >= start), start
        assert len(stores.scan(store, most=3, wanted=plug.SINK)) == 3
        stores.close(store)
        store = stores.opened("model")
    stores.close(store)


def test_crowd():
    """readers beside writers see the old value or the new one, and never a part"""
    store, faults = stores.opened("crowd"), []
    values = [bytes([n]) * 200000 for n in range(3)]
    stores.put(store, "key", values[0])

    def write():
        for n in range(30):
            stores.put(store, "key", values[n % 3])
            stores.put(store, bytes([n]) * 150, b"x")

    def read():
        for _ in range(60):
            if stores.get(store, "key") not in values:
                faults.append("a part")

    threads = [threading.Thread(target=work) for work in (write, write, read, read)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults and len(stores.scan(store)) == 31
    assert not [name for name in os.listdir(os.path.join(FOLDER, "crowd")) if name[0] == "t"]
    stores.close(store)


def test_wrong():
    """keys and locations that can't be are refused, links are not followed, files of others are passed over"""
    store = stores.opened("wrong")
    for key in (b"", b"x" * 1025):
        stores.put(store, key, "", plug.INVALID_ARGUMENT)
        stores.get(store, key, plug.INVALID_ARGUMENT)
        stores.remove(store, key, plug.INVALID_ARGUMENT)
    stores.put(store, "big", bytes((64 << 20) + 1), plug.INVALID_ARGUMENT)
    stores.get(store, "none", plug.NOT_FOUND)
    stores.remove(store, "none")
    for name in ("fzz", "f6", "d61", "fGG", "notes.txt"):
        with open(os.path.join(FOLDER, "wrong", name), "w"):
            pass
    os.symlink("/etc/hostname", os.path.join(FOLDER, "wrong", "f61"))
    stores.get(store, "a", plug.IO)
    os.unlink(os.path.join(FOLDER, "wrong", "f61"))
    assert stores.scan(store) == []
    outside = os.path.join(plug.SCRATCH, "outside")
    os.makedirs(outside, exist_ok=True)
    os.symlink(outside, os.path.join(FOLDER, "link"))
    for wrong in ("", "/tmp/a", "../a", "a/../../a", "a//b", "./a", "a/", "..", "a\0b"):
        stores.opened(wrong, plug.INVALID_ARGUMENT)
    for wrong in ("link", "link/a"):
        stores.opened(wrong, plug.IO)
    assert os.listdir(outside) == []
    Stores(plug.Plugin("hdfs_storage")).opened("a", plug.UNSUPPORTED)
    stores.close(store)


def test_stand_in():
    """nobody takes it for the real thing: what a user reads says so, and so must the configuration"""
    told = plugin.description
    assert all("stand" in told[word] for word in ("title", "summary"))
    assert plugin.table.shutdown(plugin.instance) == plug.OK
    for wrong in ({}, {"cluster": "hdfs://namenode:8020"}):
        plugin.expect(plug.INVALID_CONFIG, plugin.table.initialize, plugin.instance, plug.Text.of(json.dumps(wrong)))


plug.main(globals())
