"""plug.storage/1 for tests: a plugin's stores, of bytes."""

import ctypes as c

import plug

PAIR = c.CFUNCTYPE(c.c_int, c.c_void_p, plug.Text, plug.Text)


class PairSink(c.Structure):
    _fields_ = [("size", c.c_uint32), ("context", c.c_void_p), ("pair", PAIR)]


class Stores:
    def __init__(self, plugin):
        self.plugin = plugin
        self.storage = plugin.interface("plug.storage/1")

    def opened(self, location, wanted=plug.OK):
        store = c.c_void_p()
        self.plugin.expect(wanted, self.storage.open, self.plugin.instance, plug.Text.of(location), c.byref(store))
        return store

    def put(self, store, key, value, wanted=plug.OK):
        self.plugin.expect(wanted, self.storage.put, store, plug.Text.of(key), plug.Text.of(value))

    def get(self, store, key, wanted=plug.OK):
        out = plug.Sink.new()
        self.plugin.expect(wanted, self.storage.get, store, plug.Text.of(key), out)
        return out.value()

    def remove(self, store, key, wanted=plug.OK):
        self.plugin.expect(wanted, self.storage.remove, store, plug.Text.of(key))

    def scan(self, store, start=b"", most=None, wanted=plug.OK):
        pairs = []

        def pair(_, key, value):
            if most is not None and len(pairs) == most:
                return 1
            pairs.append((key.value(), value.value()))
            return 0

        sink = PairSink(c.sizeof(PairSink), None, PAIR(pair))
        self.plugin.expect(wanted, self.storage.scan, store, plug.Text.of(start), c.addressof(sink))
        return pairs

    def close(self, store):
        self.storage.close(store)
