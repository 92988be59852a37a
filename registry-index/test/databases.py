"""Databases for the tests of workloads, each with the tool that looks at what a plugin did: sqlite3 and psql."""

import ctypes as c
import json
import os
import subprocess
import threading

import plug

SQLITE = os.path.join(plug.SCRATCH, "workload.db")


class Database:
    def __init__(self, name, dsn, command):
        self.name, self.dsn, self.command = name, dsn, command

    def ask(self, sql):
        """The rows' lines, columns between `|`."""
        run = subprocess.run([*self.command, sql], capture_output=True, text=True)
        assert run.returncode == 0, run.stderr
        return run.stdout.strip()

    def tables(self, prefix):
        where = "sqlite_master WHERE type = 'table' AND name" if self.name == "SQLite" else "pg_tables WHERE tablename"
        return int(self.ask(f"SELECT count(*) FROM {where} LIKE '{prefix}%'"))


def postgres(socket):
    dsn = f"postgresql://tester@/postgres?host={socket}"
    return Database("PostgreSQL", dsn, [os.environ["PSQL"], "-XAtq", dsn, "-c"])


def both():
    return [Database("SQLite", f"sqlite://{SQLITE}", ["sqlite3", SQLITE]), postgres(os.environ["PGSOCKET"])]


def on_each(check):
    for database in both():
        try:
            check(database)
        except Exception as fault:
            raise AssertionError(f"with {database.name}") from fault


class Load:
    """A workload at work in a database."""

    def __init__(self, name, config, database):
        self.plugin = plug.Plugin(name, config)
        self.database = database
        self.tables = self.plugin.interface("plug.database/1")
        self.workload = self.plugin.interface("plug.workload/1")
        self.dsn = plug.Text.of(database.dsn)

    def setup(self, wanted=plug.OK):
        return self.plugin.expect(wanted, self.tables.setup, self.plugin.instance, self.dsn)

    def cleanup(self):
        self.plugin.expect(plug.OK, self.tables.cleanup, self.plugin.instance, self.dsn)

    def open(self, wanted=plug.OK):
        session = c.c_void_p()
        reason = self.plugin.expect(wanted, self.workload.open, self.plugin.instance, self.dsn, c.byref(session))
        return session if wanted == plug.OK else reason

    def run(self, session, operation, wanted=plug.OK):
        return self.plugin.expect(wanted, self.workload.run, session, plug.Text.of(operation))

    def operations(self):
        out = plug.Sink.new()
        assert self.workload.operations(self.plugin.instance, out) == plug.OK
        return json.loads(out.value())

    def told(self, operation):
        """What operations of a name told the log: after the name, and without the colon."""
        words = [text for level, text in self.plugin.logged if level == 0]
        return [w[len(operation) + 1 :].split(": ", 1) for w in words if w.startswith(operation + " ")]

    def crowd(self, sessions, rounds):
        """Several sessions at once, each all operations so often."""
        faults = []

        def work():
            try:
                session = self.open()
                for _ in range(rounds):
                    for operation in self.operations():
                        self.run(session, operation)
                self.workload.close(session)
            except Exception as fault:
                faults.append(fault)

        threads = [threading.Thread(target=work) for _ in range(sessions)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not faults, faults
