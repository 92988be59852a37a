"""Attacks on whoever installs: the real plugctl against an index in the attacker's hands.

The numbers are those of the table in docs/threat-model.md. An attacker serves what they like; which keys
they have is what each test says.
"""

import base64
import glob
import gzip
import io
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
import threading
import time
import unittest

from clock import clock
from hostile_server import HostileServer
from index_case import MANIFEST, PLUGCTL, IndexCase
from simulator import later, sha256
from tuf.api.metadata import Metadata, MetaFile, TargetFile
from tuf.api.serialization.json import JSONSerializer

SERIALIZER = JSONSerializer(validate=False)


class AttackCase(IndexCase):
    """A user who trusts the index, with a home of their own."""

    def setUp(self):
        super().setUp()
        self.user = tempfile.mkdtemp(dir=self.folder)

    def run_user(self, *words, at=None, answer=None):
        environment = {
            "PATH": os.environ["PATH"], "HOME": self.user, "PLUGCTL_SCOPE": "user",
            "PLUGCTL_NO_INPUT": "1",
        }
        command = [PLUGCTL, "--json", *words]
        if at:
            environment.update(clock(at))
        done = subprocess.run(
            command, env=environment, cwd=self.user, capture_output=True, text=True, timeout=120,
            check=False, input=answer,
        )
        self.said = done.stdout + done.stderr
        document = json.loads(done.stdout)
        return done.returncode, (document["error"] or {}).get("code")

    def succeeds(self, *words, **options):
        self.assertEqual(self.run_user(*words, **options), (0, None), self.said)

    def refuses(self, exit_code, code, *words, **options):
        """The command is refused, and what is installed stays as it was."""
        before = self.installed()
        self.assertEqual(self.run_user(*words, **options), (exit_code, code), self.said)
        self.assertEqual(self.installed(), before)

    def policy(self, publishers):
        with open(f"{self.user}/.config/plugctl/policy.yaml", "w", encoding="utf-8") as file:
            file.write(f"schema: 1\npublishers: {publishers}\n")

    def installed(self):
        self.run_user("list")
        return json.loads(self.said)["data"]

    def add_index(self):
        self.succeeds(
            "index", "add", self.url, "--name", "main", "--trust", f"sha256:{sha256(self.bootstrap)}")

    # What the attacker writes

    def path(self, role):
        """The newest file of a role's metadata."""
        if role in ("timestamp", "root"):
            return f"{self.index}/metadata/{role}.json"
        files = glob.glob(f"{self.index}/metadata/*.{role}.json")
        return max(files, key=lambda name: int(os.path.basename(name).split(".")[0]))

    def load(self, role):
        return Metadata.from_file(self.path(role))

    def forge(self, role, change, signers, step=1):
        """Puts altered metadata of a role there, one version later, signed by these."""
        metadata = self.load(role)
        change(metadata.signed)
        metadata.signed.version += step
        metadata.signatures.clear()
        for signer in signers:
            metadata.sign(signer, append=True)
        name = "timestamp" if role == "timestamp" else f"{metadata.signed.version}.{role}"
        with open(f"{self.index}/metadata/{name}.json", "wb") as file:
            file.write(metadata.to_bytes(SERIALIZER))
        return metadata

    def follow(self, online, **versions):
        """Has snapshot and timestamp name what is there, signed by the online key."""

        def snapshot(signed):
            for name, version in versions.items():
                signed.meta[f"{name.replace('_', '-')}.json"] = MetaFile(version)

        made = self.forge("snapshot", snapshot, [online])
        data = made.to_bytes(SERIALIZER)

        def timestamp(signed):
            signed.snapshot_meta = MetaFile.from_data(made.signed.version, data, ["sha256"])

        self.forge("timestamp", timestamp, [online])
        # What was fetched just now would be believed for an hour.
        self.run_user("update")

    def put(self, path, content):
        """Serves a target's content, and answers what metadata must say of it."""
        target = TargetFile.from_data(path, content, ["sha256"])
        folder, _, base = path.rpartition("/")
        place = f"{self.index}/targets/{folder}/{target.hashes['sha256']}.{base}"
        os.makedirs(os.path.dirname(place), exist_ok=True)
        with open(place, "wb") as file:
            file.write(content)
        return target

    def record_bytes(self, path):
        folder, _, base = path.rpartition("/")
        files = glob.glob(f"{self.index}/targets/{folder}/*.{base}")
        with open(max(files, key=os.path.getmtime), "rb") as file:
            return file.read()

    def copy(self):
        saved = tempfile.mkdtemp(dir=self.folder) + "/metadata"
        shutil.copytree(f"{self.index}/metadata", saved)
        return saved

    def restore(self, saved, *patterns):
        for pattern in patterns:
            for path in glob.glob(f"{saved}/{pattern}"):
                shutil.copy(path, f"{self.index}/metadata/")


class WithoutKeys(AttackCase):
    """Who serves the index, or stands between."""

    def setUp(self):
        super().setUp()
        self.publish("acme", "one")
        self.old = self.copy()
        self.publish("acme", "one", "1.1.0")
        self.add_index()
        self.succeeds("install", "one")

    def test_a02_old_timestamp(self):
        self.restore(self.old, "timestamp.json")
        self.refuses(5, "trust.rollback", "update")

    def test_a02_old_snapshot_and_targets(self):
        newest = self.load("snapshot").signed.version
        shutil.copy(f"{self.old}/{newest - 1}.snapshot.json", f"{self.index}/metadata/{newest}.snapshot.json")
        shutil.rmtree(f"{self.user}/.local/state/plugctl/trust/indexes/main", ignore_errors=False)
        os.makedirs(f"{self.user}/.local/state/plugctl/trust/indexes/main")
        with open(f"{self.user}/.local/state/plugctl/trust/indexes/main/root.json", "wb") as file:
            file.write(self.bootstrap)
        self.refuses(5, "trust.mismatch", "update")

    def test_a02_an_old_role_of_the_publisher(self):
        number = self.load("pub-acme").signed.version
        self.publish("acme", "one", "1.2.0")
        shutil.copy(f"{self.old}/{number - 1}.pub-acme.json", self.path("pub-acme"))
        self.refuses(5, "trust.mismatch", "upgrade")

    def test_a04_a_frozen_index(self):
        self.refuses(5, "trust.expired", "upgrade", at="+9d")
        self.refuses(5, "trust.expired", "install", "acme/other", at="+9d")

    def test_a05_a_clock_that_is_set_back(self):
        self.refuses(5, "trust.clock", "update", at="-30d")

    def test_a07_snapshot_and_role_of_two_moments(self):
        number = self.load("pub-acme").signed.version
        self.publish("acme", "one", "1.2.0")
        self.publish("acme", "one", "1.3.0")
        shutil.copy(
            f"{self.index}/metadata/{number + 1}.pub-acme.json", self.path("pub-acme"))
        self.refuses(5, "trust.mismatch", "upgrade")

    def test_a01_a_byte_of_every_file(self):
        self.publish("acme", "one", "1.2.0")
        newest = {
            "timestamp.json": self.path("timestamp"), "snapshot": self.path("snapshot"),
            "pub-acme": self.path("pub-acme"),
        }
        for name, path in newest.items():
            with self.subTest(name):
                with open(path, "rb") as file:
                    good = file.read()
                bad = good.replace(b'"version":', b'"versiom":', 1)
                self.assertNotEqual(bad, good)
                with open(path, "wb") as file:
                    file.write(bad)
                before = self.installed()
                self.assertEqual(self.run_user("upgrade")[0], 5, self.said)
                self.assertEqual(self.installed(), before)
                with open(path, "wb") as file:
                    file.write(good)
        self.succeeds("upgrade")

    def test_a21_signatures_that_are_stripped_or_twice(self):
        path = self.path("timestamp")
        with open(path, encoding="utf-8") as file:
            good = json.load(file)
        good["signed"]["version"] += 1
        for signatures in ([], good["signatures"] * 2, [{"keyid": "00", "sig": ""}]):
            with open(path, "w", encoding="utf-8") as file:
                json.dump({**good, "signatures": signatures}, file)
            before = self.installed()
            self.assertEqual(self.run_user("update")[0], 5, self.said)
            self.assertEqual(self.installed(), before)


class WithTheOnlineKey(AttackCase):
    """Who stole the key of snapshot, timestamp, catalog and the community's roles."""

    def setUp(self):
        super().setUp()
        self.publish("acme", "one")
        self.publish("acme", "one", "1.1.0")
        self.online = self.signer("online")
        self.add_index()

    def newer(self, name, change):
        """A record of a trusted publisher as the attacker would like it."""
        record = json.loads(self.record_bytes(f"i/{name}.json"))
        change(record)
        return self.put(f"i/{name}.json", json.dumps(record).encode())

    def test_a15_a_later_timestamp_is_all_there_is(self):
        self.succeeds("install", "one")
        self.forge("timestamp", lambda signed: setattr(signed, "expires", later(3000)), [self.online])
        self.succeeds("update")
        self.refuses(5, "trust.expired", "upgrade", at="+200d")

    def test_a16_the_community_lists_nothing_of_a_trusted_publisher(self):
        target = self.newer("acme/one", lambda record: record.update(sequence=99, versions=[]))
        made = self.forge(
            "community", lambda signed: signed.targets.update({"i/acme/one.json": target}),
            [self.online],
        )
        self.follow(self.online, community=made.signed.version)
        self.succeeds("update")
        self.succeeds("install", "one")
        self.assertEqual(self.installed()[0]["version"], "1.1.0")

    def test_a16_a_publishers_role_is_not_theirs(self):
        target = self.newer("acme/one", lambda record: record.update(sequence=99))
        made = self.forge(
            "pub-acme", lambda signed: signed.targets.update({"i/acme/one.json": target}),
            [self.online],
        )
        self.follow(self.online, pub_acme=made.signed.version)
        self.refuses(5, "trust.signature", "install", "one")

    def test_a16_the_role_above_is_not_theirs(self):
        made = self.forge(
            "trusted", lambda signed: signed.delegations.roles.clear(), [self.online]
        )
        self.follow(self.online, trusted=made.signed.version)
        self.refuses(5, "trust.signature", "install", "one")

    def test_a16_short_names_are_not_theirs(self):
        names = self.put("names.json", b'{"schema":1,"names":{"one":["evil"]}}')
        made = self.forge(
            "trusted", lambda signed: signed.targets.update({"names.json": names}), [self.online]
        )
        self.follow(self.online, trusted=made.signed.version)
        self.refuses(5, "trust.signature", "install", "one")

    def test_a16_a_community_publishers_key_is_remembered(self):
        shutil.move(f"{self.index}-keys/targets.key", self.trusted)
        self.publish("beta", "two")
        self.succeeds("update")
        key = self.plugctl("key", "export", "maker").splitlines()[1]
        self.policy("ask")
        # A new publisher for whom nobody vouches: not without somebody who says so, nor by --yes.
        self.refuses(14, "trust.confirmation", "install", "beta/two")
        self.refuses(14, "trust.confirmation", "install", "beta/two", "--yes")
        self.policy("any")
        self.succeeds("install", "beta/two")
        # The thief publishes a higher version by a key of their own.
        self.plugctl("key", "generate", "thief", "--unencrypted")
        thief = self.plugctl("key", "export", "thief").splitlines()[1]
        source = tempfile.mkdtemp(dir=self.folder)
        shutil.copy(f"{self.folder}/x.so", f"{source}/two.so")
        with open(f"{source}/plugin.yaml", "w", encoding="utf-8") as file:
            file.write(MANIFEST.format(publisher="beta", name="two", version="6.6.6"))
        self.plugctl("pack", source, "--sign", "thief", "-o", source)
        self.plugctl("index", "init", f"{source}/www")
        self.plugctl("publish", "--to", f"{source}/www", *glob.glob(f"{source}/*.tar.zst"))
        record = glob.glob(f"{source}/www/targets/i/beta/*.two.json")[0]
        for path in glob.glob(f"{source}/www/a/*"):
            shutil.copy(path, f"{self.index}/a/")
        with open(record, "rb") as file:
            document = json.load(file)
        self.assertNotEqual(key, thief)
        document["sequence"] = 99
        target = self.put("i/beta/two.json", json.dumps(document).encode())
        made = self.forge(
            "community", lambda signed: signed.targets.update({"i/beta/two.json": target}),
            [self.online],
        )
        self.follow(self.online, community=made.signed.version)
        self.refuses(12, "key.untrusted", "upgrade")

    def test_a06_versions_at_the_end_of_all_numbers(self):
        self.succeeds("install", "one")
        self.forge("timestamp", lambda signed: None, [self.online], step=2**63 - 100)
        self.succeeds("update")
        self.publish("acme", "late")
        # The operator's timestamp can't follow; a new key is the way out.
        self.plugctl("index", "rotate", "online", self.index)
        self.succeeds("update")
        self.succeeds("install", "late")

    def test_a12_the_record_of_another_plugin(self):
        self.publish("acme", "two")
        shutil.move(f"{self.index}-keys/targets.key", self.trusted)
        self.publish("beta", "two")
        target = self.put("i/beta/two.json", self.record_bytes("i/acme/two.json"))
        made = self.forge(
            "community", lambda signed: signed.targets.update({"i/beta/two.json": target}),
            [self.online],
        )
        self.follow(self.online, community=made.signed.version)
        self.refuses(5, "trust.mismatch", "install", "beta/two")


class WithThePublishersRole(AttackCase):
    """Who can sign the role that lists a publisher's plugins, and not the archives."""

    def setUp(self):
        super().setUp()
        for version in ("1.0.0", "1.1.0"):
            self.publish("acme", "one", version)
        self.add_index()
        self.succeeds("install", "one")

    def list_record(self, change):
        record = json.loads(self.record_bytes("i/acme/one.json"))
        change(record)
        target = self.put("i/acme/one.json", json.dumps(record).encode())
        made = self.forge(
            "pub-acme", lambda signed: signed.targets.update({"i/acme/one.json": target}),
            [self.signer("targets")],
        )
        self.follow(self.signer("online"), pub_acme=made.signed.version)

    def test_a03_a_record_that_goes_back(self):
        self.list_record(lambda record: record.update(sequence=record["sequence"] - 1))
        self.refuses(5, "trust.rollback", "upgrade")

    def test_a03_a_record_that_lists_less_takes_nothing_back(self):
        def less(record):
            record["sequence"] += 1
            record["versions"].pop()

        self.list_record(less)
        self.succeeds("upgrade")
        self.assertEqual(self.installed()[0]["version"], "1.1.0")

    def test_a10_constraints_that_the_archive_has_not(self):
        self.publish("acme", "two")

        def more(record):
            record["sequence"] += 1
            record["versions"][1]["dependencies"] = {"acme/two": "*"}

        self.list_record(more)
        self.succeeds("remove", "one")
        shutil.rmtree(f"{self.user}/.local/share/plugctl/trees", ignore_errors=True)
        self.refuses(5, "archive.mismatch", "install", "one")

    def test_a12_an_archive_of_another_version(self):
        def swap(record):
            record["sequence"] += 1
            record["versions"][1]["builds"] = record["versions"][0]["builds"]

        self.list_record(swap)
        self.succeeds("remove", "one")
        self.refuses(5, "archive.mismatch", "install", "one")


class Dependencies(AttackCase):
    """Needs that nobody answers, and plugins that would answer everything (a11)."""

    def test_a11_nobody_steps_in_for_another(self):
        self.publish("acme", "base")
        self.publish("evil", "all", "9.0.0", provides="{ base: 9.0.0, other: 9.0.0 }")
        self.publish("acme", "one", "1.0.0", dependencies="{ base: '^1' }")
        self.publish("acme", "lost", "1.0.0", dependencies="{ other: '*' }")
        self.add_index()
        self.succeeds("install", "one")
        names = [plugin["id"] for plugin in self.installed()]
        self.assertEqual(sorted(names), ["acme/base", "acme/one"])
        self.refuses(4, "solve.conflict", "install", "lost")

    def test_a11_nobody_provides_what_is_anothers(self):
        source = tempfile.mkdtemp(dir=self.folder)
        with open(f"{source}/plugin.yaml", "w", encoding="utf-8") as file:
            file.write(
                MANIFEST.format(publisher="evil", name="all", version="1.0.0")
                + "provides: { acme/base: 1.0.0 }\n")
        shutil.copy(f"{self.folder}/x.so", f"{source}/all.so")
        self.assertEqual(self.run_user("lint", source)[0], 13, self.said)


class Emergencies(AttackCase):
    """The emergency list, which is valid for a week."""

    def test_a_list_that_ended_is_in_nobodys_way(self):
        for name in ("one", "two"):
            self.publish("acme", name)
        hostile = HostileServer(self.index)
        asked = []
        self.add_index()
        self.plugctl("withdraw", "acme/one@1.0.0", "--to", self.index, "--reason", "bad")
        self.succeeds("update")
        self.refuses(12, "version.withdrawn", "install", "one")
        self.succeeds("install", "two")
        # After its week the records must say it, and everything goes on: with the list stored here, for
        # somebody new, with mirrors, and without a network.
        self.plugctl("index", "renew", self.index, at="+8d")
        self.succeeds("remove", "two", at="+8d")
        self.succeeds("update", at="+8d")
        self.succeeds("install", "two", at="+8d")
        self.succeeds("remove", "two", at="+8d")
        self.succeeds("install", "two", "--offline", at="+8d")
        self.user = tempfile.mkdtemp(dir=self.folder)
        mark = [self.path("withdrawn")[len(self.index):]]
        hostile.hooks = {
            mark[0]: lambda connection: (asked.append(1), connection.sendall(hostile.answer(mark[0])))
        }
        digest = f"sha256:{sha256(self.bootstrap)}"
        self.succeeds("index", "add", hostile.url, "--name", "main", "--trust", digest, at="+8d")
        self.succeeds("install", "acme/two", "acme/one", at="+8d")
        self.assertEqual(len(asked), 1, "one command asks once")
        self.user = tempfile.mkdtemp(dir=self.folder)
        self.succeeds(
            "index", "add", self.url, "--name", "main", "--trust", digest, "--mirror", hostile.url,
            at="+8d")
        self.succeeds("install", "acme/two", at="+8d")
        hostile.close()


class WithOneOfThreeRootKeys(AttackCase):
    """One of three people is a traitor, or lost their key."""

    def setUp(self):
        super().setUp()
        self.index = tempfile.mkdtemp(dir=self.folder) + "/team"
        names = ("ann", "ben", "cid")
        for name in names:
            if not os.path.exists(f"{self.folder}/{name}.pub"):
                self.plugctl("key", "generate", name, "--unencrypted")
                with open(f"{self.folder}/{name}.pub", "w", encoding="utf-8") as file:
                    file.write(self.plugctl("key", "export", name))
        keys = [word for name in names for word in ("--public-key", f"{name}.pub")]
        self.plugctl("index", "init", self.index, "--threshold", "2-of-3", *keys)
        self.plugctl("index", "sign", self.index, "--key", "ann", "--key", "ben")
        with open(f"{self.index}/metadata/1.root.json", "rb") as file:
            self.bootstrap = file.read()

    def test_a18_one_key_changes_nothing(self):
        self.succeeds("index", "add", self.index, "--name", "team", "--trust",
                      f"{self.index}/metadata/1.root.json")
        thief = tempfile.mkdtemp(dir=self.folder)
        for suffix in ("", "-keys"):
            shutil.copytree(self.index + suffix, f"{thief}/team{suffix}")
        self.plugctl(
            "index", "rotate", "targets", f"{thief}/team", "--public-key", "cid.pub", "--key", "cid")
        waiting = f"{thief}/team-keys/pending/1/root.json"
        shutil.copy(waiting, f"{self.index}/metadata/2.root.json")
        self.refuses(5, "trust.signature", "update")


class WeakKeys(AttackCase):
    """Keys by which anybody could sign."""

    def test_a20_are_refused_where_they_are_taken_in(self):
        weak = (bytes(32), b"\x01" + bytes(31), b"\xec" + b"\xff" * 30 + b"\x7f",
                b"\xee" + b"\xff" * 30 + b"\x7f", b"\x01" + bytes(30) + b"\x80")
        for key in weak:
            with self.subTest(key.hex()):
                text = base64.b64encode(b"Ed" + bytes(range(8)) + key).decode()
                path = f"{self.user}/weak.pub"
                with open(path, "w", encoding="utf-8") as file:
                    file.write(f"untrusted comment: weak\n{text}\n")
                self.refuses(5, "key.weak", "key", "trust", path)
                self.refuses(
                    5, "key.weak", "index", "init", f"{self.user}/www", "--threshold", "1-of-1",
                    "--public-key", path)


class LookAlikes(AttackCase):
    """Names that are made to be taken for others."""

    def test_a14_a_name_one_letter_from_a_trusted_one(self):
        self.publish("acme", "vector")
        shutil.move(f"{self.index}-keys/targets.key", self.trusted)
        self.publish("acne", "vector")
        self.publish("beta", "vectr")
        self.publish("beta", "other")
        self.add_index()
        self.policy("any")
        for name in ("acne/vector", "beta/vectr"):
            before = self.installed()
            self.assertEqual(self.run_user("install", name), (14, "trust.confirmation"), self.said)
            self.assertIn("acme/vector", self.said)
            self.assertEqual(self.installed(), before)
        self.succeeds("install", "beta/other")


class Endless(AttackCase):
    """Servers that say too much, or something else than they announce (a08)."""

    def setUp(self):
        super().setUp()
        self.publish("acme", "one")
        self.hostile = HostileServer(self.index)
        self.url = self.hostile.url
        self.add_index()
        self.publish("acme", "one", "1.1.0")

    def tearDown(self):
        self.hostile.close()
        super().tearDown()

    def attack(self, path, hook):
        self.hostile.hooks = {path: hook}
        before = self.installed()
        began = time.monotonic()
        code, _ = self.run_user("install", "one", "--wait", "0") if "/a/" in path else self.run_user("update")
        self.assertIn(code, (5, 6), self.said)
        self.assertLess(time.monotonic() - began, 45)
        self.hostile.hooks = {}
        self.assertEqual(self.installed(), before)

    @staticmethod
    def endless(connection):
        connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            connection.sendall(b"10000\r\n" + b" " * 65536 + b"\r\n")

    @staticmethod
    def bomb(connection):
        body = gzip.compress(bytes(64 << 20))
        connection.sendall(
            b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(body) + body)

    @staticmethod
    def announced_too_long(connection):
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000000\r\n\r\n{}")

    @staticmethod
    def announced_too_short(connection):
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}" + b" " * 100000)

    @staticmethod
    def redirected_for_ever(connection):
        connection.sendall(
            b"HTTP/1.1 302 Found\r\nLocation: /metadata/timestamp.json\r\nContent-Length: 0\r\n"
            b"Connection: close\r\n\r\n")

    @staticmethod
    def headers_without_end(connection):
        connection.sendall(b"HTTP/1.1 200 OK\r\n")
        while True:
            connection.sendall(b"X-More: " + b"y" * 4000 + b"\r\n")

    def test_a08_metadata(self):
        for hook in (self.endless, self.bomb, self.announced_too_long, self.announced_too_short,
                     self.redirected_for_ever, self.headers_without_end):
            with self.subTest(hook.__name__):
                self.attack("/metadata/timestamp.json", hook)
        self.succeeds("update")

    def test_a08_archives(self):
        path = "/a/" + max(
            (f"{self.index}/a/{name}" for name in os.listdir(f"{self.index}/a") if name.endswith(".zst")),
            key=os.path.getmtime).rpartition("/")[2]
        self.succeeds("update")
        for hook in (self.endless, self.bomb, self.announced_too_long, self.announced_too_short):
            with self.subTest(hook.__name__):
                self.attack(path, hook)
        self.succeeds("install", "one")


class HostileArchives(AttackCase):
    """A publisher whose archives want out of the folder that they are unpacked in (a22)."""

    def hostile(self, kind):
        """A signed archive that is listed as version 6.0.0 of acme/one."""
        folder = tempfile.mkdtemp(dir=self.folder)
        subprocess.run(["zstd", "-qd", self.good, "-o", f"{folder}/x.tar"], check=True)
        with tarfile.open(f"{folder}/x.tar") as archive:
            members = [(m, archive.extractfile(m).read() if m.isfile() else b"") for m in archive]
        description = json.loads(members[0][1])
        description["version"] = "6.0.0"
        top = "one-6.0.0"
        with tarfile.open(f"{folder}/y.tar", "w", format=tarfile.USTAR_FORMAT) as archive:
            for member, content in members:
                if member.name.endswith("plugin.json"):
                    content = json.dumps(description).encode()
                member.name = member.name.replace("one-1.0.0", top)
                member.size = len(content)
                archive.addfile(member, io.BytesIO(content))
            kind(archive, top)
        path = f"{folder}/one-6.0.0.tar.zst"
        subprocess.run(["zstd", "-q", f"{folder}/y.tar", "-o", path], check=True)
        with open(path, "rb") as file:
            data = file.read()
        digest = sha256(data)
        comment = f"plugctl:1 acme/one 6.0.0 {description['platform']} sha256={digest}"
        subprocess.run(
            ["minisign", "-S", "-m", path, "-s", f"{self.home}/.config/plugctl/keys/maker.key",
             "-t", comment], check=True, capture_output=True, input=b"\n")
        for suffix in ("", ".minisig"):
            shutil.copy(path + suffix, f"{self.index}/a/{digest}.tar.zst{suffix}")
        with open(path + ".minisig", encoding="utf-8") as file:
            return len(data), digest, file.read()

    def list(self, size, digest, signature):
        record = json.loads(self.original)
        record["sequence"] = self.sequence = self.sequence + 1
        version = json.loads(json.dumps(record["versions"][0]))
        version["version"] = "6.0.0"
        version["builds"][0].update(size=size, sha256=digest, signature=signature)
        record["versions"].append(version)
        target = self.put("i/acme/one.json", json.dumps(record).encode())
        made = self.forge(
            "pub-acme", lambda signed: signed.targets.update({"i/acme/one.json": target}),
            [self.signer("targets")],
        )
        self.follow(self.signer("online"), pub_acme=made.signed.version)

    @staticmethod
    def add(archive, name, content=b"", **fields):
        member = tarfile.TarInfo(name)
        member.size = len(content)
        for field, value in fields.items():
            setattr(member, field, value)
        archive.addfile(member, io.BytesIO(content))

    def test_a22_nothing_leaves_the_folder(self):
        self.publish("acme", "one")
        self.good = glob.glob(f"{self.index}/a/*.zst")[0]
        self.original = self.record_bytes("i/acme/one.json")
        self.sequence = json.loads(self.original)["sequence"]
        self.add_index()
        outside = f"{self.user}/outside"
        os.mkdir(outside)
        kinds = {
            "dots": lambda a, top: self.add(a, f"{top}/../../../../../../{outside}/evil", b"x"),
            "absolute": lambda a, top: self.add(a, f"{outside}/evil", b"x"),
            "other folder": lambda a, top: self.add(a, "elsewhere/evil", b"x"),
            "link out": lambda a, top: self.add(
                a, f"{top}/out", type=tarfile.SYMTYPE, linkname=outside),
            "through a link": lambda a, top: (
                self.add(a, f"{top}/out", type=tarfile.SYMTYPE, linkname=outside),
                self.add(a, f"{top}/out/evil", b"x")),
            "hard link": lambda a, top: self.add(
                a, f"{top}/hard", type=tarfile.LNKTYPE, linkname="/etc/passwd"),
            "device": lambda a, top: self.add(
                a, f"{top}/null", type=tarfile.CHRTYPE, devmajor=1, devminor=3),
            "fifo": lambda a, top: self.add(a, f"{top}/pipe", type=tarfile.FIFOTYPE),
            "set-user-id": lambda a, top: self.add(a, f"{top}/root", b"x", mode=0o4755),
            "unlisted": lambda a, top: self.add(a, f"{top}/more.so", b"x"),
            "twice": lambda a, top: self.add(a, f"{top}/one.so", b"other bytes"),
        }
        for name, kind in kinds.items():
            with self.subTest(name):
                self.list(*self.hostile(kind))
                before = self.installed()
                code, fault = self.run_user("install", "one")
                self.assertEqual((code, fault), (5, "archive.unsafe"), self.said)
                self.assertEqual(self.installed(), before)
                self.assertEqual(os.listdir(outside), [])
                found = subprocess.run(
                    ["find", self.user, "-name", "evil", "-o", "-type", "p", "-o", "-perm", "/6000"],
                    capture_output=True, text=True, check=True)
                self.assertEqual(found.stdout, "")
        # The same archive without anything hostile in it is fine.
        self.list(*self.hostile(lambda archive, top: None))
        self.succeeds("install", "one")


class ChangedMeanwhile(AttackCase):
    """Who can change a file between its check and its use (a23)."""

    def test_a23_what_was_checked_is_what_is_installed(self):
        self.publish("acme", "one")
        good = glob.glob(f"{self.index}/a/*.zst")[0]
        self.plugctl("key", "generate", "other", "--unencrypted")
        source = tempfile.mkdtemp(dir=self.folder)
        shutil.copy(f"{self.folder}/x.so", f"{source}/one.so")
        with open(f"{source}/one.so", "ab") as file:
            file.write(b"evil evil evil")
        with open(f"{source}/plugin.yaml", "w", encoding="utf-8") as file:
            file.write(MANIFEST.format(publisher="acme", name="one", version="1.0.0"))
        self.plugctl("pack", source, "--sign", "other", "-o", source)
        evil = glob.glob(f"{source}/*.tar.zst")[0]
        place = f"{self.user}/one.tar.zst"
        shutil.copy(good + ".minisig", place + ".minisig")
        with open(f"{self.user}/maker.pub", "w", encoding="utf-8") as file:
            file.write(self.plugctl("key", "export", "maker"))
        self.succeeds("key", "trust", f"{self.user}/maker.pub")
        stop = threading.Event()

        def flip():
            while not stop.is_set():
                for path in (good, evil):
                    shutil.copy(path, place + ".new")
                    os.rename(place + ".new", place)
                with open(place, "r+b") as file:
                    file.write(b"garbage")

        thread = threading.Thread(target=flip)
        thread.start()
        codes = set()
        try:
            for _ in range(25):
                codes.add(self.run_user("install", place)[0])
                for path in glob.glob(f"{self.user}/.local/share/plugctl/trees/*/one.so"):
                    with open(path, "rb") as file:
                        self.assertNotIn(b"evil", file.read())
                self.run_user("remove", "one")
        finally:
            stop.set()
            thread.join()
        self.assertTrue(codes <= {0, 5, 12, 13}, codes)
        self.assertTrue(codes - {0}, "it was never changed in between")


class HostilePlugins(AttackCase):
    """A library that does harm as soon as it is opened (a24)."""

    SOURCE = """
    #include <fcntl.h>
    #include <signal.h>
    #include <stdlib.h>
    #include <sys/socket.h>
    #include <unistd.h>
    __attribute__((constructor)) static void harm(void) {
      kill(getppid(), SIGKILL);
      int file = open("%(mark)s", O_CREAT | O_WRONLY, 0600);
      if (file >= 0) close(file);
      if (fork() == 0) { open("%(mark)s-child", O_CREAT | O_WRONLY, 0600); _exit(0); }
      if (socket(AF_INET, SOCK_STREAM, 0) >= 0) open("%(mark)s-net", O_CREAT | O_WRONLY, 0600);
      unlink("%(victim)s");
      system("touch %(mark)s-shell");
    }
    int sqlite3_extension_init(void *db, char **error, const void *api) { return 0; }
    """

    def test_a24_a_library_that_does_harm_is_contained(self):
        mark, victim = f"{self.user}/mark", f"{self.user}/victim"
        with open(victim, "w", encoding="utf-8") as file:
            file.write("mine")
        source = self.SOURCE % {"mark": mark, "victim": victim}
        with open(f"{self.user}/evil.c", "w", encoding="utf-8") as file:
            file.write(source)
        subprocess.run(
            ["cc", "-w", "-shared", "-fPIC", "-o", "evil.so", "evil.c"], cwd=self.user, check=True)
        code, _ = self.run_user("test", f"{self.user}/evil.so", "--host", "sqlite")
        self.assertIn(code, (0, 8, 9), self.said)
        self.assertIn("plg-d", self.said, "the library was opened")
        self.assertEqual(glob.glob(mark + "*"), [])
        self.assertTrue(os.path.exists(victim))


class Words(AttackCase):
    """Texts and variables of others (a25, a26)."""

    def test_a25_escape_codes_are_not_shown(self):
        self.publish("acme", "one")
        self.add_index()
        evil = "\x1b[2J\x1b]0;title\x07 nice \u202e\x9b31m"
        catalog = json.loads(self.record_bytes("catalog.json"))
        catalog["plugins"][0].update(title=evil, summary=evil, license=evil, tags=[evil])
        target = self.put("catalog.json", json.dumps(catalog).encode())
        made = self.forge(
            "catalog", lambda signed: signed.targets.update({"catalog.json": target}),
            [self.signer("online")])
        record = json.loads(self.record_bytes("i/acme/one.json"))
        record.update(sequence=9, title=evil, summary=evil, license=evil, authors=[evil])
        record["versions"][0]["deprecated"] = evil
        shown = self.put("i/acme/one.json", json.dumps(record).encode())
        role = self.forge(
            "pub-acme", lambda signed: signed.targets.update({"i/acme/one.json": shown}),
            [self.signer("targets")])
        self.follow(self.signer("online"), catalog=made.signed.version, pub_acme=role.signed.version)
        for words in (["search", "one"], ["info", "one"], ["install", "one"], ["list"], ["outdated"]):
            environment = {"PATH": os.environ["PATH"], "HOME": self.user, "PLUGCTL_SCOPE": "user"}
            done = subprocess.run(
                [PLUGCTL, *words], env=environment, capture_output=True, timeout=60, check=False)
            text = (done.stdout + done.stderr).decode()
            bad = [c for c in text if (ord(c) < 32 and c not in "\n\t") or 0x7F <= ord(c) < 0xA0 or c == "\u202e"]
            self.assertEqual(bad, [], words)
        self.assertIn("nice", text + self.said)

    def test_a26_loader_variables_are_not_passed_on(self):
        self.publish("acme", "one")
        self.add_index()
        log = f"{self.user}/loaded"
        with open(f"{self.user}/spy.c", "w", encoding="utf-8") as file:
            file.write("""
            #include <stdio.h>
            #include <string.h>
            #include <unistd.h>
            __attribute__((constructor)) static void spy(void) {
              char path[4096] = {0};
              readlink("/proc/self/exe", path, sizeof path - 1);
              FILE *log = fopen("%s", "a");
              if (log) { fprintf(log, "%%s\\n", path); fclose(log); }
            }
            """ % log)
        subprocess.run(
            ["cc", "-w", "-shared", "-fPIC", "-o", "spy.so", "spy.c"], cwd=self.user, check=True)
        environment = {
            "PATH": os.environ["PATH"], "HOME": self.user, "PLUGCTL_SCOPE": "user",
            "LD_PRELOAD": f"{self.user}/spy.so", "LD_LIBRARY_PATH": self.user, "LD_AUDIT": "",
        }
        done = subprocess.run(
            [PLUGCTL, "install", "one"], env=environment, cwd=self.user, capture_output=True,
            text=True, timeout=60, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        with open(log, encoding="utf-8") as file:
            programs = {os.path.basename(line.strip()) for line in file}
        self.assertEqual(programs, {"plugctl"})


if __name__ == "__main__":
    unittest.main()
