"""ldap_auth, against OpenLDAP's slapd, which would take an empty secret for nobody's."""

import json
import os
import socket
import subprocess
import threading
import time

import plug

FOLDER = os.path.join(plug.SCRATCH, "ldap")
SUFFIX = "dc=example,dc=org"
PEOPLE = f"ou=people,{SUFFIX}"
SECRETS = {"alice": "wonderland", "bob": "b u:i*l)d(er\\", "we(i)rd*\\": "odd", "Grüße": "grüße"}


def escaped(name):
    """For a name of an entry, RFC 4514; it is in an LDIF, so nothing else is needed here."""
    return "".join("\\" + c if c in '\\,+"<>;=' else c for c in name)


def person(name, secret, where="people", more=""):
    return f"dn: cn={escaped(name)},ou={where},{SUFFIX}\nobjectClass: inetOrgPerson\ncn: {name}\nsn: {name}\nuid: {name}\nuserPassword: {secret}\n{more}\n"


LDIF = "".join(f"dn: {dn}\nobjectClass: {kind}\n{more}\n" for dn, kind, more in (
    (SUFFIX, "dcObject\nobjectClass: organization", "o: Example\n"), (PEOPLE, "organizationalUnit", ""), (f"ou=guests,{SUFFIX}", "organizationalUnit", ""),
    (f"cn=reader,{SUFFIX}", "person", "sn: reader\nuserPassword: reads\n")))
LDIF += "".join(person(name, secret, more="mail: alice@example.org\n" if name == "alice" else "") for name, secret in SECRETS.items())
LDIF += person("twin", "first") + person("twin", "second", "guests")


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True, cwd=FOLDER)


def make_certificates():
    subject = ["-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-days", "2"]
    for name in ("ca", "other"):
        run("openssl", "req", "-x509", *subject, "-keyout", f"{name}.key", "-out", f"{name}.pem", "-subj", f"/CN={name}")
    run("openssl", "req", "-x509", *subject, "-CA", "ca.pem", "-CAkey", "ca.key", "-keyout", "server.key", "-out", "server.pem",
        "-subj", "/CN=server", "-addext", "subjectAltName=IP:127.0.0.1", "-addext", "basicConstraints=critical,CA:FALSE")


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def start_server():
    os.makedirs(os.path.join(FOLDER, "data"))
    make_certificates()
    with open(os.path.join(FOLDER, "slapd.conf"), "w") as file:
        file.write(f"""modulepath /usr/lib/ldap
moduleload back_mdb
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
pidfile {FOLDER}/pid
allow bind_anon_dn
TLSCertificateFile {FOLDER}/server.pem
TLSCertificateKeyFile {FOLDER}/server.key
database mdb
maxsize 16777216
suffix "{SUFFIX}"
directory {FOLDER}/data
access to attrs=userPassword by anonymous auth
access to * by dn.exact="cn=reader,{SUFFIX}" read
""")
    with open(os.path.join(FOLDER, "people.ldif"), "w") as file:
        file.write(LDIF)
    run("/usr/sbin/slapadd", "-f", "slapd.conf", "-l", "people.ldif")
    ports = free_port(), free_port()
    urls = f"ldap://127.0.0.1:{ports[0]} ldaps://127.0.0.1:{ports[1]}"
    with open(os.path.join(FOLDER, "log"), "w") as log:
        started = subprocess.Popen(["/usr/sbin/slapd", "-f", "slapd.conf", "-h", urls, "-d", "256"], cwd=FOLDER, stdout=log, stderr=log)
    for _ in range(200):
        with socket.socket() as found:
            if found.connect_ex(("127.0.0.1", ports[1])) == 0:
                return started, *ports
        time.sleep(0.05)
    with open(os.path.join(FOLDER, "log")) as log:
        raise AssertionError(log.read())


server, PORT, TLS_PORT = start_server()
CONFIG = {"url": f"ldap://127.0.0.1:{PORT}", "base_dn": SUFFIX, "ca_file": f"{FOLDER}/ca.pem",
          "bind": {"dn": f"cn=reader,{SUFFIX}", "password": "reads"}, "timeout_seconds": 3}


def begin(**changes):
    config = {**CONFIG, **changes}
    return plug.Plugin("ldap_auth", {name: value for name, value in config.items() if value is not None})


def login(plugin, user, secret, wanted=plug.OK):
    claims = plug.Sink.new()
    reason = plugin.expect(wanted, plugin.interface("plug.auth/1").authenticate, plugin.instance, plug.Text.of(user), plug.Text.of(secret), claims)
    assert secret == "" or str(secret) not in reason, "the reason has the secret in it"
    assert wanted == plug.OK or claims.value() == b"", "there are claims for a wrong secret"
    return json.loads(claims.value()) if wanted == plug.OK else reason


def log_lines(words):
    with open(os.path.join(FOLDER, "log")) as log:
        return sum(words in line for line in log)


def test_right():
    """who knows the secret gets in, whatever stands in name and secret, and is called as the directory does"""
    plugin = begin()
    assert login(plugin, "alice", "wonderland") == {"sub": "alice", "dn": f"cn=alice,{PEOPLE}", "name": "alice", "email": "alice@example.org"}
    for user, secret in SECRETS.items():
        assert login(plugin, user, secret)["sub"] == user
    assert login(plugin, "ALICE", "wonderland")["sub"] == "alice"
    assert login(begin(user_attribute="mail"), "alice@example.org", "wonderland")["sub"] == "alice@example.org"


def test_wrong():
    """wrong secrets and unknown users are denied alike"""
    plugin = begin()
    reasons = {login(plugin, user, secret, plug.DENIED)
               for user, secret in (("alice", "Wonderland"), ("alice", "odd"), ("alice", "wonderland "), ("nobody", "wonderland"), ("twin", "first"), ("twin", "second"))}
    assert reasons == {"the user or the secret is wrong"}
    assert log_lines('BIND dn="cn=nobody of this name,') == 3, "who is not there is not bound as, which takes less time"
    for user in ("", "x" * 257, b"\xff", "alice\0", "alice\0x"):
        login(plugin, user, "wonderland", plug.DENIED)


def test_empty():
    """an empty secret is denied, though this server takes a bind without one, as nobody"""
    who = run("ldapwhoami", "-x", "-H", CONFIG["url"], "-D", f"cn=alice,{PEOPLE}", "-w", "")
    assert "anonymous" in who.stdout, "the server refuses it by itself"
    for user in ("alice", "nobody", ""):
        login(begin(), user, "", plug.DENIED)
    login(begin(), "alice", "x" * 1025, plug.DENIED)


def test_metacharacters():
    """what means something in a filter or a name of an entry means nothing in a user's name"""
    plugin = begin()
    for user in ("*", "al*", "alice)(uid=*", "*)(uid=alice", "alice)", "(alice", "\\61lice", "*)(objectClass=*", f"cn=alice,{PEOPLE}", " alice\\", "|(uid=alice)"):
        login(plugin, user, "wonderland", plug.DENIED)
    with open(os.path.join(FOLDER, "log")) as log:
        assert "(uid=\\2A)" in log.read().upper().replace("UID", "uid"), "slapd did not see the escaped name"


def test_searcher():
    """who searches matters: as nobody nothing is found here, and a wrong search account is no fault of the user's"""
    login(begin(bind=None), "alice", "wonderland", plug.DENIED)
    assert "bind" in login(begin(bind={"dn": f"cn=reader,{SUFFIX}", "password": "wrong"}), "alice", "wonderland", plug.IO)
    login(begin(base_dn="dc=elsewhere"), "alice", "wonderland", plug.DENIED)


def test_tls():
    """with ldap:// nothing goes on without StartTLS, which must be good; ldaps:// works too"""
    assert login(begin(url=f"ldaps://127.0.0.1:{TLS_PORT}"), "alice", "wonderland")["sub"] == "alice"
    binds = log_lines("BIND dn="), log_lines("STARTTLS")
    assert binds[1] > 0
    for url in (f"ldap://127.0.0.1:{PORT}", f"ldaps://127.0.0.1:{TLS_PORT}", f"ldap://localhost:{PORT}"):
        wrong = None if "localhost" in url else f"{FOLDER}/other.pem"
        login(begin(url=url, ca_file=wrong or CONFIG["ca_file"]), "alice", "wonderland", plug.IO)
    login(begin(ca_file=f"{FOLDER}/none.pem"), "alice", "wonderland", plug.IO)
    login(begin(ca_file=None), "alice", "wonderland", plug.IO)
    assert log_lines("BIND dn=") == binds[0], "somebody was bound without good TLS"
    assert login(begin(start_tls=False), "alice", "wonderland")["sub"] == "alice"


def test_servers():
    """a server that is not there, says nothing or says nonsense is an error in time, and can be cancelled"""
    login(begin(url="ldap://127.0.0.1:1"), "alice", "wonderland", plug.IO)
    with socket.socket() as quiet:
        quiet.bind(("127.0.0.1", 0))
        quiet.listen(8)
        plugin = begin(url=f"ldap://127.0.0.1:{quiet.getsockname()[1]}", timeout_seconds=1)
        start = time.monotonic()
        login(plugin, "alice", "wonderland", plug.IO)
        assert 0.5 < time.monotonic() - start < 5
        plugin = begin(url=f"ldap://127.0.0.1:{quiet.getsockname()[1]}", timeout_seconds=60)
        threading.Timer(0.3, lambda: setattr(plugin, "is_cancelled", True)).start()
        login(plugin, "alice", "wonderland", plug.CANCELLED)
        assert time.monotonic() - start < 10
    for nonsense in (b"", b"HTTP/1.1 200 OK\r\n\r\n", b"\x30\x84\xff\xff\xff\xff", b"\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x00\x04\x00\x04\x00"):
        with socket.socket() as hostile:
            hostile.bind(("127.0.0.1", 0))
            hostile.listen(1)

            def answer(nonsense=nonsense, hostile=hostile):
                client, _ = hostile.accept()
                client.recv(100)
                client.sendall(nonsense)
                client.close()

            thread = threading.Thread(target=answer)
            thread.start()
            login(begin(url=f"ldap://127.0.0.1:{hostile.getsockname()[1]}"), "alice", "wonderland", plug.IO)
            thread.join()


def test_crowd():
    """eight at once are told apart"""
    plugin, faults = begin(), []

    def work(number):
        try:
            for round_ in range(5):
                right = (number + round_) % 2 == 0
                login(plugin, "alice", "wonderland" if right else "Wunderland", plug.OK if right else plug.DENIED)
        except Exception as fault:
            faults.append(fault)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults, faults


try:
    plug.main(globals())
finally:
    server.terminate()
    server.wait(10)
