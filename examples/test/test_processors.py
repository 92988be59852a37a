"""The processors, against the tools that do the same."""

import gzip
import os
import random
import subprocess

import plug

TEXT = open(__file__, "rb").read() + open(plug.__file__, "rb").read()


def tool(command, data):
    return subprocess.run(["bash", "-o", "pipefail", "-c", command], input=data, capture_output=True, check=True).stdout


def test_tidy():
    """tidy does what expand and sed do"""
    ragged = TEXT.replace(b"    ", b"\t").replace(b":\n", b": \t\r\n") + b"last line \t"
    for width in (1, 4, 8, 16):
        tidy = plug.Plugin("tidy", {"tab_width": width})
        assert tidy.process(ragged) == tool(f"sed 's/[ \\t\\r]*$//' | expand -t {width} | sed '$a\\'", ragged)
    open_end = plug.Plugin("tidy", {"final_newline": False})
    assert open_end.process(b"a \nb ") == b"a\nb" and open_end.process(b"") == b""
    assert plug.Plugin("tidy", {"tab_width": 4}).process("ü\tx") == "ü   x\n".encode()


def test_tidy_cancelled():
    """tidy ends where the host says so"""
    tidy = plug.Plugin("tidy")
    tidy.is_cancelled = True
    assert tidy.process(TEXT, plug.CANCELLED) == b""


def test_topwords():
    """topwords counts as tr, sort and uniq do"""
    count = "tr -cs A-Za-z '\\n' | tr A-Z a-z | grep -E '^.{3,}' | LC_ALL=C sort | uniq -c | LC_ALL=C sort -k1,1nr -k2,2"
    expected = tool(f"({count}) | sed 's/^ *//' | sed -n 1,50p", TEXT)
    assert plug.Plugin("topwords", {"most": 50, "shortest": 3}).process(TEXT) == expected
    assert plug.Plugin("topwords").process(b"1, 2, 3") == b""


def test_base64():
    """base64 writes and reads what base64(1) does"""
    encode, decode = plug.Plugin("base64"), plug.Plugin("base64", {"decode": True})
    source = random.Random(1)
    for length in list(range(70)) + [10000]:
        data = source.randbytes(length)
        assert encode.process(data) == tool("base64 -w0", data)
        assert decode.process(tool("base64", data)) == data
    for wrong in (b"a", b"ab=c", b"abc=abcd", b"a===", b"====", b"ab!=", b"aB==", b"\xff\xff\xff\xff"):
        decode.process(wrong, plug.INVALID_ARGUMENT)


def test_panic():
    """a panic in Rust ends at the boundary and prints nothing"""
    panics = plug.Plugin("base64", path=os.environ["PANICS"])
    out = plug.Sink.new()
    interface = panics.interface("plug.processor/1")
    before = os.dup(2)
    reading, writing = os.pipe()
    os.dup2(writing, 2)
    status = interface.process(panics.instance, plug.Text.of("panic"), out, None)
    os.dup2(before, 2)
    os.close(writing)
    assert status == plug.FAILED and out.value() == b"" and os.read(reading, 10) == b""
    assert panics.process(b"abc") == b"YWJj"
    panics.process(b"panic", plug.FAILED)


def test_gzip():
    """gzip makes what gunzip reads"""
    for level in (1, 6, 9):
        packer = plug.Plugin("gzip", {"level": level})
        for data in (b"", b"a", TEXT, os.urandom(70000)):
            packed = packer.process(data)
            assert tool("gunzip", packed) == data and gzip.decompress(packed) == data
        assert len(packer.process(TEXT * 10)) < 5 * len(TEXT)


def test_shout():
    """shout makes the capital letters that Python makes"""
    shout = plug.Plugin("shout", '{"ending": "\\"!\\\\"}')
    for text in ("hello", "grüße, мир", "ﬁn ΐ ʼn", "ǆ ça i ı", "日本", "", "\u0345 ὀδυσσεύς"):
        assert shout.process(text) == text.upper().encode() + b'"!\\'
    shout.process(b"\xff\xfe", plug.INVALID_ARGUMENT)
    assert plug.Plugin("shout", {}).process("a" * 100000) == b"A" * 100000


plug.main(globals())
