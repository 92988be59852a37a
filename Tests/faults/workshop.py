"""A publisher's plugins, signed and published by the real program, for all cases."""

import os
import re
import subprocess

from lab import Home

SOURCE = """
#include <sqlite3ext.h>
SQLITE_EXTENSION_INIT1
static void version(sqlite3_context *c, int n, sqlite3_value **v) {
  sqlite3_result_text(c, "%(version)s", -1, SQLITE_STATIC);
}
int sqlite3_extension_init(sqlite3 *db, char **error, const sqlite3_api_routines *api) {
  SQLITE_EXTENSION_INIT2(api);
  return sqlite3_create_function(db, "%(name)s_version", 0, SQLITE_UTF8, 0, version, 0, 0);
}
"""

MANIFEST = """schema: 1
publisher: acme
name: %(name)s
version: %(version)s
summary: %(name)s for tests
host: sqlite
type: extension
%(more)s
files: [%(files)s]
variants:
  - { platform: %(platform)s, library: %(name)s.so }
"""

# name, version, further lines of the manifest
PLUGINS = [
    ("alpha", "1.0.0", ""),
    ("alpha", "1.1.0", ""),
    ("beta", "1.0.0", "dependencies: { alpha: ^1 }"),
    ("delta", "1.0.0", ""),
    ("delta", "1.1.0", ""),
    ("many", "1.0.0", ""),
]

# So many files are synced by one call for the whole file system.
MANY = 120


class Workshop:
    """An index in a folder. `fingerprint` is its root's."""

    def __init__(self, lab, name="workshop"):
        self.author = Home(lab, name)
        self.author.plugctl("key", "generate", "maker", "--unencrypted").succeeded()
        self.index = os.path.join(self.author.root, "index")
        made = self.author.plugctl("index", "init", self.index).succeeded()
        self.fingerprint = re.search(r"sha256:[0-9a-f]{64}", made.output).group()
        self.publish([self.pack(*plugin) for plugin in PLUGINS])

    def publish(self, archives):
        self.author.plugctl("publish", "--to", self.index, *archives).succeeded()

    def pack(self, name, version, more=""):
        folder = os.path.join(self.author.root, "sources", f"{name}-{version}")
        os.makedirs(folder)
        library = os.path.join(folder, f"{name}.so")
        files = ["notes.txt"] + ([f"page-{page}" for page in range(MANY)] if name == "many" else [])
        words = {"name": name, "version": version, "more": more, "platform": platform()}
        words["files"] = ", ".join(files)
        subprocess.run(
            ["cc", "-shared", "-fPIC", "-O2", "-s", "-o", library, "-x", "c", "-"],
            input=(SOURCE % words).encode(),
            check=True,
        )
        write(os.path.join(folder, "plugin.yaml"), MANIFEST % words)
        # More than a file system keeps inside of an inode.
        write(os.path.join(folder, "notes.txt"), f"{name} {version}\n" * 4000)
        for file in files[1:]:
            write(os.path.join(folder, file), f"{file} of {name} {version}\n")
        archives = os.path.join(self.author.root, "archives")
        packed = self.author.plugctl("pack", folder, "-o", archives, "--sign", "maker")
        return packed.succeeded().output.splitlines()[0]

    def add_to(self, home):
        """Lets a home use the index."""
        home.plugctl(
            *["index", "add", self.index, "--name", "main", "--trust", self.fingerprint],
            *["--scope", "user"],
        ).succeeded()


def platform():
    return f"linux-{'aarch64' if os.uname().machine == 'aarch64' else 'x86_64'}-gnu"


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
