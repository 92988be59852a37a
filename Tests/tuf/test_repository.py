"""python-tuf's client against indexes that plugctl makes."""

import base64
import functools
import glob
import http.server
import json
import os
import shutil
import subprocess
import tempfile
import threading
import unittest

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from securesystemslib.signer import CryptoSigner
from simulator import later
from tuf.api.exceptions import DownloadHTTPError, RepositoryError
from tuf.api.metadata import Metadata, Snapshot, TargetFile, Targets, Timestamp
from tuf.ngclient import Updater

PLUGCTL = os.environ["PLUGCTL"]

MANIFEST = """schema: 1
publisher: {publisher}
name: {name}
version: {version}
host: sqlite
type: extension
variants: [{{ platform: linux-x86_64-gnu, library: x.so }}]
"""

SOURCE = """
#include <sqlite3ext.h>
SQLITE_EXTENSION_INIT1
int sqlite3_extension_init(sqlite3 *db, char **error, const sqlite3_api_routines *api) {
  SQLITE_EXTENSION_INIT2(api);
  return 0;
}
"""


class RepositoryCase(unittest.TestCase):
    """An index, its server, and a python-tuf client with a folder of its own."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="plugctl-tuf-")
        cls.home = os.path.join(cls.folder, "home")
        os.mkdir(cls.home)
        cls.plugctl("key", "generate", "maker", "--unencrypted")
        with open(os.path.join(cls.folder, "x.c"), "w", encoding="utf-8") as file:
            file.write(SOURCE)
        subprocess.run(["cc", "-shared", "-fPIC", "-o", "x.so", "x.c"], cwd=cls.folder, check=True)

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    def setUp(self):
        self.index = tempfile.mkdtemp(dir=self.folder) + "/www"
        self.plugctl("index", "init", self.index)
        handler = functools.partial(QuietHandler, directory=self.index)
        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=self.http.serve_forever, args=(0.01,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self.http.server_address[1]}"
        self.trusted = tempfile.mkdtemp(dir=self.folder)
        with open(f"{self.index}/metadata/1.root.json", "rb") as file:
            self.bootstrap = file.read()

    def tearDown(self):
        self.http.shutdown()
        self.http.server_close()

    @classmethod
    def plugctl(cls, *words):
        environment = {"PATH": os.environ["PATH"], "HOME": cls.home, "PLUGCTL_SCOPE": "user"}
        done = subprocess.run(
            [PLUGCTL, *words], env=environment, cwd=cls.folder, capture_output=True, text=True,
            timeout=120, check=False,
        )
        assert done.returncode == 0, f"{words}: {done.stdout}{done.stderr}"
        return done.stdout

    def publish(self, publisher, name, version="1.0.0", *more):
        source = tempfile.mkdtemp(dir=self.folder)
        shutil.copy(f"{self.folder}/x.so", source)
        with open(f"{source}/plugin.yaml", "w", encoding="utf-8") as file:
            file.write(MANIFEST.format(publisher=publisher, name=name, version=version))
        self.plugctl("pack", source, "--sign", "maker", "-o", source)
        self.plugctl("publish", "--to", self.index, *more, *glob.glob(f"{source}/*.tar.zst"))

    def client(self):
        """A client as a new process would be one."""
        downloads = tempfile.mkdtemp(dir=self.folder)
        updater = Updater(
            self.trusted, self.url + "/metadata/", downloads, self.url + "/targets/",
            bootstrap=self.bootstrap,
        )
        updater.refresh()
        return updater

    def target(self, path):
        updater = self.client()
        info = updater.get_targetinfo(path)
        if info is None:
            return None
        with open(updater.download_target(info), encoding="utf-8") as file:
            return json.load(file)

    def record(self, name):
        return self.target(f"i/{name}.json")


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


class Repositories(RepositoryCase):
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

    def signer(self, name):
        """A key of the index, out of minisign's unencrypted form, under the id that the root has."""
        with open(f"{self.index}-keys/{name}.key", encoding="utf-8") as file:
            seed = base64.b64decode(file.read().splitlines()[1])[62:94]
        private = Ed25519PrivateKey.from_private_bytes(seed)
        public = private.public_key().public_bytes_raw().hex()
        root = Metadata.from_bytes(self.bootstrap).signed
        key = next(k for k in root.keys.values() if k.keyval["public"] == public)
        return CryptoSigner(private, key)

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
