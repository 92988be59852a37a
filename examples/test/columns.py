"""plug.scalar/1 for tests: columns of values, and calls with them."""

import ctypes as c

import plug

SETTERS = [("set_i64", c.c_int64), ("set_f64", c.c_double), ("set_bool", c.c_int), ("set_text", plug.Text)]
TYPES = {"i64": (plug.I64, c.c_int64), "f64": (plug.F64, c.c_double), "bool": (plug.BOOL, c.c_uint8)}
SET = {name: c.CFUNCTYPE(None, c.c_void_p, c.c_size_t, kind) for name, kind in SETTERS}


class Column(c.Structure):
    _fields_ = [("size", c.c_uint32), ("type", c.c_int32), ("values", c.c_void_p), ("valid", c.c_void_p)]


class Result(c.Structure):
    _fields_ = [("size", c.c_uint32), ("context", c.c_void_p)] + [(name, SET[name]) for name, _ in SETTERS]


def column(kind, values):
    if kind == "text":
        texts = [plug.Text.of(v if v is not None else "null") for v in values]
        number, array = plug.TEXT, (plug.Text * max(1, len(values)))(*texts)
        array.kept_texts = texts
    else:
        number, type_ = TYPES[kind]
        array = (type_ * max(1, len(values)))(*[0x55 if v is None else v for v in values])
    valid = (c.c_uint8 * max(1, len(values)))(*[v is not None for v in values])
    made = Column(c.sizeof(Column), number, c.addressof(array), c.addressof(valid) if None in values else None)
    made.kept = (array, valid)
    return made


def call(plugin, name, *columns, wanted=plug.OK):
    """Columns are (type, values); the result is a list with None for null."""
    rows = len(columns[0][1]) if columns else 0
    out = [None] * rows
    made = [column(kind, values) for kind, values in columns]

    def setter(convert):
        def set_(_, row, value):
            out[row] = convert(value)
        return set_

    functions = [SET["set_i64"](setter(int)), SET["set_f64"](setter(float)), SET["set_bool"](setter(bool)),
                 SET["set_text"](setter(lambda text: text.value().decode()))]
    result = Result(c.sizeof(Result), None, *functions)
    array = (Column * max(1, len(made)))(*made)
    plugin.expect(wanted, plugin.interface("plug.scalar/1").call, plugin.instance, plug.Text.of(name), c.addressof(array), len(made), rows, c.addressof(result))
    return out


def i(*values):
    return ("i64", list(values))


def f(*values):
    return ("f64", list(values))


def t(*values):
    return ("text", list(values))
