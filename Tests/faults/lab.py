"""The place of a run: programs, folders, and homes in which plugctl works and is watched."""

import dataclasses
import json
import os
import shutil
import signal
import subprocess

REPOSITORY = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

# Far more than any command needs here; a run that takes longer hangs.
SECONDS = 60


class Failure(Exception):
    """The harness itself could not go on: no finding about plugctl."""


@dataclasses.dataclass
class Ended:
    """How a program ended. `code` is negative for a signal, None where its time was over."""

    arguments: list
    code: int | None
    output: str
    errors: str

    def succeeded(self):
        if self.code != 0:
            raise Failure(f"{self}")
        return self

    def document(self):
        """The one document of `--json`; None where there is none."""
        try:
            return json.loads(self.output)
        except ValueError:
            return None

    def error_code(self):
        document = self.document() or {}
        return (document.get("error") or {}).get("code")

    def __str__(self):
        text = (self.errors or self.output).strip()
        return f"`{' '.join(self.arguments)}` ended with {self.code}: {text[:4000]}"


class Lab:
    """What all jobs share: the programs and a folder that is gone at the end."""

    def __init__(self, work, programs):
        self.work = work
        # Set in every run of plugctl.
        self.variables = {}
        self.plugctl = os.path.join(programs, "plugctl")
        self.tracer = os.path.join(work, "tracer")
        here = os.path.dirname(os.path.abspath(__file__))
        subprocess.run(
            ["cc", "-O2", "-Wall", "-Wextra", "-Werror", "-std=gnu11", "-D_GNU_SOURCE"]
            + ["-o", self.tracer, f"{here}/tracer.c", f"{here}/calls.c"],
            check=True,
        )


class Home:
    """One user on one machine, at a path that stays, so that a kept state can be put back."""

    def __init__(self, lab, name):
        self.lab = lab
        self.root = os.path.join(lab.work, name)
        self.scope = "user"
        self.clear()

    @property
    def path(self):
        return os.path.join(self.root, "home")

    @property
    def project(self):
        return os.path.join(self.root, "home", "project")

    @property
    def data(self):
        """The store of the scope in use."""
        if self.scope == "project":
            return os.path.join(self.project, ".plugctl")
        return os.path.join(self.path, ".local/share/plugctl")

    @property
    def cache(self):
        return os.path.join(self.path, ".cache/plugctl")

    @property
    def trust(self):
        return os.path.join(self.path, ".local/state/plugctl/trust")

    @property
    def extensions(self):
        """The folder that the host searches, where the view is links or copies."""
        return os.path.join(self.path, "extensions")

    @property
    def further(self):
        """Where the host looks for further files, where the view is links."""
        return os.path.join(self.path, "further")

    def clear(self):
        remove_tree(self.root)
        for name in ["home", "tmp"]:
            os.makedirs(os.path.join(self.root, name))

    def keep(self, name):
        """Puts the present state aside under a name."""
        kept = f"{self.root}.{name}"
        remove_tree(kept)
        copy_tree(self.root, kept)

    def put_back(self, name):
        """Makes the state what it was when it was kept; the root itself may be a mount point."""
        for entry in os.listdir(self.root):
            if entry != "lost+found":
                remove_tree(os.path.join(self.root, entry))
        copy_tree(f"{self.root}.{name}/.", self.root)

    def environment(self, more=None):
        return {
            "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
            "HOME": self.path,
            "LANG": "C.UTF-8",
            "PLUGCTL_SCOPE": self.scope,
            "TMPDIR": os.path.join(self.root, "tmp"),
            "PLUGCTL_NO_INPUT": "1",
            **self.lab.variables,
            **(more or {}),
        }

    def start(self, arguments, more=None, **options):
        """Starts a program that leads a process group."""
        folder = self.project if self.scope == "project" else self.path
        return subprocess.Popen(
            arguments,
            cwd=folder,
            env=self.environment(more),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            **options,
        )

    def run(self, arguments, more=None, seconds=SECONDS, **options):
        process = self.start(arguments, more, **options)
        return finish(process, arguments, seconds)

    def plugctl(self, *arguments, more=None):
        return self.run([self.lab.plugctl, *arguments], more)

    def traced(self, arguments, number=0, action="", log=None):
        """Runs plugctl below the tracer, with a fault at one call if a number is given."""
        options = ["-o", log or os.path.join(self.root, "trace")]
        if action:
            options += ["-n", str(number), "-a", str(action)]
        return self.run([self.lab.tracer, *options, self.lab.plugctl, *arguments])

    def trace(self):
        """The calls of the last traced run, with the paths made short."""
        with open(os.path.join(self.root, "trace"), encoding="utf-8", errors="replace") as file:
            lines = [line.rstrip("\n").split("\t") for line in file]
        return [" ".join(cell.replace(self.root + "/", "") for cell in line[1:]) for line in lines]


def finish(process, arguments, seconds=SECONDS):
    """Waits for the end of a process; ends its group when the time is over."""
    try:
        output, errors = process.communicate(timeout=seconds)
        code = process.returncode
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        output, errors = process.communicate()
        code = None
    return Ended(arguments, code, output.decode(errors="replace"), errors.decode(errors="replace"))


def copy_tree(source, target):
    subprocess.run(["cp", "-a", source, target], check=True)


def remove_tree(path):
    if os.path.islink(path) or os.path.isfile(path):
        os.unlink(path)
    elif os.path.isdir(path):
        shutil.rmtree(path)
