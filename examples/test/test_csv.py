"""csv, judged by pyarrow: through Arrow's C stream interface, and against pyarrow's own reader."""

import ctypes as c
import io
import json
import os
import random

import pyarrow as pa
import pyarrow.csv

import plug

plugin = plug.Plugin("csv")
format_ = plugin.interface("plug.format/1")


class Stream(c.Structure):
    """ArrowArrayStream."""
    _fields_ = [("get_schema", c.c_void_p), ("get_next", c.c_void_p), ("get_last_error", c.c_void_p),
                ("release", c.c_void_p), ("private_data", c.c_void_p)]


def read(data, options="", wanted=plug.OK, source=None, piece=7):
    """A table, or the reason."""
    stream = Stream()
    source = source or plug.Source.of(data, piece)
    text = plug.Text.of(json.dumps(options) if options else "")
    reason = plugin.expect(wanted, format_.read, plugin.instance, c.byref(source), text, c.addressof(stream))
    if wanted != plug.OK:
        assert not stream.release, "a stream was made all the same"
        return reason
    table = pa.RecordBatchReader._import_from_c(c.addressof(stream)).read_all()
    assert not stream.release, "the stream was not moved"
    table.validate(full=True)
    return table


def write(table, options="", wanted=plug.OK, sink=None):
    stream, out = Stream(), sink or plug.Sink.new()
    table.to_reader()._export_to_c(c.addressof(stream))
    text = plug.Text.of(json.dumps(options) if options else "")
    plugin.expect(wanted, format_.write, plugin.instance, c.addressof(stream), text, out)
    assert not stream.release, "the stream was not released"
    return out.value()


def test_types():
    """types are inferred from all rows, and empty cells are null"""
    data = (b"i,f,b,t,n,mixed\n1,1.5,true,x,,1\n-9223372036854775808,2,false,,,a\n"
            b",-1e300,,\"\",,3\n9223372036854775807,,true,\"a,\"\"b\"\"\n c\",,\n")
    table = read(data)
    assert [str(f.type) for f in table.schema] == ["int64", "double", "bool", "string", "string", "string"]
    assert table.to_pydict() == {
        "i": [1, -(2**63), None, 2**63 - 1], "f": [1.5, 2.0, -1e300, None], "b": [True, False, None, True],
        "t": ["x", None, "", 'a,"b"\n c'], "n": [None] * 4, "mixed": ["1", "a", "3", None]}
    for cell, type_ in ((b"9223372036854775808", "double"), (b"0x10", "string"), (b" 1", "string"), (b"inf", "string"), (b"nan", "string"),
                        (b"1e5", "double"), (b"-", "string"), (b'"1"', "string"), (b"True", "string"), (b"+1", "double"), (b"1.", "double")):
        assert str(read(b"x\n" + cell + b"\n").schema[0].type) == type_, cell


def test_pyarrow():
    """it reads what pyarrow reads from the same bytes"""
    source = random.Random(8)
    lines = ["a,b,c,d"]
    for _ in range(3000):
        lines.append(",".join([str(source.randrange(-(10**12), 10**12)), repr(source.uniform(-1e9, 1e9)),
                               source.choice(["true", "false", ""]), source.choice(["x", '"y, ""z"""', '"two\nlines"', '"grün"'])]))
    for end in ("\n", "\r\n"):
        data = end.join(lines).encode()
        options = pyarrow.csv.ConvertOptions(column_types={"d": pa.string()}, null_values=[""])
        theirs = pyarrow.csv.read_csv(io.BytesIO(data), parse_options=pyarrow.csv.ParseOptions(newlines_in_values=True), convert_options=options)
        assert read(data, piece=10007).equals(theirs.cast(pa.schema([(f.name, f.type) for f in theirs.schema])))


def test_batches():
    """batches have the length of the options, also the last"""
    data = b"x\n" + b"".join(b"%d\n" % n for n in range(250))
    table = read(data, {"batch_rows": 100})
    assert [len(b) for b in table.to_batches()] == [100, 100, 50] and table["x"].to_pylist() == list(range(250))
    assert len(read(b"only,header\n")) == 0
    assert read(b"1;2\n3;4", {"delimiter": ";", "header": False}).to_pydict() == {"column_1": [1, 3], "column_2": [2, 4]}


def test_round_trip():
    """what it writes it reads, and so does pyarrow"""
    source = random.Random(9)
    texts = [None, "", "a", "a,b", 'q"q', "line\nend", "\r", "1", "true", "grün", " "]
    rows = 500
    table = pa.table({
        "i": pa.array([source.choice([None, 0, -(2**63), 2**63 - 1]) for _ in range(rows)], pa.int64()),
        "f": pa.array([source.choice([None, 0.1, -0.0, 1e300, 5e-324, 1 / 3, 2.0]) for _ in range(rows)], pa.float64()),
        "b": pa.array([source.choice([None, True, False]) for _ in range(rows)], pa.bool_()),
        "t,u": pa.array([source.choice(texts) for _ in range(rows)] , pa.string())})
    for part in (table, table.slice(13, 101), pa.concat_tables([table.slice(3, 50), table.slice(7, 9)]), table.slice(0, 0)):
        text = write(part)
        back = read(text, piece=4096)
        if len(part):
            wanted = part.to_pydict()
            # A text that looks like a number is one again only where all of its column do.
            assert back.to_pydict() == wanted
        theirs = pyarrow.csv.read_csv(io.BytesIO(text), parse_options=pyarrow.csv.ParseOptions(newlines_in_values=True),
                                      convert_options=pyarrow.csv.ConvertOptions(column_types=table.schema, strings_can_be_null=False))
        assert theirs["i"].equals(part["i"]) and theirs["f"].equals(part["f"]) and theirs["b"].equals(part["b"])
    assert write(table, {"header": False, "delimiter": "\t"}).count(b"\t") == 3 * rows


def test_refused():
    """empty, cut-off, ragged and binary input fails with a reason and its line"""
    for data, reason in ((b"", "empty"), (b'a,b\n1,"x', "line 2"), (b"a,b\n1\n", "line 2"), (b"a\n1,2\n", "line 2"), (b'a\n"x"y\n', "line 2"),
                         (b'a\nx"y"\n', "line 2"), (b"a\rb\n", "line 1"), (b"a\n\xff\n", "UTF-8"), (b"a\n\xed\xa0\x80\n", "UTF-8"),
                         (b"a\n\x00\n", "UTF-8"), (b"a\n\xe2\x82", "UTF-8"), (b'a\n"1\n\n2\n', "line 2")):
        assert reason in read(data, wanted=plug.INVALID_ARGUMENT), (data, reason)
    whole = b'name,"a ""b"""\n"x\ny",1\r\n'
    for length in range(len(whole)):
        source, stream = plug.Source.of(whole[:length]), Stream()
        status = format_.read(plugin.instance, c.byref(source), plug.Text.of(""), c.addressof(stream), None)
        assert status in (plug.OK, plug.INVALID_ARGUMENT)
        if status == plug.OK:
            pa.RecordBatchReader._import_from_c(c.addressof(stream)).read_all().validate(full=True)
    assert "source" in read(b"", wanted=plug.SINK, source=plug.Source.of(b"a,b\n", fails=True))
    for options in ({"none": 1}, {"delimiter": ""}, {"delimiter": "ab"}, {"delimiter": '"'}, {"header": 1}, {"batch_rows": 0}):
        read(b"a\n", options, plug.INVALID_ARGUMENT)


def test_write_refused():
    """a stream of other types, a full sink and a stream that breaks off are released all the same"""
    write(pa.table({"d": pa.array([1], pa.int32())}), wanted=plug.UNSUPPORTED)
    write(pa.table({"d": pa.array(["a"]).dictionary_encode()}), wanted=plug.UNSUPPORTED)
    write(pa.table({"a": [1] * 5000}), wanted=plug.SINK, sink=plug.Sink.new(most=1))

    def broken():
        yield pa.record_batch({"a": [1]})
        raise OSError("the disk is gone")

    stream = Stream()
    pa.RecordBatchReader.from_batches(pa.schema([("a", pa.int64())]), broken())._export_to_c(c.addressof(stream))
    plugin.expect(plug.SINK, format_.write, plugin.instance, c.addressof(stream), plug.Text.of(""), plug.Sink.new())
    assert not stream.release


def test_release():
    """schemas, arrays and columns are released once each, moved or not, and nothing leaks"""
    data = b"a,b\n" + b"1,text\n" * 20000
    before = None
    for round_ in range(60):
        table = read(data, {"batch_rows": 1000}, piece=65536)
        column = table["b"]
        del table
        assert column[19999].as_py() == "text"
        del column
        stream, source = Stream(), plug.Source.of(data, 65536)
        plugin.expect(plug.OK, format_.read, plugin.instance, c.byref(source), plug.Text.of(""), c.addressof(stream))
        reader = pa.RecordBatchReader._import_from_c(c.addressof(stream))
        reader.read_next_batch()
        del reader  # before its end
        if round_ == 20:
            before = resident()
    assert resident() - before < 8 << 20, resident() - before


def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGESIZE")


plug.main(globals())
