"""A TUF repository in memory, made with python-tuf and served on loopback.

Every request is noted, so that a test can say which files a client asked for and in which order.
"""

import datetime
import hashlib
import http.server
import threading
import urllib.parse

from securesystemslib.signer import CryptoSigner
from tuf.api.metadata import (
    DelegatedRole,
    Delegations,
    Metadata,
    MetaFile,
    Root,
    Snapshot,
    SuccinctRoles,
    TargetFile,
    Targets,
    Timestamp,
)
from tuf.api.serialization.json import JSONSerializer

TOP_LEVEL = ("root", "timestamp", "snapshot", "targets")
SERIALIZER = JSONSerializer(validate=False)


def later(days):
    """A date so many days from now, without fractions of a second."""
    now = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
    return now + datetime.timedelta(days=days)


class Simulator:
    """The newest metadata of each role, the keys that sign it, and what was served."""

    def __init__(self, make_signer=CryptoSigner.generate_ed25519, consistent=True):
        self.make_signer = make_signer
        self.signers = {}
        self.published_roots = []
        self.files = {}
        self.requests = []
        self.overrides = {}
        self.root = Root(expires=later(30), consistent_snapshot=consistent)
        self.timestamp = Timestamp(expires=later(30))
        self.snapshot = Snapshot(expires=later(30))
        self.targets = Targets(expires=later(30))
        self.delegates = {}
        for role in TOP_LEVEL:
            self.add_key(role)
        self.publish_root()

    # Keys

    def add_key(self, role, signer=None):
        signer = signer or self.make_signer()
        self.root.add_key(signer.public_key, role)
        self.signers.setdefault(role, []).append(signer)
        return signer

    def rotate(self, role, count=1):
        """Other keys for a top-level role; the caller publishes the root."""
        for keyid in list(self.root.roles[role].keyids):
            self.root.revoke_key(keyid, role)
        self.signers[role] = []
        for _ in range(count):
            self.add_key(role)

    # Metadata

    def role(self, name):
        return getattr(self, name) if name in TOP_LEVEL else self.delegates[name]

    def signed(self, name, signers=None):
        """The file of a role as it stands, signed by its keys."""
        metadata = Metadata(self.role(name))
        for signer in signers if signers is not None else self.signers.get(name, []):
            metadata.sign(signer, append=True)
        return metadata.to_bytes(SERIALIZER)

    def publish_root(self, signers=None):
        """Signs the root with its own keys and those of the root before it."""
        if signers is None:
            signers = {s.public_key.keyid: s for s in self.former_root + self.signers["root"]}
            signers = list(signers.values())
        self.published_roots.append(self.signed("root", signers))
        self.former_root = list(self.signers["root"])

    former_root = []

    def next_root(self, signers=None):
        self.root.version += 1
        self.publish_root(signers)

    def update_timestamp(self):
        self.timestamp.snapshot_meta.version = self.snapshot.version
        self.timestamp.version += 1

    def update_snapshot(self):
        for name in ["targets", *self.delegates]:
            self.snapshot.meta[f"{name}.json"] = MetaFile(self.role(name).version)
        self.snapshot.version += 1
        self.update_timestamp()

    def state_hashes(self):
        """Has timestamp and snapshot state lengths and hashes of what is served now."""
        for name in ["targets", *self.delegates]:
            data = self.signed(name)
            self.snapshot.meta[f"{name}.json"] = MetaFile.from_data(
                self.role(name).version, data, ["sha256"]
            )
        data = self.signed("snapshot")
        self.timestamp.snapshot_meta = MetaFile.from_data(self.snapshot.version, data, ["sha512"])

    # Targets and delegations

    def add_target(self, role, path, content, served=None):
        target = TargetFile.from_data(path, content, ["sha256"])
        self.role(role).targets[path] = target
        self.files[path] = (target, served if served is not None else content)

    def delegate(self, parent, name, paths=None, prefixes=None, terminating=False, signer=None):
        """Delegates to a role, which is made where it is new."""
        signer = signer or self.make_signer()
        role = DelegatedRole(name, [], 1, terminating, paths, prefixes)
        above = self.role(parent)
        if above.delegations is None:
            above.delegations = Delegations({}, {})
        above.delegations.roles[name] = role
        above.add_key(signer.public_key, name)
        self.signers[name] = [signer]
        self.delegates.setdefault(name, Targets(expires=later(30)))
        return signer

    def delegate_bins(self, parent, bits, prefix):
        signer = self.make_signer()
        bins = SuccinctRoles([], 1, bits, prefix)
        self.role(parent).delegations = Delegations({}, None, bins)
        self.role(parent).add_key(signer.public_key)
        for name in bins.get_roles():
            self.delegates[name] = Targets(expires=later(30))
            self.signers[name] = [signer]
        return bins

    # Serving

    def fetch(self, path):
        """The bytes of a path; None where there are none."""
        if path in self.overrides:
            return self.overrides[path]
        if path.startswith("/metadata/") and path.endswith(".json"):
            return self.fetch_metadata(path[len("/metadata/") : -len(".json")])
        if path.startswith("/targets/"):
            return self.fetch_target(urllib.parse.unquote(path[len("/targets/") :]))
        return None

    def fetch_metadata(self, name):
        if name == "timestamp":
            self.requests.append(("timestamp", None))
            return self.signed("timestamp")
        version = None
        head, _, rest = name.partition(".")
        if head.isdigit() and (self.root.consistent_snapshot or rest == "root"):
            version, name = int(head), rest
        name = urllib.parse.unquote(name)
        self.requests.append((name, version))
        if name == "root":
            known = version is not None and 1 <= version <= len(self.published_roots)
            return self.published_roots[version - 1] if known else None
        if name not in ("snapshot", "targets") and name not in self.delegates:
            return None
        return self.signed(name)

    def fetch_target(self, name):
        folder, _, base = name.rpartition("/")
        digest, _, bare = base.partition(".")
        path = f"{folder}/{bare}" if folder else bare
        if not self.root.consistent_snapshot:
            path, digest = name, None
        self.requests.append((path, digest))
        target, content = self.files.get(path, (None, None))
        return content if target and digest in (None, target.hashes.get("sha256")) else None


class Server:
    """Serves a simulator on a port of its own."""

    def __init__(self, simulator):
        self.simulator = simulator
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                body = outer.simulator.fetch(self.path)
                self.send_response(200 if body is not None else 404)
                self.send_header("Content-Length", str(len(body or b"")))
                self.end_headers()
                self.wfile.write(body or b"")

            def log_message(self, *_):
                pass

        class QuietServer(http.server.ThreadingHTTPServer):
            def handle_error(self, request, client_address):
                """A client that hangs up on too much data is no fault."""

        self.http = QuietServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_address[1]}"
        serve = self.http.serve_forever
        threading.Thread(target=serve, args=(0.01,), daemon=True).start()

    def close(self):
        self.http.shutdown()
        self.http.server_close()


def sha256(data):
    return hashlib.sha256(data).hexdigest()
