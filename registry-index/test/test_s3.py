"""s3_storage, against moto's server, which checks signatures; boto3 reads what it wrote."""

import base64
import hashlib
import http.server
import json
import os
import random
import subprocess
import sys
import threading
import time

import boto3
import botocore.exceptions
import loading
import plug
from stores import Stores

# Four calls make the user and the bucket; from then on each needs a signature of somebody who may. A page has ten objects
# where a request does not say how many, which else would be a thousand.
environment = {**os.environ, "INITIAL_NO_AUTH_ACTION_COUNT": "4", "MOTO_S3_DEFAULT_MAX_KEYS": "10"}
server = subprocess.Popen([sys.executable, "-c", "import sys; from moto.server import main; main(['-H', '127.0.0.1', '-p', '0'])"],
                          env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
ENDPOINT = next(line.split()[-1] for line in server.stdout if "Running on http" in line)
threading.Thread(target=server.stdout.read, daemon=True).start()


def client(service, key="none", secret="none"):
    return boto3.client(service, endpoint_url=ENDPOINT, region_name="eu-central-1", aws_access_key_id=key, aws_secret_access_key=secret)


iam = client("iam")
iam.create_user(UserName="phantomdb")
allowed = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
iam.put_user_policy(UserName="phantomdb", PolicyName="all", PolicyDocument=json.dumps(allowed))
made = iam.create_access_key(UserName="phantomdb")["AccessKey"]
KEY, SECRET = made["AccessKeyId"], made["SecretAccessKey"]
client("s3").create_bucket(Bucket="phantomdb", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
s3 = client("s3", KEY, SECRET)
CONFIG = {"endpoint": ENDPOINT, "bucket": "phantomdb", "region": "eu-central-1", "access_key": KEY, "secret_key": SECRET}


def begin(**changes):
    return Stores(plug.Plugin("s3_storage", {**CONFIG, **changes}))


def objects(location):
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket="phantomdb", Prefix=location + "/")
    return [entry["Key"] for page in pages for entry in page.get("Contents", [])]


def name_of(location, key):
    """As README.md says."""
    return f"{location}/{key.hex()}" if len(key) <= 400 else f"{location}/{key[:400].hex()}-{hashlib.sha256(key).hexdigest()}"


def test_objects():
    """boto3 reads what was put under the name that README.md gives it, and what boto3 puts is found"""
    stores = begin()
    store = stores.opened("deep/er")
    values = {b"key": b"a value", b"\x00\xff": b"", b"x" * 400: bytes(range(256)) * 4000, b"y" * 1024: b"long"}
    for key, value in values.items():
        stores.put(store, key, b"old")
        stores.put(store, key, value)
    assert sorted(objects("deep/er")) == sorted(name_of("deep/er", key) for key in values)
    for key, value in values.items():
        found = s3.get_object(Bucket="phantomdb", Key=name_of("deep/er", key))
        assert found["Body"].read() == value and stores.get(store, key) == value
        assert found["Metadata"] == ({"key": base64.b64encode(key).decode()} if len(key) > 400 else {})
    s3.put_object(Bucket="phantomdb", Key=name_of("deep/er", b"other"), Body=b"by boto3")
    assert stores.get(store, "other") == b"by boto3"
    stores.remove(store, "key")
    stores.remove(store, "key")
    stores.get(store, "key", plug.NOT_FOUND)
    assert name_of("deep/er", b"key") not in objects("deep/er")
    stores.close(store)


def test_credentials():
    """a wrong secret, and a key of nobody, are refused; the right ones are let in"""
    for changes in ({"secret_key": SECRET[:-1] + "x"}, {"access_key": "AKIANOBODY"}):
        begin(**changes).opened("a", plug.DENIED)
    try:
        client("s3", KEY, "wrong").list_objects_v2(Bucket="phantomdb")
        raise AssertionError("moto checks no signatures")
    except botocore.exceptions.ClientError as fault:
        assert "SignatureDoesNotMatch" in str(fault)
    stores = begin()
    stores.close(stores.opened("a"))


def test_wrong():
    """missing buckets and servers, and keys and locations that can't be, are told apart"""
    stores = begin()
    begin(bucket="nobodys").opened("a", plug.NOT_FOUND)
    begin(endpoint="http://127.0.0.1:1").opened("a", plug.IO)
    for wrong in ("", "/a", "a/", "a//b", ".", "..", "a/../b", "a b", "a?b", "a%2f", "ü", "x" * 101, "a\0"):
        stores.opened(wrong, plug.INVALID_ARGUMENT)
    store = stores.opened("wrong")
    for key in (b"", b"x" * 1025):
        stores.put(store, key, "", plug.INVALID_ARGUMENT)
        stores.get(store, key, plug.INVALID_ARGUMENT)
        stores.remove(store, key, plug.INVALID_ARGUMENT)
    stores.put(store, "big", bytes((64 << 20) + 1), plug.INVALID_ARGUMENT)
    stores.close(store)


def test_model():
    """it does what a dictionary does, in the order of bytes, long keys among short ones, beside other locations"""
    stores, source, model = begin(), random.Random(6), {}
    store, inner = stores.opened("m"), stores.opened("m/61")
    stores.put(inner, "inside", "not of m")
    s3.put_object(Bucket="phantomdb", Key="m/notes.txt", Body=b"somebody else's")
    for _ in range(150):
        kind = source.random()
        head = bytes([source.choice(b"ab")]) * source.choice([398, 399, 400, 401, 402, 1000])
        key = (b"" if kind < 0.5 else head) + bytes(source.choices(b"ab\x00\xff", k=source.randrange(1, 4)))
        if source.random() < 0.25:
            stores.remove(store, key)
            model.pop(key, None)
        else:
            model[key] = source.randbytes(source.randrange(50))
            stores.put(store, key, model[key])
    assert stores.scan(store) == sorted(model.items())
    for start in (b"a", b"a" * 399, b"a" * 400, b"a" * 401, b"a" * 900, b"b\xff", b"\xff\xff\xff\xff", source.choice(list(model))):
        assert stores.scan(store, start) == sorted(p for p in model.items() if p[0] >= start), start
    assert len(stores.scan(store, most=3, wanted=plug.SINK)) == 3
    assert stores.scan(inner) == [(b"inside", b"not of m")]
    stores.close(store)
    stores.close(inner)


def test_pages():
    """a scan goes on from page to page"""
    stores = begin()
    store = stores.opened("pages")
    assert len(s3.list_objects_v2(Bucket="phantomdb", Prefix="m/")["Contents"]) == 10, "a page has more"
    for number in range(35):
        s3.put_object(Bucket="phantomdb", Key=name_of("pages", b"%04d" % number), Body=b"%d" % number)
    assert stores.scan(store) == [(b"%04d" % n, b"%d" % n) for n in range(35)]
    stores.close(store)


class Hostile(http.server.BaseHTTPRequestHandler):
    """Answers anything but what was asked."""

    answer = (200, {}, b"")
    signed = {}

    def do_GET(self):
        status, headers, body = self.answer if "?" in self.path or self.path.count("/") > 2 else (200, {}, b"value")
        Hostile.signed = dict(self.headers)
        self.send_response(status)
        for name, value in {"Content-Length": len(body), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_HEAD = do_PUT = do_DELETE = do_GET

    def log_message(self, *_):
        pass


def test_hostile():
    """a server that lists in another order, without end, or sends too much, is an error; secrets stay here"""
    hostile = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hostile)
    threading.Thread(target=hostile.serve_forever, daemon=True).start()
    stores = begin(endpoint=f"http://127.0.0.1:{hostile.server_port}")
    store = stores.opened("h")
    page = b"<Contents><Key>h/62</Key></Contents><Contents><Key>h/61</Key></Contents>"
    forever = b"<IsTruncated>true</IsTruncated><NextContinuationToken>again</NextContinuationToken>"
    Hostile.answer = (200, {}, page)
    stores.scan(store, wanted=plug.IO)
    Hostile.answer = (200, {}, b"<Contents><Key>h/61</Key></Contents>" + forever)
    stores.scan(store, wanted=plug.IO)
    Hostile.answer = (200, {}, forever)
    stores.scan(store, wanted=plug.IO)
    Hostile.answer = (200, {}, b"<Key><Key>h/61" + b"x" * 5000 + b"</Key><Key>" + b"<Key>h/6</Key>\0<Key>h/")
    assert stores.scan(store) == []
    Hostile.answer = (200, {}, bytes((64 << 20) + 1))
    stores.get(store, "key", plug.IO)
    Hostile.answer = (302, {"Location": ENDPOINT + "/elsewhere"}, b"")
    stores.get(store, "key", plug.IO)
    Hostile.answer = (200, {"x-amz-meta-key": base64.b64encode(b"z" * 500).decode()}, b"<Key>" + name_of("h", b"y" * 500).encode() + b"</Key>")
    stores.scan(store, wanted=plug.IO)
    stores.put(store, "key", "value")
    words = json.dumps(Hostile.signed)
    assert SECRET not in words and hashlib.sha256(b"value").hexdigest() in words and "AWS4-HMAC-SHA256" in words, words
    stores.close(store)
    hostile.shutdown()


def test_cancel():
    """a call that waits for a server ends when the host says so"""
    quiet = http.server.socketserver.TCPServer(("127.0.0.1", 0), None, bind_and_activate=True)
    plugin = plug.Plugin("s3_storage", {**CONFIG, "endpoint": f"http://127.0.0.1:{quiet.server_address[1]}"})
    threading.Timer(0.3, lambda: setattr(plugin, "is_cancelled", True)).start()
    start = time.monotonic()
    Stores(plugin).opened("a", plug.CANCELLED)
    assert time.monotonic() - start < 5
    quiet.server_close()


def test_load_test():
    """it passes plugctl's load test against the server, with settings of its own"""
    assert loading.passes("s3_storage", CONFIG, SECRET)["plg-i007"] == "pass"


try:
    plug.main(globals())
finally:
    server.kill()
