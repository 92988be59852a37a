"""web, asked by curl through a real server on loopback."""

import json
import os
import subprocess
import threading

import plug

CONFIG = {"capacity": 8, "movies": ["Metropolis", "Stalker", 'The "Third" Man', "Grüße"]}
server = subprocess.Popen([os.environ["SERVER"], os.path.join(plug.PLUGINS, "web.so"), json.dumps(CONFIG)],
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
PORT = int(server.stdout.readline())


def curl(path, *options):
    """The status, and what was sent."""
    command = ["curl", "-q", "--noproxy", "*", "-sS", "-m", "20", "-w", "\n%{http_code} %{content_type}", *options, f"http://127.0.0.1:{PORT}{path}"]
    body, _, last = subprocess.run(command, capture_output=True, text=True, check=True).stdout.rpartition("\n")
    status, _, type_ = last.partition(" ")
    assert (type_ == "application/json") == bool(body), (type_, body)
    return int(status), json.loads(body) if body else None


def post(data):
    return curl("/movies", "-d", data if isinstance(data, str) else json.dumps(data))


def test_get():
    """movies are listed, found by a part of the title, and got one by one"""
    assert curl("/movies") == (200, [{"id": n + 1, "title": t} for n, t in enumerate(CONFIG["movies"])])
    assert curl("/movies?x=1&title=THIRD") == (200, [{"id": 3, "title": 'The "Third" Man'}])
    assert curl("/movies", "-G", "--data-urlencode", "title=Grüße") == (200, [{"id": 4, "title": "Grüße"}])
    assert curl("/movies?title=none") == (200, [])
    assert curl("/movies/2") == (200, {"id": 2, "title": "Stalker"})


def test_missing():
    """what is not there is 404, another method 405"""
    for path in ("/movies/99", "/movies/0", "/movies/x", "/movies/-1", "/movies/1x", "/movies/99999999999999999999999"):
        status, body = curl(path)
        assert status == 404 and body["error"]
    for path in ("/", "/none", "/movies/1/2", "/movies/"):
        assert curl(path) == (404, None), path
    assert curl("/movies", "-X", "PUT") == (405, None) and curl("/movies/1", "-X", "POST") == (405, None)


def test_post_and_delete():
    """a movie is added and taken away, and its number does not come again"""
    assert post({"title": "Playtime \u2764"}) == (201, {"id": 5, "title": "Playtime \u2764"})
    assert curl("/movies/5") == (200, {"id": 5, "title": "Playtime \u2764"})
    assert curl("/movies/5", "-X", "DELETE") == (204, None)
    assert curl("/movies/5", "-X", "DELETE")[0] == 404
    assert post({"title": "Tampopo"})[1]["id"] == 6


def test_wrong_posts():
    """what is no movie is 400"""
    for data in ("", "{", "[]", "{}", {"title": ""}, {"title": 1}, {"title": "x", "more": 1}, {"title": "x" * 201}, "x" * 100000):
        status, body = post(data)
        assert status == 400 and body["error"], data


def test_many():
    """twenty clients at once find room for three movies"""
    answers = []
    threads = [threading.Thread(target=lambda n=n: answers.append(post({"title": f"M{n}"})[0])) for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [201] * 3 + [507] * 17
    assert len(curl("/movies")[1]) == 8


def test_end():
    """the server ends in order"""
    server.stdin.close()
    assert server.wait(20) == 0


try:
    plug.main(globals())
finally:
    server.kill()
