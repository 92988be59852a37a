"""imdb_plugin, upon SQLite and PostgreSQL, whose own tools look at what it did."""

import csv
import os

import databases
import plug

FILE = os.path.join(plug.SCRATCH, "imdb.csv")
MOVIES = [
    ("Rank", "Title", "Year", "Actors", "Genre"),
    ("1", "Metropolis", "1927", "Brigitte Helm, Gustav Fröhlich", "Drama"),
    ("2", 'The "Third" Man', "1949", "Orson Welles; Joseph Cotten", "Thriller"),
    ("3", "Robert'); DROP TABLE imdb_movies;--", "", "Orson Welles, Orson Welles,, ", ""),
    ("4", "100% of_it!", "1999", "Gustav Fröhlich", "Comedy"),
    ("5", "日本語" * 30, "2001", "Brigitte Helm", "Drama"),
    ("6", "  ", "", "Joseph Cotten", ""),
]


def write(rows, path=FILE):
    with open(path, "w", newline="") as file:
        csv.writer(file).writerows(rows)


write(MOVIES)


def test_file():
    """a CSV file's movies and actors are in the tables, whatever stands in their names"""
    def check(database):
        load = databases.Load("imdb_plugin", {"data_file": FILE}, database)
        for _ in range(2):
            load.setup()
        rows = database.ask("SELECT id, title, coalesce(year, 0), coalesce(genre, '-') FROM imdb_movies ORDER BY id").split("\n")
        assert rows == [f"{m[0]}|{m[1]}|{m[2] or 0}|{m[4] or '-'}" for m in MOVIES[1:]], rows
        roles = database.ask("SELECT m.id, a.name FROM imdb_roles r JOIN imdb_movies m ON m.id = r.movie "
                             "JOIN imdb_actors a ON a.id = r.actor ORDER BY m.id, a.id").split("\n")
        assert roles == ["1|Brigitte Helm", "1|Gustav Fröhlich", "2|Orson Welles", "2|Joseph Cotten", "3|Orson Welles",
                         "4|Gustav Fröhlich", "5|Brigitte Helm", "6|Joseph Cotten"], roles
        for _ in range(2):
            load.cleanup()
        assert database.tables("imdb_") == 0
    databases.on_each(check)


def test_wrong_files():
    """a file that is none of movies is refused with its row, and leaves the tables as they were"""
    def check(database):
        head, movie = ("title", "actors", "year"), ("Good", "Somebody", "2000")
        databases.Load("imdb_plugin", {}, database).setup()
        wrong = os.path.join(plug.SCRATCH, "wrong.csv")
        load = databases.Load("imdb_plugin", {"data_file": wrong}, database)
        for rows, words in (([("name", "actors"), ("a", "b")], "title"), ([head, movie, ("", "x", "2000")], "row 3"),
                            ([head, movie, ("x" * 301, "x", "")], "row 3"), ([head, ("x", "x", "20 00")], "row 2"),
                            ([head, ("x", "x", "1850")], "row 2"), ([head, ("x", "y" * 301, "")], "movie 1"),
                            ([head, ("x", ",".join(map(str, range(60))), "")], "actors"), ([head], "no movie"),
                            ([head, ("only", "two")], "line 2")):
            write(rows, wrong)
            assert words in load.setup(plug.INVALID_ARGUMENT), rows
        for content in (b"", b"title,actors\n\xff\xfe,x\n", b'title,actors\n"open,x\n', b"title,actors\na\0b,x\n"):
            with open(wrong, "wb") as file:
                file.write(content)
            load.setup(plug.INVALID_ARGUMENT)
        with open(wrong, "wb") as file:
            file.truncate((64 << 20) + 1)
        assert "64 MiB" in load.setup(plug.INVALID_ARGUMENT)
        os.unlink(wrong)
        assert wrong in load.setup(plug.IO)
        assert database.ask("SELECT count(*) FROM imdb_movies") == "1000"
    databases.on_each(check)


def test_operations():
    """each operation's answer is the database's"""
    def check(database):
        load = databases.Load("imdb_plugin", {"data_file": FILE}, database)
        load.setup()
        session = load.open()
        for operation, count in (("movie_search", 80), ("actor_search", 80), ("rating_insert", 30), ("review_insert", 10)):
            for _ in range(count):
                load.run(session, operation)
        load.run(session, "none", plug.NOT_FOUND)
        load.workload.close(session)
        searched = {words: int(rows) for words, rows in load.told("movie_search")}
        assert searched == {"`Metropolis`": 1, '`"Third"`': 1, "`imdb_movies;--`": 1, "`of_it!`": 1, "`" + "日本語" * 7 + "`": 1, "``": 6}
        actors = dict(load.told("actor_search"))
        assert actors == dict(line.split("|") for line in database.ask(
            "SELECT actor, count(*) FROM imdb_roles GROUP BY actor").split("\n")), actors
        stars = [f"{movie}|{stars}" for movie, stars in load.told("rating_insert")]
        assert database.ask("SELECT movie, stars FROM imdb_ratings ORDER BY id").split("\n") == stars and len(stars) == 30
        words = [f"{movie}|{words}" for movie, words in load.told("review_insert")]
        assert database.ask("SELECT movie, words FROM imdb_reviews ORDER BY id").split("\n") == words and len(words) == 10
        assert load.plugin.metrics() == {"movie_search": 80, "actor_search": 80, "rating_insert": 30, "review_insert": 10, "failed": 0}
    databases.on_each(check)


def test_sessions():
    """six sessions at once lose no rating"""
    def check(database):
        load = databases.Load("imdb_plugin", {"data_file": FILE}, database)
        load.setup()
        load.crowd(6, 20)
        wrong = database.ask("SELECT count(*) FROM imdb_movies m WHERE ratings <> (SELECT count(*) FROM imdb_ratings r WHERE r.movie = m.id) "
                             "OR rating_sum <> coalesce((SELECT sum(stars) FROM imdb_ratings r WHERE r.movie = m.id), 0)")
        assert wrong == "0" and database.ask("SELECT sum(ratings) FROM imdb_movies") == "120"
        assert database.ask("SELECT count(*) FROM imdb_reviews") == "120" and load.plugin.metrics()["failed"] == 0
    databases.on_each(check)


def test_without_tables():
    """a session without tables, and an operation after they went, say so"""
    def check(database):
        load = databases.Load("imdb_plugin", {}, database)
        load.cleanup()
        assert "imdb_movies" in load.open(plug.IO)
        load.setup()
        session = load.open()
        load.cleanup()
        for operation in load.operations():
            assert "imdb_" in load.run(session, operation, plug.IO)
        load.workload.close(session)
        assert load.plugin.metrics()["failed"] == 4
    databases.on_each(check)


plug.main(globals())
