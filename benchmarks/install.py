"""Installs N packages from nginx on loopback with plugctl, `curl | tar`, and uv; prints medians.

plugctl is also run with every call that waits for the disk done at once (`without_sync.c`): what durability
costs on this disk.

Every package has a library of about 100 KiB that loads (half of it noise, so that it packs to about
half), a manifest and a README; the wheels hold the same files. Rounds are interleaved, each with
empty caches and an empty target.
"""

import argparse
import base64
import hashlib
import os
import pathlib
import random
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile

arguments = argparse.ArgumentParser()
arguments.add_argument("--plugctl", required=True)
arguments.add_argument("--uv", help="without it plugctl alone is measured")
arguments.add_argument("--packages", type=int, default=100)
arguments.add_argument("--rounds", type=int, default=7)
arguments.add_argument("--keep", action="store_true", help="keep the folder of the packages")
options = arguments.parse_args()
plugctl = os.path.abspath(options.plugctl)
uv = options.uv and os.path.abspath(options.uv)
noise = random.Random(20261121)


def run(command, environment, folder, check=True, **more):
    return subprocess.run(
        command, env=environment, cwd=folder, check=check, stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, **more)


def library(folder, name):
    """A shared object with 100 KiB of data, half of it noise."""
    data = noise.randbytes(48 * 1024) + bytes(52 * 1024)
    (folder / "data.bin").write_bytes(data)
    (folder / "code.S").write_text(
        '.data\n.incbin "data.bin"\n.text\n.globl sqlite3_extension_init\n'
        ".type sqlite3_extension_init,@function\nsqlite3_extension_init:\n  xorl %eax, %eax\n  ret\n"
        '.section .note.GNU-stack,"",@progbits\n')
    target = folder / f"{name}.so"
    subprocess.run(
        ["cc", "-shared", "-nostdlib", "-Wl,--build-id", "-o", target.name, "code.S"], cwd=folder, check=True)
    return target


def wheel(folder, name, files):
    """The same files as a wheel for uv."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}-1.0.0-py3-none-any.whl"
    info = f"{name}-1.0.0.dist-info"
    content = {f"{name}/{file.name}": file.read_bytes() for file in files}
    content[f"{info}/METADATA"] = f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0.0\n".encode()
    content[f"{info}/WHEEL"] = b"Wheel-Version: 1.0\nGenerator: bench\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    rows = []
    for file, data in content.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
        rows.append(f"{file},sha256={digest},{len(data)}")
    content[f"{info}/RECORD"] = ("\n".join(rows) + f"\n{info}/RECORD,,\n").encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file, data in content.items():
            archive.writestr(file, data)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    (folder / "index.html").write_text(
        f'<!DOCTYPE html><html><body><a href="{path.name}#sha256={digest}">{path.name}</a></body></html>')


def prepare(work, environment):
    names = [f"plug{number:04}" for number in range(options.packages)]
    for name in names:
        folder = work / "src" / name
        folder.mkdir(parents=True)
        built = library(folder, name)
        (folder / "README.md").write_text(f"# {name}\n\nA package of the benchmark.\n")
        (folder / "plugin.yaml").write_text(
            f"schema: 1\npublisher: bench\nname: {name}\nversion: 1.0.0\nsummary: a package of the benchmark\n"
            f"host: sqlite\ntype: extension\nvariants:\n  - {{ platform: linux-x86_64-gnu, library: {name}.so }}\n"
            "files: [README.md]\n")
        run([plugctl, "pack", str(folder), "-o", "dist"], environment, work)
        wheel(work / "www" / "simple" / name, name, [built, folder / "README.md", folder / "plugin.yaml"])
        # What the plain script fetches: the same folder as a gzip tarball.
        subprocess.run(
            ["tar", "-czf", work / "www" / f"{name}-1.0.0.tar.gz", f"{name}/{name}.so", f"{name}/README.md",
             f"{name}/plugin.yaml"], cwd=work / "src", check=True)
    run([plugctl, "key", "generate", "bench", "--unencrypted"], environment, work)
    archives = sorted(str(path) for path in (work / "dist").glob("*.tar.zst"))
    run([plugctl, "sign", *archives], environment, work)
    made = subprocess.run(
        [plugctl, "--json", "index", "init", "www/index"], env=environment, cwd=work, check=True, capture_output=True)
    import json
    fingerprint = json.loads(made.stdout)["data"]["fingerprint"]
    run([plugctl, "publish", "--to", "www/index", *archives], environment, work)
    shutil.move(work / "www" / "index-keys", work / "index-keys")
    return names, fingerprint


def serve(work):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    (work / "web").mkdir()
    (work / "web" / "nginx.conf").write_text(f"""
daemon off; error_log {work}/web/error.log; pid {work}/web/nginx.pid; worker_processes 1;
events {{ }}
http {{
  access_log off; sendfile on; keepalive_requests 100000;
  types {{ text/html html; }} default_type application/octet-stream;
  client_body_temp_path {work}/web/b; proxy_temp_path {work}/web/p; fastcgi_temp_path {work}/web/f;
  uwsgi_temp_path {work}/web/u; scgi_temp_path {work}/web/s;
  server {{ listen 127.0.0.1:{port}; root {work}/www; index index.html; }}
}}""")
    subprocess.run(["chmod", "-R", "a+rX", work], check=True)
    server = subprocess.Popen(["nginx", "-p", work / "web", "-c", work / "web" / "nginx.conf"], stderr=subprocess.DEVNULL)
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return server, f"http://127.0.0.1:{port}"
        except OSError:
            time.sleep(0.05)
    sys.exit("bench: nginx does not answer")


def timed(command, environment, folder):
    start = time.perf_counter()
    run(command, environment, folder)
    return (time.perf_counter() - start) * 1000


def main():
    work = pathlib.Path(tempfile.mkdtemp(prefix="plugctl-bench-"))
    base = {"PATH": os.environ["PATH"], "PLUGCTL_SCOPE": "user", "LC_ALL": "C.UTF-8"}
    server = None
    try:
        author = base | {"HOME": str(work / "author")}
        (work / "author").mkdir()
        names, fingerprint = prepare(work, author)
        server, url = serve(work)
        careless = work / "without_sync"
        subprocess.run(
            ["cc", "-O1", "-o", careless, pathlib.Path(__file__).parent / "without_sync.c"], check=True)
        # The plain script, as StormDB's guide has it: one download after another, unpacked and copied.
        script = work / "install.sh"
        script.write_text(
            "set -e\nmkdir -p $HOME/plugins $HOME/tmp\nfor name in " + " ".join(names) + "; do\n"
            f'  curl -sL "{url}/$name-1.0.0.tar.gz" | tar -xz -C $HOME/tmp\n'
            "  cp $HOME/tmp/$name/$name.so $HOME/plugins\ndone\n")
        results = {}

        def note(label, value):
            results.setdefault(label, []).append(value)

        for number in range(options.rounds):
            home = work / f"round-{number}"
            home.mkdir()
            environment = base | {"HOME": str(home)}

            def fresh(name):
                folder = home / name
                folder.mkdir()
                return base | {"HOME": str(folder)}

            ways = [("2", []), ("0", []), ("2", [careless]), ("0", [careless])]
            # Whoever comes second finds a disk that was just written to.
            for level, wrapper in ways[number % 2 * 2:] + ways[:number % 2 * 2]:
                mine = fresh(f"plugctl-{level}{'-careless' if wrapper else ''}")
                run([plugctl, "index", "add", f"{url}/index", "--name", "bench", "--trust", fingerprint], mine, work)
                label = f"plugctl install, load test level {level}" + (", without sync" if wrapper else "")
                os.sync()
                note(label, timed([*wrapper, plugctl, "install", "--test-level", level, *names], mine, work))
            mine = base | {"HOME": str(home / "plugctl-0")}
            note("plugctl install, nothing to do", timed([plugctl, "install", *names], mine, work))
            note("plugctl list", timed([plugctl, "list"], mine, work))
            note("plugctl --version", timed([plugctl, "--version"], mine, work))
            note("true (the floor of starting a process)", timed(["/bin/true"], mine, work))
            if not uv:
                continue
            note("curl | tar", timed(["bash", str(script)], fresh("script"), work))
            wheels = fresh("uv")
            note("uv pip install", timed(
                [uv, "pip", "install", "--quiet", "--no-deps", "--default-index", f"{url}/simple", "--target",
                 str(home / "uv" / "target"), "--cache-dir", str(home / "uv" / "cache"), "--python", sys.executable,
                 "--allow-insecure-host", "127.0.0.1", *names], wheels, work))
            # Not between two measurements of one round: fresh inodes after a deletion are slow.
        for label, values in results.items():
            print(f"{statistics.median(values):10.1f} ms  {label}   (min {min(values):.1f}, max {max(values):.1f})")
        median = {label: statistics.median(values) for label, values in results.items()}
        mine = median["plugctl install, load test level 2"]
        print(f"\n{options.packages} packages, {options.rounds} rounds")
        for level in ["2", "0"]:
            label = f"plugctl install, load test level {level}"
            ratio = median[label] / median[f"{label}, without sync"]
            print(f"load test level {level}: durable takes {ratio:.2f} times as long as without sync")
        if not uv:
            return
        print(f"curl | tar takes {median['curl | tar'] / mine:.1f} times as long as plugctl with load tests")
        print(f"uv takes {median['uv pip install'] / mine:.2f} times as long as plugctl with load tests")
        bare = median["plugctl install, load test level 0"]
        print(f"uv takes {median['uv pip install'] / bare:.2f} times as long as plugctl without load tests")
    finally:
        if server:
            server.terminate()
            server.wait()
        if options.keep:
            print(f"kept: {work}; its server is gone")
        else:
            subprocess.run(["chmod", "-R", "u+w", work], check=False)
            shutil.rmtree(work, ignore_errors=True)


main()
