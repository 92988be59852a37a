"""powertable, asked by curl through a real server on loopback; sqlite3 reads the file that it keeps."""

import json
import os
import subprocess
import threading
import urllib.parse

import plug

FOLDER = os.path.join(plug.SCRATCH, "powertable")
os.makedirs(FOLDER, exist_ok=True)
FILE = os.path.join(FOLDER, "benana/powertable/people.db")  # a host gives each plugin a folder of its own
CONFIG = {"file": "people.db", "tables_max": 4, "rows_max": 30}
PEOPLE = {"name": "people", "columns": [{"name": "name", "type": "text", "required": True}, {"name": "age", "type": "integer"},
                                        {"name": "height", "type": "real"}, {"name": "tall", "type": "boolean"}]}


class Server:
    def __init__(self, *folder):
        command = [os.environ["SERVER"], os.path.join(plug.PLUGINS, "powertable.so"), json.dumps(CONFIG), *folder]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())

    def curl(self, path, *options):
        command = ["curl", "-q", "--noproxy", "*", "-sS", "-m", "20", "-w", "\n%{http_code} %{content_type}", *options, f"http://127.0.0.1:{self.port}{path}"]
        body, _, last = subprocess.run(command, capture_output=True, text=True, check=True).stdout.rpartition("\n")
        status, _, type_ = last.partition(" ")
        assert (type_ == "application/json") == bool(body), (type_, body)
        return int(status), json.loads(body) if body else None

    def end(self):
        self.process.stdin.close()
        assert self.process.wait(20) == 0


server = Server(FOLDER)
get = server.curl


def send(method, path, data):
    return server.curl(path, "-X", method, "--data-binary", data if isinstance(data, str) else json.dumps(data))


def post(path, data):
    return send("POST", path, data)


def sqlite(sql):
    return subprocess.run(["sqlite3", FILE, sql], capture_output=True, text=True, check=True).stdout.strip()


ROWS = [("Ada", 36, 1.65, False), ("Bob's \"x\"; DROP TABLE t_people;--", None, 1e300, True), ("Grüße 日本", -5, 0.1, None), ("", 2**63 - 1, None, True)]


def test_tables():
    """a table is made once, listed, and in SQLite as it was asked for"""
    assert get("/powertable") == (200, {"tables": []})
    assert post("/powertable", PEOPLE) == (201, {"name": "people", "rows": 0})
    assert post("/powertable", PEOPLE)[0] == 409
    assert get("/powertable") == (200, {"tables": [{"name": "people", "rows": 0}]})
    assert sqlite("SELECT name, type, \"notnull\" FROM pragma_table_info('t_people')") == "id|INTEGER|0\nc_name|TEXT|1\nc_age|INTEGER|0\nc_height|REAL|0\nc_tall|INTEGER|0"


def test_rows():
    """rows come back as they were sent, one by one and all, whatever the texts"""
    for number, row in enumerate(ROWS, 1):
        sent = dict(zip(("name", "age", "height", "tall"), row))
        wanted = {"id": number, **sent}
        assert post("/powertable/people", {k: v for k, v in sent.items() if v is not None}) == (201, wanted)
        assert get(f"/powertable/people/{number}") == (200, wanted)
    status, found = get("/powertable/people")
    assert status == 200 and found["total"] == 4 and [tuple(r.values())[1:] for r in found["rows"]] == ROWS
    names = sqlite("SELECT json_group_array(c_name) FROM (SELECT * FROM t_people ORDER BY id)")
    assert json.loads(names) == [row[0] for row in ROWS]
    assert get("/powertable")[1]["tables"][0]["rows"] == 4


def test_query():
    """rows are filtered, sorted and given page by page, as SQLite does"""
    def ids(query):
        status, found = get("/powertable/people?" + query)
        assert status == 200, found
        return [row["id"] for row in found["rows"]], found["total"]

    for column in ("age", "name", "height", "tall", "id"):
        order = "id" if column == "id" else f"c_{column}"
        for mark, direction in (("", ""), ("-", " DESC")):
            wanted = [int(n) for n in sqlite(f"SELECT id FROM t_people ORDER BY {order}{direction}, id{direction}").split()]
            assert ids(f"sort={mark}{column}") == (wanted, 4), column
    assert ids("limit=2&offset=1&sort=id") == ([2, 3], 4)
    assert ids("tall=true") == ([2, 4], 2) and ids("tall=true&age=9223372036854775807") == ([4], 1)
    for number, row in enumerate(ROWS, 1):
        assert ids("name=" + urllib.parse.quote(row[0])) == ([number], 1), row
    assert ids("height=0.1") == ([3], 1) and ids("height=1e300") == ([2], 1) and ids("name=none") == ([], 0)
    for wrong in ("limit=0", "limit=1001", "limit=x", "limit=", "offset=-1", "sort=none", "sort=name;--", "none=1", "tall=1", "name=%ff",
                  "c_name=Ada", "limit=99999999999999999999"):
        status, body = get("/powertable/people?" + wrong)
        assert status == 400 and body["error"], wrong


def test_changes():
    """a row is changed in the columns that are named, and removed once"""
    assert send("PATCH", "/powertable/people/1", {"age": 37, "tall": None}) == (200, {"id": 1, "name": "Ada", "age": 37, "height": 1.65, "tall": None})
    assert sqlite("SELECT c_age, c_tall IS NULL FROM t_people WHERE id = 1") == "37|1"
    assert send("PATCH", "/powertable/people/1", {})[0] == 200
    for wrong in ({"name": None}, {"age": "1"}, {"none": 1}, {"id": 5}, [], "x", ""):
        assert send("PATCH", "/powertable/people/1", wrong)[0] == 400, wrong
    assert send("PATCH", "/powertable/people/99", {"age": 1})[0] == 404
    assert get("/powertable/people/2", "-X", "DELETE") == (204, None)
    assert get("/powertable/people/2", "-X", "DELETE")[0] == 404 and get("/powertable/people/2")[0] == 404
    assert post("/powertable/people", {"name": "next"})[1]["id"] == 5, "a number came again"
    assert get("/powertable")[1]["tables"][0]["rows"] == 4 == int(sqlite("SELECT count(*) FROM t_people"))


def test_wrong_rows():
    """values of other types and bodies that are none are 400, and change nothing"""
    before = sqlite("SELECT * FROM t_people")
    for wrong in ({}, {"name": 1}, {"name": "x", "age": 1.5}, {"name": "x", "age": 2**63}, {"name": "x", "height": "1"}, {"name": "x", "tall": 1},
                  {"name": "x" * 4097}, {"name": "x", "none": 1}, '{"name": "x", "height": 1e999}', '{"name": "a", "name": "b"}', '{"name": "\\u0000"}',
                  "[" * 100, "null", "{", ""):
        status, body = post("/powertable/people", wrong)
        assert status == 400 and body["error"], wrong
    with open(os.path.join(plug.SCRATCH, "latin"), "wb") as file:
        file.write('{"name": "ü"}'.encode("latin-1"))
    assert post("/powertable/people", "@" + file.name)[0] == 400
    assert post("/powertable/people", '"' + "x" * 65536 + '"')[0] == 413
    assert sqlite("SELECT * FROM t_people") == before


def test_wrong_tables():
    """names that could mean something in SQL, and what is no table, are refused"""
    column = {"name": "a", "type": "text"}
    for name in ("", "a b", "a;--", "a;b", "a(", "A", "1a", "_a", "x" * 31, "a\"b", "ü", "id"):
        for wrong in ({"name": name, "columns": [column]}, {"name": "fine", "columns": [{"name": name, "type": "text"}]}):
            status, body = post("/powertable", wrong)
            assert status == 400 and body["error"], wrong
    for wrong in ("", "[]", {}, {"name": "fine"}, {"name": "fine", "columns": []}, {"name": "fine", "columns": [column] * 2}, {"name": "fine", "columns": ["a"]},
                  {"name": "fine", "columns": [{"name": "a", "type": "blob"}]}, {"name": "fine", "columns": [{**column, "more": 1}]},
                  {"name": "fine", "columns": [{"name": f"c{n}", "type": "text"} for n in range(33)]}, {"name": "fine", "columns": [column], "more": 1}):
        assert post("/powertable", wrong)[0] == 400, wrong
    for path in ("/powertable/none", "/powertable/none/1", "/powertable/people/0", "/powertable/people/x", "/powertable/sqlite_master", "/powertable/PEOPLE",
                 "/powertable/people%22", "/powertable/people/1%20OR%201"):
        assert get(path)[0] == 404, path
    for path in ("/powertable/", "/powertable/people/", "/powertable/people/1/2", "/powertables", "/"):
        assert get(path) == (404, None), path
    assert get("/powertable", "-X", "DELETE") == (405, None) and get("/powertable/people/1", "-X", "PUT") == (405, None)
    assert sqlite("SELECT count(*) FROM powertable_tables") == "1"


def test_limits():
    """twenty clients at once get as many tables and rows as there may be, and no more"""
    answers = []

    def crowd(work):
        answers.clear()
        threads = [threading.Thread(target=lambda n=n: answers.append(work(n)[0])) for n in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return sorted(answers)

    assert crowd(lambda n: post("/powertable", {"name": f"t{n}", "columns": [{"name": "a", "type": "integer"}]})) == [201] * 3 + [507] * 17
    for _ in range(20):
        post("/powertable/people", {"name": "x"})
    assert crowd(lambda n: post("/powertable/people", {"name": f"n{n}"})) == [201] * 6 + [507] * 14
    assert sqlite("SELECT (SELECT count(*) FROM t_people), row_count FROM powertable_tables WHERE name = 'people'") == "30|30"
    table = get("/powertable")[1]["tables"][1]["name"]
    assert get(f"/powertable/{table}", "-X", "DELETE") == (204, None) and get(f"/powertable/{table}")[0] == 404
    assert sqlite(f"SELECT count(*) FROM powertable_columns WHERE table_name = '{table}'") == "0"


def test_kept():
    """another server finds the tables again; one without a folder begins with none"""
    global server
    wanted = get("/powertable/people")
    server.end()
    server = Server(FOLDER)
    assert server.curl("/powertable/people") == wanted
    server.end()
    server = Server()
    assert server.curl("/powertable") == (200, {"tables": []})
    server.end()


def test_broken():
    """what can't be read is 500, and never a part of the rows; a file that is no database begins nothing"""
    global server
    page = int(sqlite("SELECT rootpage FROM sqlite_master WHERE name = 't_people'"))
    size = int(sqlite("PRAGMA page_size"))
    with open(FILE, "r+b") as file:
        file.seek((page - 1) * size + size // 2)
        file.write(b"\xff" * (size // 2))
    server = Server(FOLDER)
    assert server.curl("/powertable/people")[0] == 500
    server.end()
    with open(FILE, "wb") as file:
        file.write(b"no database" * 1000)
    config = json.dumps(CONFIG)
    failed = subprocess.run([os.environ["SERVER"], os.path.join(plug.PLUGINS, "powertable.so"), config, FOLDER], capture_output=True, text=True)
    assert failed.returncode == 2 and "not a database" in failed.stderr, failed.stderr


try:
    plug.main(globals())
finally:
    server.process.kill()
