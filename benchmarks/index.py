"""Makes indexes of many plugins, serves them by nginx on loopback, and prints what clients fetch.

Most plugins exist only as listed hashes; some are real, published by the real tool, and installed by the
real client. Requests and bytes come from nginx's access log: bodies as they went over the wire,
compressed where a `.gz` lies beside the file.
"""

import argparse
import json
import os
import pathlib
import re
import resource
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time

arguments = argparse.ArgumentParser()
arguments.add_argument("--plugctl", required=True)
arguments.add_argument("--builder", required=True)
arguments.add_argument("--plugins", type=int, nargs="+", default=[1_000, 100_000, 1_000_000])
arguments.add_argument("--publishers", type=int, help="trusted ones; one for 50 of their plugins by default")
arguments.add_argument("--json", action="store_true")
options = arguments.parse_args()
plugctl = os.path.abspath(options.plugctl)
builder = os.path.abspath(options.builder)
INSTALLED = 20
GOALS = {"first install": (10, 100_000), "nothing changed": (2, 1_000), "one changed": (None, 60_000),
         f"{INSTALLED} changed": (None, 260_000)}


class Site:
    """One index, served."""

    def __init__(self, work, count):
        self.work = work
        self.count = count
        self.index = work / "www"
        (work / "author").mkdir()
        self.author = {"PATH": os.environ["PATH"], "PLUGCTL_SCOPE": "user", "LC_ALL": "C.UTF-8",
                       "HOME": str(work / "author")}
        self.homes = 0

    def run(self, *command, environment=None):
        done = subprocess.run(
            [str(word) for word in command], env=environment or self.author, cwd=self.work, stdin=subprocess.DEVNULL,
            capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"bench: {command}: {done.stderr}")
        return done.stdout

    def build(self):
        publishers = options.publishers or max(1, self.count // 100 // 50)
        made = json.loads(self.run(builder, self.index, self.count, publishers))
        self.fingerprint = made["fingerprint"]
        # Real publishers are the community's from here on: only a trusted one is published with this key.
        self.run(plugctl, "key", "generate", "maker", "--unencrypted")
        self.pack("vouched", "first", "1.0.0")
        self.publish()
        (self.work / "www-keys" / "targets.key").rename(self.work / "targets.key")
        for number in range(INSTALLED):
            self.pack(f"real{number}", f"plugin{number}", "1.0.0")
        start = time.perf_counter()
        self.publish()
        made["publishSeconds"] = time.perf_counter() - start
        made["publishPeakKilobytes"] = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        return made

    def pack(self, publisher, name, version):
        """A library that loads, as an extension of SQLite."""
        source = self.work / "src"
        source.mkdir(exist_ok=True)
        (source / "code.S").write_text(
            ".text\n.globl sqlite3_extension_init\n.type sqlite3_extension_init,@function\n"
            "sqlite3_extension_init:\n  xorl %eax, %eax\n  ret\n"
            '.section .note.GNU-stack,"",@progbits\n' f'.data\n.ascii "{publisher}/{name} {version}"\n')
        self.run("cc", "-shared", "-nostdlib", "-Wl,--build-id", "-o", source / f"{name}.so", source / "code.S")
        (source / "plugin.yaml").write_text(
            f"schema: 1\npublisher: {publisher}\nname: {name}\nversion: {version}\n"
            "summary: a plugin of the benchmark\nhost: sqlite\ntype: extension\n"
            f"variants:\n  - {{ platform: linux-x86_64-gnu, library: {name}.so }}\n")
        self.run(plugctl, "pack", source, "--sign", "maker", "-o", self.work / "dist" / f"{publisher}-{version}")

    def publish(self):
        archives = sorted((self.work / "dist").glob("*/*.tar.zst"))
        self.run(plugctl, "publish", "--to", self.index, *archives)
        shutil.rmtree(self.work / "dist")

    def serve(self):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.url = f"http://127.0.0.1:{probe.getsockname()[1]}"
        web = self.work / "web"
        web.mkdir()
        self.log = web / "access.log"
        (web / "nginx.conf").write_text(f"""
daemon off; error_log {web}/error.log; pid {web}/nginx.pid; worker_processes 1;
events {{ }}
http {{
  log_format bodies '$status $body_bytes_sent $uri'; access_log {self.log} bodies;
  gzip_static on; gzip_vary on; default_type application/octet-stream;
  client_body_temp_path {web}/b; proxy_temp_path {web}/p; fastcgi_temp_path {web}/f;
  uwsgi_temp_path {web}/u; scgi_temp_path {web}/s;
  server {{ listen {self.url[7:]}; root {self.index}; }}
}}""")
        subprocess.run(["chmod", "a+rX", self.work], check=True)
        self.server = subprocess.Popen(
            ["nginx", "-p", web, "-c", web / "nginx.conf"], stderr=subprocess.DEVNULL)
        for _ in range(100):
            try:
                socket.create_connection(("127.0.0.1", int(self.url.rsplit(":", 1)[1])), 1).close()
                return
            except OSError:
                time.sleep(0.05)
        sys.exit("bench: nginx does not answer")

    def stop(self):
        self.server.terminate()
        self.server.wait()

    def client(self):
        """A home where nothing was ever fetched."""
        self.homes += 1
        home = self.work / f"home{self.homes}"
        # Nobody can be asked here whether new publishers are to be trusted.
        policy = home / ".config" / "plugctl" / "policy.yaml"
        policy.parent.mkdir(parents=True)
        policy.write_text("schema: 1\npublishers: any\n")
        return self.author | {"HOME": str(home)}

    def measured(self, environment, *commands):
        """Requests and bytes of some commands, those of archives apart; and their seconds."""
        self.log.write_text("")
        # nginx appends; it must not write behind a hole.
        os.kill(self.server.pid, signal.SIGUSR1)
        time.sleep(0.2)
        start = time.perf_counter()
        for command in commands:
            self.run(plugctl, *command, environment=environment)
        seconds = time.perf_counter() - start
        time.sleep(0.1)
        metadata, archives = [], []
        for line in self.log.read_text().splitlines():
            status, size, uri = line.split(" ", 2)
            (archives if uri.startswith("/a/") else metadata).append((uri, int(size), status))
        return {"requests": len(metadata), "bytes": sum(size for _, size, _ in metadata),
                "archives": len(archives), "archiveBytes": sum(size for _, size, _ in archives),
                "seconds": seconds, "files": metadata}

    def add(self):
        return ["index", "add", self.url, "--name", "bench", "--trust", self.fingerprint]


def sizes(site):
    """What lies in the served folder: the newest of each kind, plain and compressed."""
    found = {}
    for path in (site.index / "metadata").iterdir():
        match = re.fullmatch(r"(?:(\d+)\.)?(.+)\.json", path.name)
        if match:
            role = re.sub(r"^bin\d+-.*", "bin", match[2])
            role = re.sub(r"^pub-.*", "publisher", role)
            size = path.stat().st_size
            small = pathlib.Path(f"{path}.gz")
            entry = (size, small.stat().st_size if small.exists() else size)
            if entry > found.get(role, (0, 0)):
                found[role] = entry
    return found


def measure(count):
    work = pathlib.Path(tempfile.mkdtemp(prefix="plugctl-bench-index-"))
    site = Site(work, count)
    site.server = None
    try:
        report = {"plugins": count, "built": site.build()}
        report["sizes"] = sizes(site)
        site.serve()
        rows = report["rows"] = {}
        for kind, name in (("community", "real0/plugin0"), ("trusted", "vouched/first")):
            environment = site.client()
            adding = site.measured(environment, site.add())
            installing = site.measured(environment, ["install", name])
            rows[f"index add ({kind})"] = adding
            rows[f"install ({kind})"] = installing
            both = {key: adding[key] + installing[key] for key in adding}
            rows["first install" if kind == "community" else "first install, trusted publisher"] = both
        environment = site.client()
        names = [f"real{number}/plugin{number}" for number in range(INSTALLED)]
        site.run(plugctl, *site.add(), environment=environment)
        site.run(plugctl, "install", *names, environment=environment)
        times = []
        for _ in range(9):
            start = time.perf_counter()
            site.run(plugctl, "install", names[0], environment=environment)
            times.append(time.perf_counter() - start)
        rows["installed already"] = site.measured(environment, ["install", names[0]])
        rows["installed already"]["seconds"] = statistics.median(times)
        rows["nothing changed"] = site.measured(environment, ["update"])
        site.pack("real0", "plugin0", "1.1.0")
        site.publish()
        rows["one changed"] = site.measured(environment, ["upgrade"])
        for number in range(INSTALLED):
            site.pack(f"real{number}", f"plugin{number}", "1.2.0")
        site.publish()
        rows[f"{INSTALLED} changed"] = site.measured(environment, ["upgrade"])
        if count <= 100_000:
            rows["first search"] = site.measured(environment, ["search", "vector"])
            rows["second search"] = site.measured(environment, ["search", "vector"])
        peak = subprocess.run(
            ["/usr/bin/env", "python3", "-c",
             "import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL);"
             "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)", plugctl, "outdated"],
            env=environment, check=True, capture_output=True, text=True)
        report["clientPeakKilobytes"] = int(peak.stdout)
        return report
    finally:
        if site.server:
            site.stop()
        subprocess.run(["chmod", "-R", "u+w", work], check=False)
        shutil.rmtree(work, ignore_errors=True)


def show(report):
    built = report["built"]
    print(f"\n{report['plugins']:,} plugins: listed in {built['seconds']:.1f} s with "
          f"{built['peakKilobytes'] / 1024:.0f} MiB at most; {INSTALLED} published in {built['publishSeconds']:.1f} s; "
          f"a client takes {report['clientPeakKilobytes'] / 1024:.0f} MiB at most")
    print("| file, the largest of its kind | bytes | compressed |\n|---|---|---|")
    for role, (plain, small) in sorted(report["sizes"].items(), key=lambda item: -item[1][0]):
        print(f"| {role} | {plain:,} | {small:,} |")
    print("| client | requests | bytes | archives | ms | goal |\n|---|---|---|---|---|---|")
    for name, row in report["rows"].items():
        goal = ""
        if name in GOALS and report["plugins"] >= 1_000_000:
            requests, size = GOALS[name]
            all_requests = row["requests"] + row["archives"]
            is_met = row["bytes"] <= size and (requests is None or all_requests <= requests)
            goal = ("met" if is_met else "MISSED") + f": {requests or 'any'} requests, {size:,} bytes"
        print(f"| {name} | {row['requests']} | {row['bytes']:,} | {row['archives']} ({row['archiveBytes']:,} bytes) | "
              f"{row['seconds'] * 1000:.0f} | {goal} |")


for count in options.plugins:
    result = measure(count)
    print(json.dumps(result, indent=1)) if options.json else show(result)
    sys.stdout.flush()
