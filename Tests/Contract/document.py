"""What a validator of OpenAPI does not look at: examples match their schemas, and sockets their grammar.

Runs in the virtual environment of contract.py. Prints nothing when all is well.
"""

import pathlib
import sys

import jsonschema_rs
import yaml

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
DOCUMENT = yaml.safe_load((ROOT / "openapi.yaml").read_text())
COMPONENTS = DOCUMENT["components"]
METHODS = {"get", "put", "post", "delete", "patch"}

LABEL = "x" * 63
ACCEPTED = [
    "udp:127.0.0.1:8888", "udp:1.0.0.1:1", "udp:223.255.255.255:65535", "udp:169.253.0.1:5060",
    "udp:127.0.0.1:8888#format=lines", "udp:localhost:5060#format=json", "udp:_sip.a-b.example:5060",
    "udp:1a.b:5", f"udp:{LABEL}.{LABEL}.{LABEL}.{'x' * 61}:5",
    "udp:[::1]:5", "udp:[0:0:0:0:0:0:0:1]:5", "udp:[0::0001]:5", "udp:[2001:DB8::A]:5", "udp:[fec0::1]:5",
    "udp:[0100::]:5", "udp:[fe8::1]:5", "udp:[100:2:3:4:5:6:7:8]:5", "udp:[100:2:3:4:5:6:7::]:5",
    "unix:/run/a.sock", "/run/a.sock", "/...", "/.a", "/" + "x" * 106, "unix:@a/b", "unix:@" + "x" * 107,
    "http://127.0.0.1/", "https://[::1]:8443/a/b?c=d?e", "http://h/%20~!$&'()*+,;=:@",
    "http://h/#method=a.b:c/d-e", "http://h/#timeout=60s&mode=request&method=_", "http://h/#timeout=100ms",
    "http://h/#timeout=60000ms", "http://h/" + "a" * (2048 - 9),
]  # fmt: skip
REFUSED = [
    "", " ", "udp", "udp:", ":", "UDP:127.0.0.1:5", "udp:127.0.0.1", "udp:127.0.0.1:", "udp::5",
    "udp:127.0.0.1:0", "udp:127.0.0.1:65536", "udp:127.0.0.1:-1", "udp:127.0.0.1:+1", "udp:127.0.0.1:5a",
    "udp:127.0.0.1:05", "udp:127.0.0.1: 5", "udp:127.0.0.1:\u0663", "udp:127.0.0.1:5\n", "udp:127.0.0.1:5#",
    "udp:127.0.0.1:5#format=xml", "udp:127.0.0.1:5#method=a", "udp:127.0.0.1:5#format=json&format=json",
    "udp:255.255.255.255:5", "udp:224.0.0.1:5", "udp:0.0.0.0:5", "udp:169.254.169.254:5", "udp:127.0.0.01:5",
    "udp:0x7f.1:5", "udp:017700000001:5", "udp:2130706433:5", "udp:127.1:5", "udp:1.2.3.4.5:5", "udp:a.b.1:5",
    "udp:-a:5", "udp:a-:5", "udp:a..b:5", "udp:a.:5", f"udp:{LABEL}x:5", f"udp:{LABEL}.{LABEL}.{LABEL}.{'x' * 62}:5",
    "udp:::1:5", "udp:[::1%lo]:5", "udp:[::]:5", "udp:[::2]:5", "udp:[ff02::1]:5", "udp:[fe80::1]:5",
    "udp:[febf::1]:5", "udp:[::ffff:7f00:1]:5", "udp:[::ffff:127.0.0.1]:5", "udp:[64:ff9b::7f00:1]:5",
    "udp:[100:2:3:4:5:6:7::8]:5", "udp:[100::2::3]:5", "udp:[100:2:3:4:5:6:7]:5", "udp:[100:2:3:4:5:6:7:8:9]:5",
    "unix:", "unix:a", "unix:@", "unix:/", "/", "//a", "/a/", "/a/../b", "/./a", "/a b", "/\u00e9", "/a\0", "/a\n",
    "/" + "x" * 107, "unix:@" + "x" * 108, "unix:@a b",
    "http://h", "http:///a", "http://u:p@h/", "http://u@h/", "http://h:0/", "http://h/ ", "http://h/\r\n", "http://h/%zz",
    "http://h/\\", "http://h/\u00e9", "HTTP://h/", "http://h/#", "http://h/#x", "http://h/#x=y", "http://h/#format=json",
    "http://h/#mode=x", "http://h/#method=", "http://h/#method=1", "http://h/#method=" + "x" * 65,
    "http://h/#method=a&method=b", "http://h/#mode=request&timeout=1s&mode=request", "http://h/#timeout=1",
    "http://h/#timeout=99ms", "http://h/#timeout=0s", "http://h/#timeout=61s", "http://h/#timeout=60001ms",
    "http://h/" + "a" * (2048 - 8), "file:///a", "gopher://h/", "dict://h/", "ftp://h/",
]  # fmt: skip


def main():
    faults = list(example_faults()) + list(schema_example_faults()) + list(socket_faults())
    for fault in faults:
        print(f"openapi.yaml: {fault}", file=sys.stderr)
    return 1 if faults else 0


def validator(schema):
    return jsonschema_rs.Draft202012Validator({"allOf": [schema], "components": COMPONENTS}, validate_formats=True)


def resolved(node):
    """The node itself, or what its `$ref` points at."""
    while isinstance(node, dict) and "$ref" in node and len(node) == 1:
        target = DOCUMENT
        for key in node["$ref"].removeprefix("#/").split("/"):
            target = target[key]
        node = target
    return node


def example_faults():
    """Examples of bodies, parameters and headers."""
    places = [("webhooks", DOCUMENT["webhooks"]), ("paths", DOCUMENT["paths"]), ("components", COMPONENTS)]
    while places:
        where, node = places.pop()
        if isinstance(node, list):
            places.extend((f"{where}/{index}", item) for index, item in enumerate(node))
        if not isinstance(node, dict):
            continue
        places.extend((f"{where}/{key}", item) for key, item in node.items() if key not in ("examples", "example"))
        if "schema" not in node:
            continue
        check = validator(node["schema"])
        named = resolved(node.get("examples", {})).items()
        values = [(name, resolved(example)["value"]) for name, example in named]
        if "example" in node:
            values.append(("example", node["example"]))
        for name, value in values:
            for error in check.iter_errors(value):
                yield f"{where}, example {name}: {error.message}"


def schema_example_faults():
    """Examples of the schemas themselves."""
    for name, schema in COMPONENTS["schemas"].items():
        check = validator(schema)
        for value in schema.get("examples", []):
            if not check.is_valid(value):
                yield f"schema {name}: its example {value!r} does not match it"


def socket_faults():
    """The grammar of sockets, case by case."""
    check = validator({"$ref": "#/components/schemas/Socket"})
    for socket in ACCEPTED:
        if not check.is_valid(socket):
            yield f"schema Socket: {socket[:80]!r} should match"
    for socket in REFUSED:
        if check.is_valid(socket):
            yield f"schema Socket: {socket[:80]!r} should not match"


if __name__ == "__main__":
    sys.exit(main())
