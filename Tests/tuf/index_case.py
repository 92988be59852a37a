"""An index that plugctl makes, served on loopback, for tests to look at and to attack."""

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

from clock import clock
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from securesystemslib.signer import CryptoSigner
from tuf.api.metadata import Metadata
from tuf.ngclient import Updater

PLUGCTL = os.environ["PLUGCTL"]

MANIFEST = """schema: 1
publisher: {publisher}
name: {name}
version: {version}
host: sqlite
type: extension
variants: [{{ platform: linux-x86_64-gnu, library: {name}.so }}]
"""

SOURCE = """
#include <sqlite3ext.h>
SQLITE_EXTENSION_INIT1
int sqlite3_extension_init(sqlite3 *db, char **error, const sqlite3_api_routines *api) {
  SQLITE_EXTENSION_INIT2(api);
  return 0;
}
"""


class IndexCase(unittest.TestCase):
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
    def plugctl(cls, *words, at=None):
        environment = {"PATH": os.environ["PATH"], "HOME": cls.home, "PLUGCTL_SCOPE": "user"}
        command = [PLUGCTL, *words]
        if at:
            environment.update(clock(at))
        done = subprocess.run(
            command, env=environment, cwd=cls.folder, capture_output=True, text=True,
            timeout=120, check=False,
        )
        assert done.returncode == 0, f"{words}: {done.stdout}{done.stderr}"
        return done.stdout

    def publish(self, publisher, name, version="1.0.0", *more, **fields):
        source = tempfile.mkdtemp(dir=self.folder)
        shutil.copy(f"{self.folder}/x.so", f"{source}/{name}.so")
        with open(f"{source}/{name}.so", "a", encoding="utf-8") as file:
            file.write(f"{name} {version}")
        with open(f"{source}/plugin.yaml", "w", encoding="utf-8") as file:
            file.write(MANIFEST.format(publisher=publisher, name=name, version=version))
            for field, value in fields.items():
                file.write(f"{field}: {value}\n")
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

    def signer(self, name):
        """A key of the index, out of minisign's unencrypted form, under the id that the root has."""
        with open(f"{self.index}-keys/{name}.key", encoding="utf-8") as file:
            seed = base64.b64decode(file.read().splitlines()[1])[62:94]
        private = Ed25519PrivateKey.from_private_bytes(seed)
        public = private.public_key().public_bytes_raw().hex()
        root = Metadata.from_bytes(self.bootstrap).signed
        key = next(k for k in root.keys.values() if k.keyval["public"] == public)
        return CryptoSigner(private, key)


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass
