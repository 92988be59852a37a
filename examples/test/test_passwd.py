"""passwd, against hashes of mkpasswd and openssl."""

import json
import os
import statistics
import subprocess
import time

import plug


def tool(*command, secret):
    return subprocess.run(command, input=secret, capture_output=True, text=True, check=True).stdout.strip()


def ask(plugin, user, secret, wanted):
    claims = plug.Sink.new()
    auth = plugin.interface("plug.auth/1")
    plugin.expect(wanted, auth.authenticate, plugin.instance, plug.Text.of(user), plug.Text.of(secret), claims)
    assert wanted == plug.OK or claims.value() == b""
    return claims.value()


def shadow():
    path = os.path.join(plug.SCRATCH, "shadow")
    users = {}
    for method in ("sha512crypt", "sha256crypt", "yescrypt", "bcrypt", "md5crypt"):
        users[method] = tool("mkpasswd", "-s", "-m", method, secret=f"secret of {method}")
    for number in ("1", "5", "6"):
        users[f"openssl{number}"] = tool("openssl", "passwd", f"-{number}", "-stdin", secret=f"secret of openssl{number}")
    users["quote\"user"] = users["openssl1"]
    with open(path, "w") as file:
        file.write("# a comment\n\n")
        for user, made in users.items():
            file.write(f"{user}:{made}:19000:0:99999:7:::\n")
        file.write("locked:!" + users["sha512crypt"] + ":19000\nstar:*:1\nnobody::1\nold:ab/x.y:1\n")
    return path, users


PATH, USERS = shadow()
plugin = plug.Plugin("passwd", {"file": PATH})


def test_right():
    """users of all methods come in, and the claims name them"""
    for user in USERS:
        if user.startswith("quote"):
            continue
        claims = ask(plugin, user, f"secret of {user}", plug.OK)
        assert json.loads(claims) == {"sub": user}
    assert json.loads(ask(plugin, 'quote"user', "secret of openssl1", plug.OK)) == {"sub": 'quote"user'}


def test_wrong():
    """wrong secrets, unknown and locked users are denied alike"""
    reasons = set()
    auth = plugin.interface("plug.auth/1")
    for user, secret in [("sha512crypt", "x"), ("sha512crypt", ""), ("stranger", "x"), ("", ""), ("locked", "secret of sha512crypt"),
                         ("star", "*"), ("nobody", ""), ("old", "x"), ("sha512cryp", "secret of sha512crypt"),
                         ("sha512crypt", "secret of sha512crypt\0"), ("sha512crypt", "y" * 5000)]:
        error = plug.Sink.new()
        status = auth.authenticate(plugin.instance, plug.Text.of(user), plug.Text.of(secret), plug.Sink.new(), error)
        assert status == plug.DENIED, (user, status)
        reasons.add(error.value())
    assert len(reasons) == 1


def test_time():
    """an unknown user takes as long as a wrong secret"""
    made = tool("mkpasswd", "-s", "-m", "sha512crypt", "-R", "20000", secret="secret")
    slow = plug.Plugin("passwd", {"users": {"ada": made}})
    times = {"ada": [], "eve": []}
    for _ in range(15):
        for user, list_ in times.items():
            began = time.process_time()
            ask(slow, user, "wrong", plug.DENIED)
            list_.append(time.process_time() - began)
    known, unknown = statistics.median(times["ada"]), statistics.median(times["eve"])
    assert known > 0.002 and 0.7 < unknown / known < 1.4, (known, unknown)


def test_configuration():
    """a file that is not there, or without any hash, is a wrong configuration"""
    empty = os.path.join(plug.SCRATCH, "empty")
    open(empty, "w").close()
    broken = os.path.join(plug.SCRATCH, "broken")
    with open(broken, "w") as file:
        file.write("no colon here\n")
    other = plug.Plugin("passwd")
    assert other.table.shutdown(other.instance) == plug.OK
    for config in ({"file": PATH + ".none"}, {"file": empty}, {"file": broken}, {"file": PATH, "users": {}}, {}, {"users": {"a": 1}},
                   {"users": {"a": "plain"}}):
        text = plug.Text.of(json.dumps(config))
        other.expect(plug.INVALID_CONFIG, other.table.initialize, other.instance, text)


def test_sample():
    """the sample of the description is right for its example"""
    other = plug.Plugin("passwd")
    sample = other.description["samples"]["plug.auth/1"]
    ask(other, sample["user"], sample["secret"], plug.OK)
    ask(other, sample["user"], sample["secret"] + "x", plug.DENIED)


plug.main(globals())
