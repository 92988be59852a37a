"""advanced_optimizer, against SQLite whose functions are those of math_functions and string_functions themselves."""

import json
import random
import sqlite3

import columns
import plans
import plug

plugin = plug.Plugin("advanced_optimizer")
query = plugin.interface("plug.query/1")
TABLES = {"a": ["a1", "a2", "a3", "a4"], "b": ["b1", "b2", "b3"]}
NUMBERS = {"add": 2, "abs": 1, "sign": 1, "gcd": 2, "lcm": 2, "mod": 2, "factorial": 1, "power": 2}
OF_TEXT = {"length": ["text"], "position": ["text", "text"], "distance": ["text", "text"]}
TEXTS = {"upper": ["text"], "lower": ["text"], "trim": ["text"], "reverse": ["text"], "concat": ["text", "text"],
         "substring": ["text", "i64", "i64"], "replace": ["text", "text", "text"]}
OTHERS = {"is_prime": ["i64"], "starts_with": ["text", "text"]}


def rewrite(plan, wanted=plug.OK):
    out = plug.Sink.new()
    plugin.expect(wanted, query.rewrite, plugin.instance, plug.Text.of(json.dumps(plan)), out)
    return json.loads(out.value()) if wanted == plug.OK else None


def database(source):
    """Whose functions are the plugins'."""
    connection = sqlite3.connect(":memory:")
    math, strings = plug.Plugin("math_functions"), plug.Plugin("string_functions")
    known = [(math, name, ["i64"] * count) for name, count in NUMBERS.items()] + [(math, "is_prime", ["i64"])]
    known += [(strings, name, kinds) for name, kinds in {**OF_TEXT, **TEXTS}.items()] + [(strings, "starts_with", ["text", "text"])]
    for of, name, kinds in known:
        def call(*values, of=of, name=name, kinds=kinds):
            return columns.call(of, name, *[(kind, [value]) for kind, value in zip(kinds, values)])[0]
        connection.create_function(name, len(kinds), call)
    for table, names in TABLES.items():
        connection.execute(f"CREATE TABLE {table} ({', '.join(names)})")
        for _ in range(10):
            row = [source.choice([None, 0, 1, 2, 3, -1, 12]) for _ in names]
            connection.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(names))})", row)
    return connection


def text(source, depth):
    if depth == 0 or source.random() < 0.4:
        return {"value": source.choice(["", "abc", " Grüße ", "a%b_c'd", None])}
    name = source.choice(list(TEXTS))
    return {"function": name, "arguments": [text(source, depth - 1) if kind == "text" else {"value": source.randrange(1, 5)} for kind in TEXTS[name]]}


def number(source, names, depth):
    kind = source.random()
    if depth == 0 or kind < 0.3:
        return {"column": source.choice(names)} if kind < 0.15 else {"value": source.choice([None, 0, 1, 2, 3, -3, 12, 2**63 - 1])}
    if kind < 0.6:
        name = source.choice(list(NUMBERS))
        return {"function": name, "arguments": [number(source, names, depth - 1) for _ in range(NUMBERS[name])]}
    if kind < 0.8:
        name = source.choice(list(OF_TEXT))
        return {"function": name, "arguments": [text(source, depth - 1) for _ in OF_TEXT[name]]}
    # Sums that overflow are reals in SQLite, which no function takes.
    small = [{"value": source.randrange(-9, 9)} if source.random() < 0.7 else {"column": source.choice(names)} for _ in range(2)]
    return {"op": source.choice(["+", "-", "*"]), "arguments": small}


def condition(source, names, depth):
    kind = source.random()
    if depth > 0 and kind < 0.35:
        return {"op": source.choice(["and", "or"]), "arguments": [condition(source, names, depth - 1) for _ in range(source.randrange(1, 4))]}
    if kind < 0.45:
        return {"function": "is_prime", "arguments": [number(source, names, 1)]}
    if kind < 0.55:
        return {"function": "starts_with", "arguments": [text(source, 2), text(source, 1)]}
    return {"op": source.choice(["=", "<>", "<", "<=", ">", ">="]), "arguments": [number(source, names, 2) for _ in range(2)]}


def plan(source, tables):
    if len(tables) > 1:
        made = {"op": "join", "left": plan(source, tables[:1]), "right": plan(source, tables[1:]), "on": None}
        made["on"] = condition(source, plans.columns(made), 1)
    else:
        made = {"op": "scan", "table": tables[0], "columns": TABLES[tables[0]]}
    for _ in range(source.randrange(4)):
        names, kind = plans.columns(made), source.random()
        if kind < 0.5:
            made = {"op": "filter", "input": made, "where": condition(source, names, 2)}
        elif kind < 0.8:
            made = {"op": "project", "input": made, "columns": source.sample(names, source.randrange(1, len(names) + 1))}
        else:
            made = {"op": "limit", "input": made, "rows": source.randrange(12)}
    return made


def known_calls(node):
    """Calls that are left though all is known and none of the texts is long."""
    if isinstance(node, list):
        return sum(map(known_calls, node))
    if not isinstance(node, dict):
        return 0
    here = "function" in node and all("value" in a for a in node["arguments"])
    return here + sum(map(known_calls, node.values()))


def test_same_rows():
    """500 plans with calls find the same rows before and after, and one rewrite does all"""
    source, changed = random.Random(11), 0
    connection = database(source)
    for _ in range(500):
        before = plan(source, source.sample(list(TABLES), source.randrange(1, 3)))
        after = rewrite(before)
        changed += after != before
        assert rewrite(after) == after, "it is not done after one call"
        assert known_calls(after) == 0, after
        rows = [sorted(connection.execute(plans.sql(p)).fetchall(), key=repr) for p in (before, after)]
        assert rows[0] == rows[1], (before, after)
    assert changed > 250


def scan(*names):
    return {"op": "scan", "table": "a", "columns": list(names)}


def test_calls():
    """calls become the values of the plugins' own code; reals, other types and long texts are left"""
    def folded(call, *arguments):
        where = {"op": "=", "arguments": [{"column": "x"}, {"function": call, "arguments": [{"value": a} for a in arguments]}]}
        return rewrite({"op": "filter", "input": scan("x"), "where": where})["where"]["arguments"][1]

    assert folded("gcd", 12, 18) == {"value": 6} and folded("factorial", 21) == {"value": None} and folded("abs", None) == {"value": None}
    assert folded("is_prime", 2**61 - 1) == {"value": True} and folded("upper", 'a"ß') == {"value": 'A"ß'}
    for call, arguments in (("gcd", ("12", 18)), ("upper", (1,)), ("abs", (True,)), ("concat", ("x" * 600, "y" * 600))):
        assert folded(call, *arguments) == {"function": call, "arguments": [{"value": a} for a in arguments]}


def test_rules():
    """each rule does what README.md says"""
    false = {"op": "<", "arguments": [{"value": 2}, {"function": "gcd", "arguments": [{"value": 2}, {"value": 4}]}]}
    assert rewrite({"op": "filter", "input": scan("x"), "where": false}) == {"op": "limit", "input": scan("x"), "rows": 0}
    assert rewrite({"op": "limit", "rows": 5, "input": {"op": "limit", "rows": 3, "input": scan("x")}}) == {"op": "limit", "input": scan("x"), "rows": 3}
    inner = {"op": "project", "columns": ["x", "y"], "input": {"op": "project", "columns": ["y", "x", "z"], "input": scan("x", "y", "z")}}
    assert rewrite({"op": "project", "columns": ["y"], "input": inner}) == {"op": "project", "columns": ["y"], "input": scan("y")}
    join = {"op": "join", "left": scan("x", "y", "z"), "right": {"op": "scan", "table": "b", "columns": ["u", "v", "w"]},
            "on": {"op": "=", "arguments": [{"column": "y"}, {"column": "v"}]}}
    after = rewrite({"op": "project", "columns": ["w"], "input": join})["input"]
    assert after["left"]["columns"] == ["y"] and after["right"]["columns"] == ["v", "w"]
    limit = {"op": "limit", "rows": 3, "input": scan("x", "y")}
    assert rewrite({"op": "project", "columns": ["x"], "input": limit})["input"] == {"op": "limit", "input": scan("x", "y"), "rows": 3}


def test_wrong():
    """unknown functions, other counts and what is no plan are refused"""
    for wrong in ({"function": "none", "arguments": [{"value": 1}]}, {"function": "gcd", "arguments": [{"value": 1}]},
                  {"function": "abs", "arguments": [{"value": 1.5}]}, {"function": 1, "arguments": []},
                  {"function": "abs", "op": "=", "arguments": [{"value": 1}]}, {"function": "abs"}):
        rewrite({"op": "filter", "input": scan("x"), "where": wrong}, plug.INVALID_ARGUMENT)


plug.main(globals())
