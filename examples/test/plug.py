"""plug.h for tests in Python: loads a plugin by ctypes, calls its interfaces, runs functions `test_*` as tests."""

import ctypes as c
import json
import os
import sys
import traceback

OK, FAILED, NOT_FOUND, INVALID_CONFIG, INVALID_ARGUMENT, STATE, DENIED, CANCELLED = range(8)
UNSUPPORTED, SINK, IO = 9, 10, 11
I64, F64, BOOL, TEXT = 1, 2, 3, 4

PLUGINS = os.environ["PLUGINS"]
SCRATCH = os.environ["SCRATCH"]


class Text(c.Structure):
    _fields_ = [("bytes", c.c_void_p), ("length", c.c_size_t)]

    @classmethod
    def of(cls, data):
        data = data.encode() if isinstance(data, str) else bytes(data)
        text = cls()
        text.kept = c.create_string_buffer(data, len(data)) if data else None
        text.bytes = c.addressof(text.kept) if data else None
        text.length = len(data)
        return text

    def value(self):
        return c.string_at(self.bytes, self.length) if self.length else b""


WRITE = c.CFUNCTYPE(c.c_int, c.c_void_p, c.c_void_p, c.c_size_t)
READ = c.CFUNCTYPE(c.c_int, c.c_void_p, c.c_void_p, c.c_size_t, c.POINTER(c.c_size_t))
LOG = c.CFUNCTYPE(None, c.c_void_p, c.c_int32, Text)
ASK = c.CFUNCTYPE(c.c_int, c.c_void_p)


class Sink(c.Structure):
    _fields_ = [("size", c.c_uint32), ("context", c.c_void_p), ("write", WRITE)]

    @classmethod
    def new(cls, most=None):
        """Takes at most so many pieces; all without a number."""
        sink = cls()
        sink.pieces = []

        def write(_, data, length):
            if most is not None and len(sink.pieces) >= most:
                return 1
            sink.pieces.append(c.string_at(data, length))
            return 0

        sink.kept = sink.write = WRITE(write)
        sink.size = c.sizeof(cls)
        return sink

    def value(self):
        return b"".join(self.pieces)


class Source(c.Structure):
    _fields_ = [("size", c.c_uint32), ("context", c.c_void_p), ("read", READ)]

    @classmethod
    def of(cls, data, piece=7, fails=False):
        """Gives a few bytes at a time."""
        source = cls()
        rest = [data]

        def read(_, room, capacity, length):
            if fails and not rest[0]:
                return 1
            part, rest[0] = rest[0][: min(piece, capacity)], rest[0][min(piece, capacity) :]
            c.memmove(room, part, len(part))
            length[0] = len(part)
            return 0

        source.kept = source.read = READ(read)
        source.size = c.sizeof(cls)
        return source


class Host(c.Structure):
    _fields_ = [
        ("size", c.c_uint32), ("major", c.c_uint16), ("minor", c.c_uint16), ("context", c.c_void_p),
        ("log", LOG), ("is_cancelled", ASK), ("data_folder", Text),
    ]


def function(*types):
    return c.CFUNCTYPE(c.c_int32, *types)


P, SINK_P = c.c_void_p, c.POINTER(Sink)


def struct(*members):
    fields = [("size", c.c_uint32)] + [(name, kind) for name, kind in members]
    return type("Interface", (c.Structure,), {"_fields_": fields})


class Table(c.Structure):
    _fields_ = [
        ("size", c.c_uint32), ("major", c.c_uint16), ("minor", c.c_uint16),
        ("describe", function(SINK_P)),
        ("create", function(c.POINTER(Host), Text, c.POINTER(P), SINK_P)),
        ("initialize", function(P, Text, SINK_P)),
        ("shutdown", function(P)),
        ("destroy", c.CFUNCTYPE(None, P)),
        ("get_interface", c.CFUNCTYPE(P, P, Text)),
        ("metrics", function(P, SINK_P)),
    ]


INTERFACES = {
    "plug.database/1": struct(("setup", function(P, Text, SINK_P)), ("cleanup", function(P, Text, SINK_P))),
    "plug.workload/1": struct(
        ("operations", function(P, SINK_P)), ("open", function(P, Text, c.POINTER(P), SINK_P)),
        ("run", function(P, Text, SINK_P)), ("close", c.CFUNCTYPE(None, P))),
    "plug.format/1": struct(
        ("read", function(P, c.POINTER(Source), Text, P, SINK_P)), ("write", function(P, P, Text, SINK_P, SINK_P))),
    "plug.processor/1": struct(("process", function(P, Text, SINK_P, SINK_P))),
    "plug.scalar/1": struct(
        ("functions", function(P, SINK_P)), ("call", function(P, Text, P, c.c_size_t, c.c_size_t, P, SINK_P))),
    "plug.storage/1": struct(
        ("open", function(P, Text, c.POINTER(P), SINK_P)), ("get", function(P, Text, SINK_P, SINK_P)),
        ("put", function(P, Text, Text, SINK_P)), ("remove", function(P, Text, SINK_P)),
        ("scan", function(P, Text, P, SINK_P)), ("sync", function(P, SINK_P)), ("close", c.CFUNCTYPE(None, P))),
    "plug.query/1": struct(("rewrite", function(P, Text, SINK_P, SINK_P))),
    "plug.auth/1": struct(("authenticate", function(P, Text, Text, SINK_P, SINK_P))),
    "plug.type/1": struct(
        ("parse", function(P, Text, SINK_P, SINK_P)), ("format", function(P, Text, SINK_P, SINK_P)),
        ("compare", function(P, Text, Text, c.POINTER(c.c_int32), SINK_P))),
}


class Plugin:
    """A plugin that is open and ready. `config` is an object or a text; without it, the example."""

    def __init__(self, name, config=None, data_folder=None, path=None):
        library = c.CDLL(path or os.path.join(PLUGINS, name + ".so"))
        library.plug_entry_v1.restype = c.POINTER(Table)
        assert not library.plug_entry_v1(2, 0), "it serves a host of another major version"
        self.table = library.plug_entry_v1(1, 0).contents
        out = Sink.new()
        assert self.table.describe(out) == OK
        self.description = json.loads(out.value())
        self.is_cancelled = False
        self.logged = []
        log = LOG(lambda _, level, text: self.logged.append((level, text.value().decode())))
        self.host = Host(c.sizeof(Host), 1, 0, None, log, ASK(lambda _: self.is_cancelled))
        self.folder = Text.of(data_folder or "")
        self.host.data_folder = self.folder
        self.instance = P()
        identifier = Text.of(self.description["id"])
        assert self.table.create(c.byref(self.host), identifier, c.byref(self.instance), None) == OK
        if config is None:
            config = self.description["config"]["example"]
        self.expect(OK, self.table.initialize, self.instance, Text.of(config if isinstance(config, str) else json.dumps(config)))

    def expect(self, wanted, call, *arguments):
        """Calls with a sink for the reason, which must be there where the call fails."""
        error = Sink.new()
        status = call(*arguments, error)
        assert status == wanted, f"status {status}, not {wanted}: {error.value().decode()}"
        assert status == OK or error.value(), "there is no reason"
        return error.value().decode()

    def interface(self, name):
        address = self.table.get_interface(self.instance, Text.of(name))
        assert address, f"there is no {name}"
        return INTERFACES[name].from_address(address)

    def metrics(self):
        out = Sink.new()
        assert self.table.metrics(self.instance, out) == OK
        return json.loads(out.value())

    def process(self, data, wanted=OK):
        out = Sink.new()
        self.expect(wanted, self.interface("plug.processor/1").process, self.instance, Text.of(data), out)
        return out.value()

    def close(self):
        assert self.table.shutdown(self.instance) == OK
        self.table.destroy(self.instance)


def main(names):
    """Runs the tests of a file in their order; their documentation is the fact that they state."""
    subject = os.path.basename(sys.argv[0])[5:-3]
    faults = 0
    for name, test in list(names.items()):
        if not name.startswith("test_"):
            continue
        try:
            test()
            print(f"ok - {subject}: {test.__doc__}", flush=True)
        except Exception:
            faults += 1
            print(f"not ok - {subject}: {test.__doc__}", flush=True)
            print("".join("  " + line for line in traceback.format_exc().splitlines(True)), flush=True)
    sys.exit(faults != 0)
