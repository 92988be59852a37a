"""pushdown, against SQLite: both plans must find the same rows, whatever the tables hold."""

import json
import random
import sqlite3

import plug
from plans import columns, sql

plugin = plug.Plugin("pushdown")
query = plugin.interface("plug.query/1")
TABLES = {"a": ["a1", "a2", "a3"], "b": ["b1", "b2"], "c": ["c1", "c2"]}


def rewrite(plan, wanted=plug.OK):
    out = plug.Sink.new()
    text = plan if isinstance(plan, str) else json.dumps(plan)
    plugin.expect(wanted, query.rewrite, plugin.instance, plug.Text.of(text), out)
    return json.loads(out.value()) if wanted == plug.OK else None


def database(source):
    connection = sqlite3.connect(":memory:")
    for table, names in TABLES.items():
        connection.execute(f"CREATE TABLE {table} ({', '.join(names)})")
        for _ in range(12):
            row = [source.choice([None, 0, 1, 2, 3, -1]) for _ in names]
            connection.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(names))})", row)
    return connection


def expression(source, names, depth):
    kind = source.random()
    if depth == 0 or kind < 0.15:
        if kind < 0.5:
            return {"column": source.choice(names)}
        return {"value": source.choice([None, True, False, 0, 1, 2, -3])}
    if kind < 0.5:
        return {"op": source.choice(["and", "or"]),
                "arguments": [expression(source, names, depth - 1) for _ in range(source.randrange(1, 4))]}
    if kind < 0.6:
        return {"op": "not", "arguments": [expression(source, names, depth - 1)]}
    return {"op": source.choice(["+", "-", "*", "=", "<>", "<", "<=", ">", ">="]),
            "arguments": [expression(source, names, depth - 1) for _ in range(2)]}


def plan(source, tables, depth):
    if len(tables) > 1:
        cut = source.randrange(1, len(tables))
        left, right = plan(source, tables[:cut], depth - 1), plan(source, tables[cut:], depth - 1)
        made = {"op": "join", "left": left, "right": right, "on": {"value": True}}
        made["on"] = expression(source, columns(made), 2)
    else:
        made = {"op": "scan", "table": tables[0], "columns": TABLES[tables[0]]}
    for _ in range(source.randrange(3) if depth > 0 else 0):
        names = columns(made)
        kind = source.random()
        if kind < 0.6:
            made = {"op": "filter", "input": made, "where": expression(source, names, 3)}
        elif kind < 0.85:
            made = {"op": "project", "input": made, "columns": source.sample(names, source.randrange(1, len(names) + 1))}
        else:
            made = {"op": "limit", "input": made, "rows": source.randrange(20)}
    return made


def filters_above_projects(plan):
    if plan["op"] == "scan":
        return 0
    inputs = [plan[k] for k in ("input", "left", "right") if k in plan]
    here = plan["op"] == "filter" and plan["input"]["op"] in ("project", "filter")
    return here + sum(map(filters_above_projects, inputs))


def test_same_rows():
    """600 plans find the same rows before and after"""
    source = random.Random(7)
    changed = 0
    for _ in range(600):
        tables = source.sample(list(TABLES), source.randrange(1, 4))
        before = {"op": "filter", "input": plan(source, tables, 3), "where": {"value": True}}
        before["where"] = expression(source, columns(before), 3)
        after = rewrite(before)
        changed += after != before
        assert filters_above_projects(after) == 0
        assert rewrite(after) == after, "it is not done after one call"
        connection = database(source)
        rows = [sorted(connection.execute(sql(p)).fetchall(), key=repr) for p in (before, after)]
        assert rows[0] == rows[1], (before, after)
    assert changed > 300 and plugin.metrics()["plans"] == 1200


def test_pushes():
    """a filter goes to the side of a join that has its columns, what is constant is worked out"""
    left = {"op": "scan", "table": "a", "columns": ["a1", "a2"]}
    right = {"op": "scan", "table": "b", "columns": ["b1"]}
    join = {"op": "join", "left": left, "right": right, "on": {"op": "=", "arguments": [{"column": "a1"}, {"column": "b1"}]}}
    known = {"op": "<", "arguments": [{"op": "*", "arguments": [{"value": 2}, {"value": 3}]}, {"value": 7}]}
    is_a = {"op": "=", "arguments": [{"column": "a2"}, {"op": "+", "arguments": [{"value": 1}, {"value": 2}]}]}
    is_b = {"op": ">", "arguments": [{"column": "b1"}, {"value": 0}]}
    both = {"op": "<", "arguments": [{"column": "a2"}, {"column": "b1"}]}
    after = rewrite({"op": "filter", "input": join, "where": {"op": "and", "arguments": [known, is_a, is_b, both]}})
    is_3 = {"op": "=", "arguments": [{"column": "a2"}, {"value": 3}]}
    assert after == {"op": "filter", "where": both, "input": {
        "op": "join", "on": join["on"], "left": {"op": "filter", "input": left, "where": is_3},
        "right": {"op": "filter", "input": right, "where": is_b}}}


def test_deterministic():
    """equal plans give equal bytes, and what overflows is left"""
    scan = {"op": "scan", "table": "a", "columns": ["a1"]}
    e = {"op": "=", "arguments": [{"column": "a1"}, {"op": "+", "arguments": [{"value": 2**63 - 1}, {"value": 1}]}]}
    plan_ = {"op": "filter", "input": scan, "where": e}
    answers = set()
    for _ in range(50):
        out = plug.Sink.new()
        plugin.expect(plug.OK, query.rewrite, plugin.instance, plug.Text.of(json.dumps(plan_)), out)
        answers.add(out.value())
    assert len(answers) == 1 and json.loads(answers.pop())["where"] == e


def test_wrong():
    """what is no plan is refused"""
    scan = {"op": "scan", "table": "a", "columns": ["a1"]}
    for wrong in ("", "[]", "{}", '{"op": "scan"}', '{"op": "none", "input": {}}', '{"op": "filter"', "1",
                  {"op": "limit", "input": scan, "rows": -1}, {"op": "limit", "input": scan, "rows": 1.5},
                  {"op": "filter", "input": scan, "where": {"op": "and", "arguments": []}},
                  {"op": "filter", "input": scan, "where": {"value": 1.5}}, {"op": "filter", "input": scan, "where": {"op": "x", "arguments": []}},
                  {**scan, "more": 1}, {"op": "project", "input": scan, "columns": []}, "{" * 100):
        rewrite(wrong, plug.INVALID_ARGUMENT)


plug.main(globals())
