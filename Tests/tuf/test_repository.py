"""python-tuf's client against indexes that plugctl makes."""

import glob
import os
import shutil
import unittest

from index_case import IndexCase
from simulator import later
from tuf.api.exceptions import DownloadHTTPError, RepositoryError
from tuf.api.metadata import Metadata, Snapshot, TargetFile, Targets, Timestamp


class Repositories(IndexCase):
    def test_an_empty_index(self):
        self.assertIsNone(self.record("acme/none"))
        self.assertEqual(self.target("catalog.json")["plugins"], [])
        self.assertEqual(self.target("names.json")["names"], {})

    def test_publishers_roles_and_the_communitys(self):
        self.publish("acme", "one")
        self.assertEqual(self.record("acme/one")["name"], "acme/one")
        self.assertEqual(self.target("names.json")["names"], {"one": ["acme"]})
        # Without the offline key a new publisher is the community's.
        shutil.move(f"{self.index}-keys/targets.key", self.trusted)
        self.publish("beta", "two")
        self.assertEqual(self.record("beta/two")["name"], "beta/two")
        self.assertEqual(self.record("acme/one")["name"], "acme/one")
        self.assertIsNone(self.record("acme/two"))
        self.assertIsNone(self.record("beta/none"))
        self.assertEqual(len(self.target("catalog.json")["plugins"]), 2)

    def test_what_changes_is_seen(self):
        self.publish("acme", "one")
        self.assertEqual(len(self.record("acme/one")["versions"]), 1)
        self.publish("acme", "one", "1.1.0")
        self.assertEqual(len(self.record("acme/one")["versions"]), 2)
        self.plugctl("yank", "acme/one@1.1.0", "--to", self.index)
        self.assertEqual(self.record("acme/one")["versions"][1]["state"], "yanked")
        self.plugctl("withdraw", "acme/one@1.0.0", "--to", self.index, "--reason", "bad")
        self.assertEqual(self.target("withdrawn.json")["withdrawn"][0]["name"], "acme/one")

    def test_every_rotation(self):
        self.publish("acme", "one")
        shutil.move(f"{self.index}-keys/targets.key", f"{self.folder}/kept.key")
        self.publish("beta", "two")
        shutil.move(f"{self.folder}/kept.key", f"{self.index}-keys/targets.key")
        self.client()
        for role in ("root", "online", "targets", "trusted", "catalog", "community", "withdrawn"):
            with self.subTest(role):
                self.plugctl("index", "rotate", role, self.index)
                self.assertIsNotNone(self.record("acme/one"))
                self.assertIsNotNone(self.record("beta/two"))
                self.publish("acme", role, "1.0.0")
                self.assertIsNotNone(self.record(f"acme/{role}"))
        self.plugctl("index", "check", self.index)

    def test_a_publisher_with_its_own_key(self):
        self.plugctl("key", "generate", "own", "--unencrypted")
        with open(f"{self.folder}/own.pub", "w", encoding="utf-8") as file:
            file.write(self.plugctl("key", "export", "own"))
        self.publish("acme", "one")
        self.plugctl(
            "index", "publisher", "add", "acme", self.index, "--public-key", "own.pub", "--key", "own"
        )
        self.assertIsNotNone(self.record("acme/one"))
        with self.assertRaisesRegex(AssertionError, "signs its plugins itself"):
            self.publish("acme", "two")
        self.publish("acme", "two", "1.0.0", "--key", "own")
        self.assertIsNotNone(self.record("acme/two"))
        self.plugctl("index", "publisher", "remove", "acme", self.index)
        self.assertIsNone(self.record("acme/two"))

    def test_many_plugins_go_into_bins(self):
        shutil.move(f"{self.index}-keys/targets.key", self.trusted)
        self.publish("beta", "two")
        self.plugctl("index", "build", self.index, "--bins", "3")
        self.publish("beta", "three")
        for number in range(8):
            self.assertTrue(os.path.exists(f"{self.index}/metadata/1.bin3-{number}.json"))
        written = len(glob.glob(f"{self.index}/metadata/*.bin3-?.json"))
        self.assertEqual(written, 9, "one publication signs one bin anew")
        for name in ("two", "three"):
            self.assertIsNotNone(self.record(f"beta/{name}"))
        self.assertIsNone(self.record("beta/none"))

    def test_an_index_of_the_first_kind_is_carried_over(self):
        # In it all records and the catalog were targets of the top-level role.
        self.publish("acme", "one")
        records = [f"i/acme/{os.path.basename(path).split('.', 1)[1]}" for path in glob.glob(
            f"{self.index}/targets/i/acme/*.one.json")][-1:]
        targets = Targets(1, None, later(100))
        for path in [*records, "catalog.json"]:
            folder, _, name = path.rpartition("/")
            found = sorted(glob.glob(f"{self.index}/targets/{folder}/*.{name}"), key=os.path.getmtime)
            targets.targets[path] = TargetFile.from_file(path, found[-1], ["sha256"])
        for path in glob.glob(f"{self.index}/metadata/*"):
            if not path.endswith("root.json"):
                os.remove(path)
        snapshot = Snapshot(1, None, later(7))
        timestamp = Timestamp(1, None, later(7))
        for role, name, key in (
            (targets, "1.targets", "targets"), (snapshot, "1.snapshot", "online"),
            (timestamp, "timestamp", "online"),
        ):
            metadata = Metadata(role)
            metadata.sign(self.signer(key))
            metadata.to_file(f"{self.index}/metadata/{name}.json")
        self.assertIsNotNone(self.record("acme/one"))
        self.plugctl("index", "build", self.index)
        self.assertIsNotNone(self.record("acme/one"))
        self.assertEqual(self.target("names.json")["names"], {"one": ["acme"]})
        self.plugctl("index", "check", self.index)
        self.publish("acme", "one", "1.1.0")
        self.assertEqual(len(self.record("acme/one")["versions"]), 2)

    def expiries(self):
        """When each role's newest metadata ends, in days from now."""
        newest = {}
        for path in glob.glob(f"{self.index}/metadata/*.json"):
            signed = Metadata.from_file(path).signed
            name = os.path.basename(path)[: -len(".json")].split(".")[-1]
            known = newest.get(name)
            if known is None or known.version < signed.version:
                newest[name] = signed
        return {name: round((s.expires - later(0)).total_seconds() / 86400) for name, s in newest.items()}

    def test_what_ends_is_renewed_by_whoever_can(self):
        self.publish("acme", "one")
        usual = {
            "root": 365, "targets": 182, "trusted": 90, "pub-acme": 365, "catalog": 30, "community": 30,
            "snapshot": 7, "timestamp": 7,
        }
        self.assertEqual(self.expiries(), usual)
        # After so many days: who is renewed then, each for its whole term again.
        for days, roles in (
            (2, set()), (16, {"catalog", "community"}),
            (46, {"trusted", "catalog", "community"}),
            (185, {"root", "targets", "trusted", "pub-acme", "catalog", "community"}),
        ):
            with self.subTest(days):
                self.plugctl("index", "build", self.index)
                self.plugctl("index", "rotate", "root", self.index)
                said = self.plugctl("index", "renew", self.index, at=f"+{days}d")
                renewed = {name for name, end in self.expiries().items() if end == usual[name] + days}
                self.assertEqual(renewed, roles | {"snapshot", "timestamp"}, said)
                self.assertIsNotNone(self.record("acme/one"))

    def test_a_timer_has_the_online_key_only(self):
        self.publish("acme", "one")
        for name in ("root", "targets"):
            shutil.move(f"{self.index}-keys/{name}.key", f"{self.folder}/{name}-{os.getpid()}.key")
        said = self.plugctl("index", "renew", self.index, at="+80d")
        self.assertIn("trusted ends at", said)
        self.assertNotIn("root ends at", said)
        self.assertIsNotNone(self.record("acme/one"))
        said = self.plugctl("index", "renew", self.index, at="+200d")
        for name in ("root", "targets", "trusted", "pub-acme"):
            self.assertIn(f"{name} ends at", said)

    def test_changes_that_wait(self):
        for name in ("ann", "ben"):
            if not os.path.exists(f"{self.folder}/{name}.pub"):
                self.plugctl("key", "generate", name, "--unencrypted")
                with open(f"{self.folder}/{name}.pub", "w", encoding="utf-8") as file:
                    file.write(self.plugctl("key", "export", name))
        two = ("--public-key", "ann.pub", "--public-key", "ben.pub", "--threshold", "2")
        said = self.plugctl("index", "rotate", "targets", self.index, *two, "--key", "ann")
        self.assertIn("change 1 waits for signatures: targets (1 more)", said)
        self.assertEqual(Metadata.from_file(f"{self.index}/metadata/root.json").signed.version, 1)
        # Meanwhile the old keys go on, and what waits is out of date then.
        self.publish("acme", "one")
        with self.assertRaisesRegex(AssertionError, "give it up with"):
            self.plugctl("index", "sign", self.index, "--key", "ben")
        self.plugctl("index", "sign", self.index, "--abandon", "1")
        self.assertIn("nothing waits", self.plugctl("index", "sign", self.index))
        self.plugctl("index", "rotate", "targets", self.index, *two, "--key", "ann")
        said = self.plugctl("index", "sign", self.index, "--key", "ben")
        self.assertIn("root metadata, version 2", said)
        self.assertIn("targets 2 of 2", said)
        self.assertIn("published", said)
        self.assertIsNotNone(self.record("acme/one"))
        self.publish("acme", "one", "1.1.0", "--key", "ann")

    def test_an_altered_file_is_refused(self):
        self.publish("acme", "one")
        path = sorted(glob.glob(f"{self.index}/metadata/*.pub-acme.json"))[-1]
        with open(path, encoding="utf-8") as file:
            text = file.read()
        with open(path, "w", encoding="utf-8") as file:
            file.write(text.replace("acme/one", "acme/two"))
        with self.assertRaises((RepositoryError, DownloadHTTPError)):
            self.record("acme/one")


if __name__ == "__main__":
    unittest.main()
