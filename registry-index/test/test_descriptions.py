"""Each sample describes itself as its manifest does, and takes the configurations that its schema allows, no others."""

import copy
import ctypes as c
import glob
import json
import os
import re

import jsonschema
import plug
import yaml

KEYWORDS = set("$schema title description type properties required additionalProperties enum const minimum maximum exclusiveMinimum "
               "minLength maxLength pattern items minItems maxItems default".split())
MANIFESTS = sorted(glob.glob("registry-index/plugins/*/plugin.yaml"))


def load(path):
    with open(path) as file:
        return yaml.safe_load(file) if path.endswith("yaml") else json.load(file)


def schemas_in(schema):
    """A schema, and all in it."""
    yield schema
    for inner in schema.get("properties", {}).values():
        yield from schemas_in(inner)
    if isinstance(schema.get("items"), dict):
        yield from schemas_in(schema["items"])


def fitting(schema):
    """Some values that a schema allows, its ends among them."""
    if "enum" in schema or "const" in schema:
        return schema.get("enum", [schema.get("const")])
    kind = schema["type"]
    if kind == "integer":
        return [schema["minimum"], schema["maximum"]]
    if kind == "boolean":
        return [True, False]
    if kind == "string" and "pattern" not in schema:
        return ["x" * schema.get("minLength", 0), "x" * schema["maxLength"]]
    return []


def near_misses(schema, value):
    """Values beside those that a schema may allow; whether it does is jsonschema's to say."""
    yield from [None, True, 1, -1, 0.5, "", "x", [], {}, "1", 10**30, "x" * 5000, "a b", "é", value]
    for word, step in (("minimum", -1), ("maximum", 1)):
        if word in schema:
            yield schema[word] + step
    if "maxLength" in schema:
        yield "x" * (schema["maxLength"] + 1)
    if isinstance(value, str):
        for most in map(int, re.findall(r"\{\d+,(\d+)\}", schema.get("pattern", ""))):
            for length in range(most - 1, most + 12):
                filling = "a" * (length - len(value))
                yield from [value + filling, filling + value]
        yield from [value + "\n", value + " ", value.upper(), value[:-1], "x" + value, value + "/x", value * 60]
        yield from [value[:at] + letter + value[at + 1 :] for at in (0, len(value) // 2, len(value) - 1) for letter in "-./:_A0 \\"]


def variants(schema, example):
    """Configurations like the example: each member gone, changed, or one more than there may be."""
    yield example
    for name, inner in schema.get("properties", {}).items():
        without = {k: v for k, v in example.items() if k != name}
        yield without
        for value in [*fitting(inner), *near_misses(inner, example.get(name))]:
            yield {**without, name: value}
        if inner.get("type") == "object":
            for value in variants(inner, example.get(name, {})):
                yield {**without, name: value}
    yield {**example, "no_such_key": 1}


def is_allowed(config, schema):
    """By the schema, and by what no schema says: weights are not all 0."""
    if not isinstance(config, dict) or not jsonschema.Draft202012Validator(schema).is_valid(config):
        return False
    weights = config.get("operation_weights")
    return weights is None or sum(weights.values()) > 0


def each(check):
    faults = []
    for manifest in MANIFESTS:
        try:
            check(load(manifest), os.path.dirname(manifest))
        except Exception as fault:
            faults.append(f"{manifest}: {type(fault).__name__}: {fault}")
    assert len(MANIFESTS) == 11 and not faults, "\n".join(faults)


def test_words():
    """id, version, title, summary, type, capabilities and permissions are the manifest's"""
    def check(written, folder):
        told = plug.Plugin(written["name"]).description
        assert told["id"] == f"{written['publisher']}/{written['name']}" and os.path.basename(folder) == written["name"]
        for word in ("version", "title", "summary", "type", "capabilities", "permissions"):
            assert told[word] == written[word], word
        assert written["tags"] and written["authors"] and written["license"] == "MIT"
        for path in written["files"] + written["build"]["sources"]:
            assert os.path.getsize(os.path.join(folder, path)) > 0, path
    each(check)


def test_schemas():
    """the schema and the example of the package are those of the description, of known keywords, and fit each other"""
    def check(written, folder):
        told = plug.Plugin(written["name"]).description["config"]
        schema = load(os.path.join(folder, written["config"]["schema"]))
        assert told["schema"] == schema and told["example"] == load(os.path.join(folder, written["config"]["example"]))
        jsonschema.Draft202012Validator.check_schema(schema)
        jsonschema.validate(told["example"], schema)
        for inner in schemas_in(schema):
            assert set(inner) <= KEYWORDS, set(inner) - KEYWORDS
            assert inner["type"] != "object" or inner["additionalProperties"] is False
            if "default" in inner:
                jsonschema.validate(inner["default"], inner)
            if "pattern" in inner:
                re.compile(inner["pattern"])
    each(check)


def test_configurations():
    """initialize takes what the schema allows and refuses the rest, with a reason"""
    counts = {True: 0, False: 0}

    def check(written, folder):
        plugin = plug.Plugin(written["name"])
        schema, example = plugin.description["config"]["schema"], plugin.description["config"]["example"]
        assert plugin.table.shutdown(plugin.instance) == plug.OK
        for config in variants(schema, copy.deepcopy(example)):
            # A pattern's `$` lets a line end follow in Python, and nowhere else.
            if any(isinstance(value, str) and value.endswith("\n") for value in config.values()):
                continue
            error, text = plug.Sink.new(), json.dumps(config)
            status = plugin.table.initialize(plugin.instance, plug.Text.of(text), error)
            wanted = is_allowed(config, schema)
            assert status == (plug.OK if wanted else plug.INVALID_CONFIG), f"status {status} for {text[:300]}"
            assert wanted or error.value(), "there is no reason"
            assert plugin.table.shutdown(plugin.instance) == plug.OK
            counts[wanted] += 1
        for text in ("", "[]", "null", "{", '{"a": 1, "a": 1}'):
            plugin.expect(plug.INVALID_CONFIG, plugin.table.initialize, plugin.instance, plug.Text.of(text))
    each(check)
    assert counts[True] > 100 and counts[False] > 500, counts


def test_sizes():
    """structs are as large as those of C"""
    def check(written, folder):
        plugin = plug.Plugin(written["name"])
        assert plugin.table.size == c.sizeof(plug.Table)
        for name, kind in plug.INTERFACES.items():
            assert name not in plugin.description["interfaces"] or plugin.interface(name).size == c.sizeof(kind), name
    each(check)


plug.main(globals())
