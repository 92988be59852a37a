"""movies, upon SQLite and upon a real PostgreSQL, whose own tools look at what it did."""

import ctypes as c
import json
import os
import subprocess
import threading

import plug

SQLITE = os.path.join(plug.SCRATCH, "movies.db")
SOCKET = os.environ["PGSOCKET"]
# As the user who began the server; connections are by the private socket only.
USER = os.environ["PGOWNER"]


def sqlite(sql):
    return subprocess.run(["sqlite3", SQLITE, sql], capture_output=True, text=True, check=True).stdout.strip()


def postgres(sql):
    command = [os.environ["PGBIN"] + "/psql", "-XAtqc", sql, f"postgresql://{USER}@/postgres?host={SOCKET}"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


BASES = [("SQLite", f"sqlite://{SQLITE}", sqlite), ("PostgreSQL", f"postgresql://{USER}@/postgres?host={SOCKET}", postgres)]


def begin(movies=50, weights=None):
    config = {"movies": movies, **({"weights": weights} if weights else {})}
    plugin = plug.Plugin("movies", config)
    return plugin, plugin.interface("plug.database/1"), plugin.interface("plug.workload/1")


def session(plugin, workload, dsn, wanted=plug.OK):
    opened = c.c_void_p()
    reason = plugin.expect(wanted, workload.open, plugin.instance, plug.Text.of(dsn), c.byref(opened))
    return opened if wanted == plug.OK else reason


def on_each(check):
    for name, dsn, ask in BASES:
        try:
            check(dsn, ask)
        except Exception as fault:
            raise AssertionError(f"with {name}") from fault


def test_setup():
    """setup makes all anew, cleanup takes all away, also twice"""
    def check(dsn, ask):
        plugin, database, _ = begin(movies=123)
        for _ in range(2):
            plugin.expect(plug.OK, database.setup, plugin.instance, plug.Text.of(dsn))
            assert ask("SELECT count(*), min(title), max(title) FROM movies") == "123|Movie 000001|Movie 000123"
            ask("UPDATE movies SET title = 'other' WHERE id = 1")
        for _ in range(2):
            plugin.expect(plug.OK, database.cleanup, plugin.instance, plug.Text.of(dsn))
        where = "sqlite_master WHERE name" if dsn.startswith("sqlite") else "pg_tables WHERE tablename"
        assert ask(f"SELECT count(*) FROM {where} LIKE 'movies%'") == "0"
    on_each(check)


def test_operations():
    """each operation does what it is for, and is counted"""
    def check(dsn, ask):
        plugin, database, workload = begin()
        plugin.expect(plug.OK, database.setup, plugin.instance, plug.Text.of(dsn))
        opened = session(plugin, workload, dsn)
        for operation, count in (("search", 20), ("rating", 30), ("review", 7), ("best", 3)):
            for _ in range(count):
                plugin.expect(plug.OK, workload.run, opened, plug.Text.of(operation))
        plugin.expect(plug.NOT_FOUND, workload.run, opened, plug.Text.of("none"))
        workload.close(opened)
        assert ask("SELECT sum(ratings), count(*) FROM movies") == "30|50"
        assert 30 <= int(ask("SELECT sum(rating_sum) FROM movies")) <= 150
        assert ask("SELECT count(*) FROM movies_reviews r JOIN movies m ON m.id = r.movie") == "7"
        assert plugin.metrics() == {"search": 20, "rating": 30, "review": 7, "best": 3, "failed": 0}
    on_each(check)


def test_sessions():
    """six sessions at once lose no rating"""
    def check(dsn, ask):
        plugin, database, workload = begin(movies=3)
        plugin.expect(plug.OK, database.setup, plugin.instance, plug.Text.of(dsn))
        faults = []

        def work():
            try:
                opened = session(plugin, workload, dsn)
                for number in range(40):
                    plugin.expect(plug.OK, workload.run, opened, plug.Text.of("rating" if number % 2 else "review"))
                workload.close(opened)
            except Exception as fault:
                faults.append(fault)

        threads = [threading.Thread(target=work) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not faults, faults
        assert ask("SELECT sum(ratings) FROM movies") == "120" and ask("SELECT count(*) FROM movies_reviews") == "120"
    on_each(check)


def test_weights():
    """weights are those of the configuration"""
    out = plug.Sink.new()
    for weights, expected in ((None, {"search": 60, "rating": 25, "review": 10, "best": 5}),
                              ({"search": 1, "best": 2}, {"search": 1, "rating": 0, "review": 0, "best": 2})):
        plugin, _, workload = begin(weights=weights)
        out = plug.Sink.new()
        assert workload.operations(plugin.instance, out) == plug.OK and json.loads(out.value()) == expected
    assert plugin.table.shutdown(plugin.instance) == plug.OK
    for wrong in ({"search": 0}, {}, {"none": 1}, {"search": -1}, {"search": "1"}):
        plugin.expect(plug.INVALID_CONFIG, plugin.table.initialize, plugin.instance, plug.Text.of(json.dumps({"weights": wrong})))


def test_wrong():
    """a wrong DSN, a missing server and missing tables fail with a reason that has no password"""
    plugin, database, workload = begin()
    for wrong in ("", "mysql://x", "sqlite:relative", "sqlite://", "postgresql"):
        session(plugin, workload, wrong, plug.INVALID_ARGUMENT)
    session(plugin, workload, "sqlite:///not/there/a.db", plug.IO)
    reason = session(plugin, workload, "postgresql://eve:pass+word@/postgres?host=/not/there", plug.IO)
    assert "pass+word" not in reason
    for _, dsn, ask in BASES:
        plugin.expect(plug.OK, database.cleanup, plugin.instance, plug.Text.of(dsn))
        opened = session(plugin, workload, dsn)
        for operation in ("search", "rating", "review", "best"):
            assert "movies" in plugin.expect(plug.IO, workload.run, opened, plug.Text.of(operation))
        workload.close(opened)
    assert plugin.metrics()["failed"] == 8


plug.main(globals())
