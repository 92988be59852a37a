"""plugctl-tuf-client against repositories that python-tuf makes.

Run by `scripts/test`; by hand: `scripts/tuf-tests [NAME]`.
"""

import base64
import json
import os
import shutil
import subprocess
import tempfile
import unittest
import urllib.parse

from clock import clock
from securesystemslib.formats import encode_canonical
from securesystemslib.signer import CryptoSigner, SSlibKey
from simulator import Server, Simulator, later, sha256
from tuf.api.metadata import MetaFile, Metadata

CLIENT = os.environ["PLUGCTL_TUF_CLIENT"]


class ClientCase(unittest.TestCase):
    """A repository, its server, and a client with a folder of its own."""

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="plugctl-tuf-")
        self.metadata = os.path.join(self.folder, "metadata")
        self.downloads = os.path.join(self.folder, "downloads")
        self.serve(Simulator())

    def tearDown(self):
        self.server.close()
        shutil.rmtree(self.folder)

    def serve(self, simulator):
        if hasattr(self, "server"):
            self.server.close()
        self.repo = simulator
        self.server = Server(simulator)
        shutil.rmtree(self.downloads, ignore_errors=True)
        self.begin()

    def run_client(self, *words, at=None):
        environment = dict(os.environ)
        command = [CLIENT, *words]
        if at is not None:
            environment.update(clock(at.strftime("@%Y-%m-%d %H:%M:%S")), TZ="UTC")
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=60, check=False
        )
        self.assertIn(done.returncode, (0, 1), done.stdout + done.stderr)
        self.said = done.stdout + done.stderr
        return done.returncode

    def begin(self, root=None):
        path = os.path.join(self.folder, "trusted.json")
        with open(path, "wb") as file:
            file.write(root or self.repo.published_roots[0])
        return self.run_client("--metadata-dir", self.metadata, "init", path)

    def refresh(self, at=None):
        self.repo.requests.clear()
        url = self.server.url + "/metadata/"
        return self.run_client(
            "--metadata-url", url, "--metadata-dir", self.metadata, "refresh", at=at
        )

    def download(self, *paths):
        self.repo.requests.clear()
        names = [word for path in paths for word in ("--target-name", path)]
        return self.run_client(
            "--metadata-url", self.server.url + "/metadata", *names,
            "--metadata-dir", self.metadata, "--target-dir", self.downloads,
            "--target-base-url", self.server.url + "/targets/", "download",
        )

    def trusted(self, role):
        """The bytes of a role that the client trusts; None where it has none."""
        path = os.path.join(self.metadata, urllib.parse.quote(role, safe="") + ".json")
        if not os.path.exists(path):
            return None
        with open(path, "rb") as file:
            return file.read()

    def version(self, role):
        data = self.trusted(role)
        return json.loads(data)["signed"]["version"] if data else None

    def roles(self):
        return sorted(name[:-5] for name in os.listdir(self.metadata) if name.endswith(".json"))

    def downloaded(self):
        if not os.path.isdir(self.downloads):
            return {}
        result = {}
        for name in os.listdir(self.downloads):
            with open(os.path.join(self.downloads, name), "rb") as file:
                result[urllib.parse.unquote(name)] = file.read()
        return result

    def succeeds(self, code):
        self.assertEqual(code, 0, self.said)

    def fails(self, code, *, keeps=None):
        self.assertEqual(code, 1, self.said)
        for role, version in (keeps or {}).items():
            self.assertEqual(self.version(role), version, role)


class Basics(ClientCase):
    def test_init_makes_no_request_and_keeps_the_bytes(self):
        self.assertEqual(self.repo.requests, [])
        self.assertEqual(self.roles(), ["root"])
        self.assertEqual(self.trusted("root"), self.repo.published_roots[0])

    def test_refresh_asks_in_order_and_keeps_the_bytes(self):
        self.succeeds(self.refresh())
        asked = [("root", 2), ("timestamp", None), ("snapshot", 1), ("targets", 1)]
        self.assertEqual(self.repo.requests, asked)
        self.assertEqual(self.roles(), ["root", "snapshot", "targets", "timestamp"])
        for role in ("snapshot", "targets"):
            self.assertEqual(
                json.loads(self.trusted(role))["signed"],
                json.loads(self.repo.signed(role))["signed"],
            )

    def test_nothing_new_asks_for_root_and_timestamp_only(self):
        self.succeeds(self.refresh())
        before = self.trusted("timestamp")
        self.succeeds(self.refresh())
        self.assertEqual(self.repo.requests, [("root", 2), ("timestamp", None)])
        self.assertEqual(self.trusted("timestamp"), before)

    def test_without_consistent_snapshots(self):
        self.serve(Simulator(consistent=False))
        self.repo.add_target("targets", "a/b.txt", b"content")
        self.repo.targets.version += 1
        self.repo.update_snapshot()
        self.succeeds(self.download("a/b.txt"))
        self.assertEqual(self.repo.requests[2:], [("snapshot", None), ("targets", None), ("a/b.txt", None)])
        self.assertEqual(self.downloaded(), {"a/b.txt": b"content"})

    def test_unknown_members_and_key_types_are_no_fault(self):
        self.repo.root.unrecognized_fields["x-extra"] = {"a": [1, None, True, "\u00e4\""]}
        self.repo.targets.unrecognized_fields["x-extra"] = "text"
        key = next(iter(self.repo.root.keys.values()))
        odd = type(key)("f" * 64, "new-kind", "new-scheme", {"public": "?"}, {"note": "later"})
        self.repo.root.keys[odd.keyid] = odd
        self.repo.next_root()
        self.repo.targets.version += 1
        self.repo.update_snapshot()
        self.succeeds(self.refresh())
        self.assertEqual(self.version("root"), 2)

    def test_specification_versions(self):
        for text, is_known in (("1.0.0", True), ("1.9", True), ("2.0.0", False), ("x", False)):
            with self.subTest(text):
                self.serve(Simulator())
                self.repo.timestamp.spec_version = text
                if is_known:
                    self.succeeds(self.refresh())
                else:
                    self.fails(self.refresh())
                    self.assertIsNone(self.trusted("timestamp"))

    def test_garbage_is_refused(self):
        for body in (b"", b"{", b"[]", b"{}", b"\xff\xfe", b'{"signed": {}, "signatures": []}'):
            with self.subTest(body):
                self.repo.overrides["/metadata/timestamp.json"] = body
                self.fails(self.refresh())
                self.assertIsNone(self.trusted("timestamp"))

    def test_too_large(self):
        self.repo.overrides["/metadata/timestamp.json"] = b" " * (1 << 20)
        self.fails(self.refresh())

    def test_missing_files(self):
        self.repo.snapshot.version = 7
        self.repo.update_timestamp()
        self.repo.overrides["/metadata/7.snapshot.json"] = None
        self.fails(self.refresh(), keeps={"timestamp": 2, "snapshot": None})

    def test_wrong_words_are_exit_1(self):
        for words in ([], ["refresh"], ["--no-such", "x", "refresh"], ["--metadata-dir"]):
            self.assertEqual(self.run_client(*words), 1)


class Signatures(ClientCase):
    def test_unsigned_and_wrongly_signed(self):
        for role in ("timestamp", "snapshot", "targets"):
            for signers in ([], [CryptoSigner.generate_ed25519()]):
                with self.subTest(role=role, count=len(signers)):
                    self.serve(Simulator())
                    self.repo.signers[role] = signers
                    self.fails(self.refresh())
                    self.assertIsNone(self.trusted(role))

    def test_threshold(self):
        for role in ("timestamp", "snapshot", "targets"):
            with self.subTest(role):
                self.serve(Simulator())
                self.repo.add_key(role)
                self.repo.root.roles[role].threshold = 2
                self.repo.next_root()
                self.succeeds(self.refresh())
                kept = self.repo.signers[role].pop()
                self.repo.targets.version += 1
                self.repo.update_snapshot()
                self.fails(self.refresh(), keeps={role: 1})
                self.repo.signers[role].append(kept)
                self.succeeds(self.refresh())

    def test_a_key_under_two_ids_counts_once(self):
        self.repo.root.roles["timestamp"].threshold = 2
        signer = self.repo.signers["timestamp"][0]
        again = type(signer.public_key).from_dict("b" * 64, signer.public_key.to_dict())
        self.repo.root.add_key(again, "timestamp")
        self.repo.next_root()
        document = json.loads(self.repo.signed("timestamp"))
        document["signatures"].append({"keyid": "b" * 64, "sig": document["signatures"][0]["sig"]})
        self.repo.overrides["/metadata/timestamp.json"] = json.dumps(document).encode()
        self.fails(self.refresh())

    def test_duplicate_key_ids_in_signatures_are_refused(self):
        document = json.loads(self.repo.signed("timestamp"))
        document["signatures"] *= 2
        self.repo.overrides["/metadata/timestamp.json"] = json.dumps(document).encode()
        self.fails(self.refresh())

    def test_bad_signatures_beside_good_ones_are_no_fault(self):
        document = json.loads(self.repo.signed("timestamp"))
        for number, text in enumerate(("", "zz", "00", "ab" * 64)):
            document["signatures"].insert(0, {"keyid": f"{number:064x}", "sig": text})
        self.repo.overrides["/metadata/timestamp.json"] = json.dumps(document).encode()
        self.succeeds(self.refresh())

    def test_key_types(self):
        makers = (
            CryptoSigner.generate_ed25519, CryptoSigner.generate_ecdsa, CryptoSigner.generate_rsa,
        )
        for make in makers:
            with self.subTest(make.__name__):
                self.serve(Simulator(make_signer=make))
                self.repo.add_target("targets", "x", b"y")
                self.repo.targets.version += 1
                self.repo.update_snapshot()
                self.succeeds(self.download("x"))
                self.repo.signers["timestamp"] = [make()]
                self.repo.update_timestamp()
                self.fails(self.refresh())

    def test_ecdsa_under_its_older_key_type(self):
        signer = CryptoSigner.generate_ecdsa()
        signer.public_key.keytype = "ecdsa-sha2-nistp256"
        self.repo.signers["timestamp"] = []
        for keyid in list(self.repo.root.roles["timestamp"].keyids):
            self.repo.root.revoke_key(keyid, "timestamp")
        self.repo.add_key("timestamp", signer)
        self.repo.next_root()
        self.succeeds(self.refresh())


class Signify(ClientCase):
    """Another implementation of Ed25519: OpenBSD's signify."""

    def signify(self, *words):
        subprocess.run(["signify-openbsd", *words], cwd=self.folder, check=True, capture_output=True)

    def line(self, name):
        """The bytes of a file's second line: algorithm, key number, then key or signature."""
        with open(os.path.join(self.folder, name), encoding="utf-8") as file:
            return base64.b64decode(file.read().splitlines()[1])

    def sign(self, message):
        with open(os.path.join(self.folder, "message"), "wb") as file:
            file.write(message)
        self.signify("-S", "-s", "k.sec", "-m", "message", "-x", "k.sig")
        return self.line("k.sig")[10:].hex()

    def test_metadata_that_signify_signed(self):
        self.signify("-G", "-n", "-p", "k.pub", "-s", "k.sec")
        key = SSlibKey(
            "c" * 64, "ed25519", "ed25519", {"public": self.line("k.pub")[10:].hex()})
        self.repo.rotate("timestamp", count=0)
        self.repo.root.add_key(key, "timestamp")
        self.repo.next_root()
        document = json.loads(self.repo.signed("timestamp", []))
        message = encode_canonical(document["signed"]).encode()
        document["signatures"] = [{"keyid": "c" * 64, "sig": self.sign(message)}]
        self.repo.overrides["/metadata/timestamp.json"] = json.dumps(document).encode()
        self.succeeds(self.refresh())
        document["signatures"][0]["sig"] = self.sign(message + b" ")
        document["signed"]["version"] += 1
        self.repo.overrides["/metadata/timestamp.json"] = json.dumps(document).encode()
        self.fails(self.refresh(), keeps={"timestamp": 1})

    def test_its_public_keys_are_ours(self):
        self.signify("-G", "-n", "-p", "k.pub", "-s", "k.sec")
        environment = {"HOME": self.folder, "PATH": os.environ["PATH"], "PLUGCTL_SCOPE": "user"}
        command = [os.environ["PLUGCTL"], "key", "trust", "k.pub", "--name", "puffy"]
        subprocess.run(command, cwd=self.folder, env=environment, check=True, capture_output=True)


class Roots(ClientCase):
    def test_every_root_on_the_way_is_taken(self):
        for _ in range(5):
            self.repo.rotate("root")
            self.repo.next_root()
        self.succeeds(self.refresh())
        self.assertEqual(self.repo.requests[:6], [("root", n) for n in range(2, 8)])
        self.assertEqual(self.trusted("root"), self.repo.published_roots[-1])

    def test_old_or_new_keys_alone_do_not_do(self):
        for choose in (0, 1):
            with self.subTest(choose):
                self.serve(Simulator())
                old = self.repo.signers["root"]
                self.repo.rotate("root")
                self.repo.next_root([old, self.repo.signers["root"]][choose])
                self.fails(self.refresh(), keeps={"root": 1, "timestamp": None})

    def test_a_skipped_or_repeated_version(self):
        for version in (1, 3):
            with self.subTest(version):
                self.serve(Simulator())
                self.repo.root.version = version
                self.repo.publish_root()
                self.fails(self.refresh(), keeps={"root": 1})

    def test_intermediate_roots_may_have_expired_but_not_the_last(self):
        self.repo.root.expires = later(-5)
        self.repo.next_root()
        self.fails(self.refresh(), keeps={"root": 2})
        self.repo.root.expires = later(5)
        self.repo.next_root()
        self.succeeds(self.refresh())
        self.assertEqual(self.version("root"), 3)

    def test_an_expired_trusted_root_is_a_beginning(self):
        self.repo.root.expires = later(-5)
        self.repo.published_roots = [self.repo.signed("root")]
        self.succeeds(self.begin())
        self.repo.root.expires = later(5)
        self.repo.next_root()
        self.succeeds(self.refresh())

    def test_rotation_of_each_role(self):
        for role in ("timestamp", "snapshot", "targets", "root"):
            with self.subTest(role):
                self.serve(Simulator())
                self.succeeds(self.refresh())
                self.repo.rotate(role, count=2)
                self.repo.root.roles[role].threshold = 2
                self.repo.next_root()
                if role != "root":
                    self.repo.role(role).version += 1
                    self.repo.update_snapshot()
                self.succeeds(self.refresh())

    def test_a_threshold_that_grows_without_a_new_timestamp_key(self):
        self.repo.add_key("timestamp")
        signer = self.repo.signers["timestamp"].pop()
        self.repo.next_root()
        self.succeeds(self.refresh())
        self.repo.root.roles["timestamp"].threshold = 2
        self.repo.next_root()
        self.repo.signers["timestamp"].append(signer)
        self.repo.update_timestamp()
        self.succeeds(self.refresh())

    def test_fast_forward_recovery(self):
        self.repo.timestamp.version = 2**62
        self.succeeds(self.refresh())
        self.repo.rotate("timestamp")
        self.repo.next_root()
        self.repo.timestamp.version = 3
        self.succeeds(self.refresh())
        self.assertEqual(self.version("timestamp"), 3)

    def test_fast_forward_recovery_of_snapshot_and_targets(self):
        self.repo.snapshot.version = self.repo.targets.version = 2**62
        self.repo.update_snapshot()
        self.succeeds(self.refresh())
        self.repo.rotate("snapshot")
        self.repo.rotate("timestamp")
        self.repo.next_root()
        self.repo.targets.version = self.repo.snapshot.version = 1
        self.repo.update_snapshot()
        self.succeeds(self.refresh())
        self.assertEqual((self.version("snapshot"), self.version("targets")), (2, 1))

    def test_a_version_beyond_64_bits_is_malformed(self):
        document = json.loads(self.repo.signed("timestamp"))
        document["signed"]["version"] = 2**64 + 1
        self.repo.overrides["/metadata/timestamp.json"] = json.dumps(document).encode()
        self.fails(self.refresh())


class Rollback(ClientCase):
    def test_timestamp(self):
        self.repo.timestamp.version = 5
        self.succeeds(self.refresh())
        self.repo.timestamp.version = 4
        self.fails(self.refresh(), keeps={"timestamp": 5})

    def test_snapshot_version_in_the_timestamp(self):
        self.repo.update_snapshot()
        self.succeeds(self.refresh())
        self.repo.snapshot.version = 1
        self.repo.update_timestamp()
        self.fails(self.refresh(), keeps={"timestamp": 2, "snapshot": 2})

    def test_targets_version_in_the_snapshot(self):
        self.repo.targets.version = 3
        self.repo.update_snapshot()
        self.succeeds(self.refresh())
        self.repo.targets.version = 2
        self.repo.update_snapshot()
        self.fails(self.refresh(), keeps={"snapshot": 2, "targets": 3})

    def test_a_role_that_vanishes_from_the_snapshot(self):
        self.repo.delegate("targets", "one", paths=["*"])
        self.repo.update_snapshot()
        self.succeeds(self.refresh())
        del self.repo.delegates["one"]
        del self.repo.snapshot.meta["one.json"]
        self.repo.update_snapshot()
        self.fails(self.refresh(), keeps={"snapshot": 2})

    def test_an_expired_stored_snapshot_still_guards(self):
        self.repo.targets.version = 3
        self.repo.snapshot.expires = later(2)
        self.repo.update_snapshot()
        self.succeeds(self.refresh())
        self.repo.targets.version = 2
        self.repo.snapshot.expires = later(30)
        self.repo.update_snapshot()
        self.fails(self.refresh(at=later(3)), keeps={"snapshot": 2})

    def test_the_old_snapshot_guards_though_its_hash_no_longer_fits(self):
        self.repo.targets.version = 3
        self.repo.update_snapshot()
        self.repo.state_hashes()
        self.succeeds(self.refresh())
        self.repo.targets.version = 2
        self.repo.snapshot.version += 1
        self.repo.timestamp.version += 1
        self.repo.state_hashes()
        self.fails(self.refresh(), keeps={"snapshot": 2})


class MixAndMatch(ClientCase):
    def test_snapshot_of_another_version(self):
        self.repo.snapshot.version = 3
        self.repo.overrides["/metadata/2.snapshot.json"] = self.repo.signed("snapshot")
        self.repo.snapshot.version = 2
        self.repo.update_timestamp()
        self.fails(self.refresh(), keeps={"snapshot": None})

    def test_hashes_and_lengths(self):
        self.repo.state_hashes()
        self.succeeds(self.refresh())
        good = self.repo.timestamp.snapshot_meta
        for length, hashes in ((good.length + 1, good.hashes), (None, {"sha256": "0" * 64})):
            self.repo.snapshot.version += 1
            self.repo.timestamp.version += 1
            self.repo.timestamp.snapshot_meta = MetaFile(self.repo.snapshot.version, length, hashes)
            self.fails(self.refresh(), keeps={"snapshot": 1})

    def test_targets_hash(self):
        self.repo.targets.version += 1
        self.repo.snapshot.meta["targets.json"] = MetaFile(2, None, {"sha512": "0" * 128})
        self.repo.snapshot.version += 1
        self.repo.update_timestamp()
        self.fails(self.refresh(), keeps={"targets": None})

    def test_targets_of_another_version(self):
        self.repo.snapshot.meta["targets.json"].version = 9
        self.repo.snapshot.version += 1
        self.repo.update_timestamp()
        self.fails(self.refresh(), keeps={"targets": None})


class Expiry(ClientCase):
    def test_each_role(self):
        for role in ("timestamp", "snapshot", "targets"):
            with self.subTest(role):
                self.serve(Simulator())
                self.repo.role(role).expires = later(-1)
                self.fails(self.refresh(), keeps={role: None})

    def test_stored_metadata_that_expires(self):
        self.repo.timestamp.expires = later(1)
        self.repo.targets.expires = later(3)
        self.succeeds(self.refresh())
        self.fails(self.refresh(at=later(2)), keeps={"timestamp": 1})
        self.repo.timestamp.expires = later(9)
        self.repo.update_timestamp()
        self.succeeds(self.refresh(at=later(2)))
        self.fails(self.refresh(at=later(4)), keeps={"timestamp": 2})

    def test_the_very_moment_is_too_late(self):
        self.repo.timestamp.expires = later(2)
        self.fails(self.refresh(at=self.repo.timestamp.expires))


class Downloads(ClientCase):
    def add(self, *paths):
        for path in paths:
            self.repo.add_target("targets", path, path.encode())
        self.repo.targets.version += 1
        self.repo.update_snapshot()

    def test_several_and_again_without_a_fetch(self):
        self.add("one", "two/three")
        self.succeeds(self.download("one", "two/three"))
        self.assertEqual(self.downloaded(), {"one": b"one", "two/three": b"two/three"})
        self.succeeds(self.download("one", "two/three"))
        self.assertEqual(self.repo.requests, [("root", 2), ("timestamp", None)])

    def test_a_file_that_was_altered_is_fetched_anew(self):
        self.add("one")
        self.succeeds(self.download("one"))
        with open(os.path.join(self.downloads, "one"), "w", encoding="utf-8") as file:
            file.write("two")
        self.succeeds(self.download("one"))
        self.assertEqual(self.downloaded(), {"one": b"one"})

    def test_odd_paths(self):
        paths = ("a b", "per%20cent", "\u00e4/\u00f6", "q?x=1#y", "..", "-", "e\u0301", "\u00e9")
        self.add(*paths)
        self.succeeds(self.download(*paths))
        self.assertEqual(self.downloaded(), {path: path.encode() for path in paths})

    def test_wrong_content(self):
        for served in (b"onE", b"ones", b"on", b""):
            with self.subTest(served):
                self.serve(Simulator())
                self.repo.add_target("targets", "one", b"one", served)
                self.repo.targets.version += 1
                self.repo.update_snapshot()
                self.fails(self.download("one"))
                self.assertEqual(self.downloaded(), {})

    def test_an_unknown_target(self):
        self.fails(self.download("nowhere"))
        self.assertEqual(self.downloaded(), {})

    def test_only_unknown_hash_algorithms(self):
        self.repo.add_target("targets", "one", b"one")
        self.repo.targets.targets["one"].hashes = {"new": "00"}
        self.repo.targets.version += 1
        self.repo.update_snapshot()
        self.fails(self.download("one"))


# Delegations as (parent, child, paths, terminating), and the roles that are visited in their order when
# nobody has the target.
GRAPHS = {
    "none": ([], []),
    "one": ([("targets", "A", ["*"], False)], ["A"]),
    "pre-order": (
        [("targets", "A", ["*"], False), ("A", "C", ["*"], False), ("targets", "B", ["*"], False)],
        ["A", "C", "B"],
    ),
    "terminating": (
        [("targets", "A", ["*"], True), ("targets", "B", ["*"], False)], ["A"],
    ),
    "terminating below": (
        [
            ("targets", "A", ["*"], False), ("A", "C", ["*"], True), ("A", "D", ["*"], False),
            ("C", "E", ["*"], False), ("targets", "B", ["*"], False),
        ],
        ["A", "C", "E"],
    ),
    "cycle": (
        [("targets", "A", ["*"], False), ("A", "B", ["*"], False), ("B", "A", ["*"], False)],
        ["A", "B"],
    ),
    "to itself": ([("targets", "A", ["*"], False), ("A", "A", ["*"], False)], ["A"]),
    "diamond": (
        [
            ("targets", "A", ["*"], False), ("targets", "B", ["*"], False),
            ("A", "C", ["*"], False), ("B", "C", ["*"], False),
        ],
        ["A", "C", "B"],
    ),
    "paths": (
        [
            ("targets", "A", ["*.sh"], False), ("targets", "B", ["*.py", "x*"], False),
            ("targets", "C", ["*/*.txt"], False), ("targets", "D", ["file.???"], False),
            ("targets", "E", ["[a-f]ile.*"], False), ("targets", "F", ["*"], True),
        ],
        ["D", "E", "F"],
    ),
}


class Delegated(ClientCase):
    def build(self, edges):
        signers = {}
        for parent, child, paths, terminating in edges:
            signers[child] = self.repo.delegate(
                parent, child, paths=paths, terminating=terminating, signer=signers.get(child)
            )
        self.repo.targets.version += 1
        self.repo.update_snapshot()

    def test_the_order_in_which_roles_are_visited(self):
        for name, (edges, expected) in GRAPHS.items():
            with self.subTest(name):
                self.serve(Simulator())
                self.build(edges)
                self.fails(self.download("file.txt"))
                self.assertEqual([role for role, _ in self.repo.requests[4:]], expected)
                self.fails(self.download("file.txt"))
                self.assertEqual(self.repo.requests[2:], [])

    def test_no_more_roles_than_the_limit(self):
        self.build([("targets" if n == 0 else f"r{n - 1}", f"r{n}", ["*"], False) for n in range(60)])
        self.fails(self.download("file.txt"))
        self.assertEqual(len(self.repo.requests[4:]), 32)

    def test_the_first_that_lists_it_wins(self):
        self.build([("targets", "A", ["*"], False), ("targets", "B", ["*"], False)])
        self.repo.add_target("B", "f", b"from B")
        self.repo.add_target("A", "f", b"from A")
        self.succeeds(self.download("f"))
        self.assertEqual(self.downloaded(), {"f": b"from A"})
        self.assertEqual([role for role, _ in self.repo.requests[4:]], ["A", "f"])

    def test_a_role_is_asked_only_for_its_own_paths(self):
        self.build([("targets", "A", ["a/*"], True)])
        self.repo.add_target("A", "b/f", b"not mine")
        self.repo.add_target("A", "a/b/f", b"a star is no slash")
        self.fails(self.download("b/f"))
        self.fails(self.download("a/b/f"))
        self.repo.add_target("A", "a/f", b"mine")
        self.repo.delegates["A"].version += 1
        self.repo.update_snapshot()
        self.succeeds(self.download("a/f"))

    def test_hash_prefixes(self):
        digest = sha256(b"some/file")
        self.repo.delegate("targets", "no", prefixes=["0" if digest[0] != "0" else "1"])
        self.repo.delegate("targets", "yes", prefixes=[digest[:3]])
        self.repo.add_target("yes", "some/file", b"data")
        self.repo.targets.version += 1
        self.repo.update_snapshot()
        self.succeeds(self.download("some/file"))
        self.assertEqual([role for role, _ in self.repo.requests[4:]], ["yes", "some/file"])

    def test_bins(self):
        for bits in (1, 3, 4, 5, 9):
            with self.subTest(bits):
                self.serve(Simulator())
                bins = self.repo.delegate_bins("targets", bits, "bin")
                for number in range(20):
                    path = f"i/p/{number}.json"
                    self.repo.add_target(bins.get_role_for_target(path), path, path.encode())
                self.repo.targets.version += 1
                self.repo.update_snapshot()
                path = "i/p/7.json"
                self.succeeds(self.download(path))
                self.assertEqual(
                    [role for role, _ in self.repo.requests[4:]],
                    [bins.get_role_for_target(path), path],
                )
                self.fails(self.download("i/p/none.json"))

    def test_odd_role_names(self):
        for name in ("..", ".", "?", "#", "a/b", "../x", "per%20cent", "\u00e4", " ", "x.json", "-"):
            with self.subTest(name):
                self.serve(Simulator())
                self.build([("targets", name, ["*"], False)])
                self.repo.add_target(name, "f", b"data")
                self.succeeds(self.download("f"))
                self.assertEqual(self.version(name), 1)
                self.assertEqual(len(self.roles()), 5)

    def test_forbidden_role_names(self):
        for name in ("", "root", "timestamp", "snapshot", "x" * 400):
            with self.subTest(name):
                self.serve(Simulator())
                self.build([("targets", "A", ["*"], False)])
                document = json.loads(self.repo.signed("targets", []))
                document["signed"]["delegations"]["roles"][0]["name"] = name
                metadata = Metadata(self.repo.targets)
                metadata.sign(self.repo.signers["targets"][0])
                self.repo.overrides["/metadata/2.targets.json"] = self.resigned(document)
                self.fails(self.refresh(), keeps={"targets": None})

    def resigned(self, document):
        """Signs a document that python-tuf itself would not make."""
        signature = self.repo.signers["targets"][0].sign(
            encode_canonical(document["signed"]).encode()
        )
        document["signatures"] = [{"keyid": signature.keyid, "sig": signature.signature}]
        return json.dumps(document).encode()

    def test_malformed_delegations(self):
        self.build([("targets", "A", ["*"], False)])
        whole = json.loads(self.repo.signed("targets", []))
        role = whole["signed"]["delegations"]["roles"][0]

        def with_delegations(change):
            copy = json.loads(json.dumps(whole))
            change(copy["signed"]["delegations"])
            return self.resigned(copy)

        changes = [
            lambda d: d.pop("roles"),
            lambda d: d.pop("keys"),
            lambda d: d.update(roles=[role, role]),
            lambda d: d["roles"][0].pop("paths"),
            lambda d: d["roles"][0].update(path_hash_prefixes=["ab"]),
            lambda d: d["roles"][0].pop("terminating"),
            lambda d: d["roles"][0].update(threshold=0),
            lambda d: d["roles"][0].update(keyids=role["keyids"] * 2),
            lambda d: d.update(
                succinct_roles={"keyids": [], "threshold": 1, "bit_length": 8, "name_prefix": "b"}
            ),
            lambda d: (
                d.pop("roles"),
                d.update(succinct_roles={
                    "keyids": [], "threshold": 1, "bit_length": 33, "name_prefix": "b"}),
            ),
        ]
        for number, change in enumerate(changes):
            with self.subTest(number):
                self.repo.overrides["/metadata/2.targets.json"] = with_delegations(change)
                self.fails(self.refresh(), keeps={"targets": None})

    def test_signatures_rollback_and_expiry_of_a_delegated_role(self):
        self.build([("targets", "A", ["*"], False)])
        self.repo.add_target("A", "f", b"data")
        self.repo.delegates["A"].version = 3
        self.repo.update_snapshot()
        self.succeeds(self.download("f"))
        self.repo.delegates["A"].version = 2
        self.repo.update_snapshot()
        self.fails(self.refresh(), keeps={"A": 3})
        self.repo.delegates["A"].version = 4
        self.repo.update_snapshot()
        self.repo.delegates["A"].expires = later(-1)
        self.fails(self.download("f"), keeps={"A": 3})
        self.repo.delegates["A"].expires = later(9)
        good = self.repo.signers["A"]
        self.repo.signers["A"] = [CryptoSigner.generate_ed25519()]
        self.fails(self.download("f"), keeps={"A": 3})
        self.repo.signers["A"] = good
        self.succeeds(self.download("f"))

    def test_a_role_that_the_snapshot_does_not_list(self):
        self.build([("targets", "A", ["*"], False)])
        del self.repo.snapshot.meta["A.json"]
        self.repo.snapshot.version += 1
        self.repo.update_timestamp()
        self.fails(self.download("f"))

    def test_a_stored_role_is_verified_again_against_its_delegator(self):
        self.build([("targets", "A", ["*"], False)])
        self.repo.add_target("A", "f", b"data")
        self.succeeds(self.download("f"))
        # The delegator now names another key; what is stored was signed by the old one.
        self.repo.delegate("targets", "A", paths=["*"])
        self.repo.targets.version += 1
        self.repo.update_snapshot()
        self.repo.overrides["/metadata/1.A.json"] = None
        shutil.rmtree(self.downloads)
        self.fails(self.download("f"))

    def test_a_role_verified_under_one_delegator_is_not_under_another(self):
        # B and C both delegate to A; only B's key signs it. The way by C must fail.
        self.build([
            ("targets", "B", ["b"], False), ("B", "A", ["*"], False), ("targets", "C", ["c"], False),
        ])
        signer = self.repo.signers["A"]
        self.repo.delegate("C", "A", paths=["*"])
        self.repo.signers["A"] = signer
        self.repo.add_target("A", "b", b"by B")
        self.repo.add_target("A", "c", b"by C")
        self.succeeds(self.download("b"))
        self.fails(self.download("b", "c"))
        self.assertEqual(self.downloaded(), {"b": b"by B"})


if __name__ == "__main__":
    unittest.main()
