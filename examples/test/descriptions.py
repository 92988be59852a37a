"""Each description is what docs/plugin-abi.md lays down, and says what the manifest says."""

import ctypes as c
import glob
import json
import os
import shutil
import sys

import jsonschema
import yaml

import plug

WORDS = {"schema", "id", "version", "title", "summary", "type", "interfaces", "capabilities", "permissions", "config", "samples"}


def check_sample(plugin, name, sample):
    """A sample does what a load test expects of it."""
    interface = plugin.interface(name) if name in plug.INTERFACES else None
    if name == "plug.processor/1":
        assert plugin.process(sample["input"])
    elif name == "plug.type/1":
        values = sample["values"]
        for left, right in zip(values, values[1:]):
            order = c.c_int32()
            plugin.expect(plug.OK, interface.compare, plugin.instance, plug.Text.of(left), plug.Text.of(right), c.byref(order))
            assert order.value < 0
    elif name == "plug.query/1":
        plan = plug.Text.of(json.dumps(sample["plan"]))
        plugin.expect(plug.OK, interface.rewrite, plugin.instance, plan, plug.Sink.new())
    elif name == "plug.auth/1":
        user, secret = plug.Text.of(sample["user"]), plug.Text.of(sample["secret"])
        plugin.expect(plug.OK, interface.authenticate, plugin.instance, user, secret, plug.Sink.new())


def check_sizes(plugin):
    """Structs are as large as those of C, whatever language made them."""
    assert plugin.table.size == c.sizeof(plug.Table)
    for name, kind in plug.INTERFACES.items():
        if name in plugin.description["interfaces"]:
            assert plugin.interface(name).size == c.sizeof(kind), name


def check_next(plugin, name):
    """A second generation from another path works beside the first, in every language."""
    path = os.path.join(plug.SCRATCH, f"next-{name}.so")
    shutil.copy(os.path.join(plug.PLUGINS, f"{name}.so"), path)
    following = plug.Plugin(name, path=path)
    assert c.addressof(following.table) != c.addressof(plugin.table), "it is the same code"
    for interface, sample in plugin.description.get("samples", {}).items():
        check_sample(following, interface, sample)
        check_sample(plugin, interface, sample)
    following.close()


def check(manifest):
    with open(manifest) as file:
        written = yaml.safe_load(file)
    plugin = plug.Plugin(written["name"])
    told = plugin.description
    assert set(told) <= WORDS and told["schema"] == 1
    assert told["id"] == f"{written['publisher']}/{written['name']}"
    for word in ("version", "title", "type", "capabilities", "permissions"):
        assert told[word] == written[word], word
    check_sizes(plugin)
    schema = told["config"]["schema"]
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(told["config"]["example"], schema)
    assert schema["additionalProperties"] is False
    for name, sample in told.get("samples", {}).items():
        assert name in told["interfaces"], name
        check_sample(plugin, name, sample)
    check_next(plugin, written["name"])
    plugin.close()


faults = 0
for manifest in sorted(glob.glob("examples/*/plugin.yaml")):
    name = os.path.basename(os.path.dirname(manifest))
    try:
        check(manifest)
        print(f"ok - {name} describes itself as its manifest does, and works beside its next generation", flush=True)
    except Exception as fault:
        faults += 1
        print(f"not ok - {name} describes itself as its manifest does, and works beside its next generation\n  {type(fault).__name__}: {fault}", flush=True)
sys.exit(faults != 0)
