#!/usr/bin/env python3
"""Clients that OpenSIPS users have, unmodified from PyPI, against a daemon of our own: the command line
`opensips-cli`, and the package `opensips` with its event handler. Ends with one line: `clients: N passed, N failed`.
"""

import argparse
import contextlib
import json
import os
import pathlib
import queue
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
import traceback
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
ENVIRONMENT = ROOT / ".venv"
EVENT = "E_PIKE_BLOCKED"
PATIENCE_SECONDS = 15


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--daemon", default=ROOT / ".build/release/carillond", help="the binary to start")
    options = parser.parse_args()
    if pathlib.Path(sys.prefix).resolve() != ENVIRONMENT.resolve():
        # The packages are in the virtual environment of the contract test: from there, once more.
        sys.path.insert(0, str(ROOT / "Tests" / "Contract"))
        import contract

        contract.install()
        os.execv(ENVIRONMENT / "bin/python", [ENVIRONMENT / "bin/python", __file__, *sys.argv[1:]])
    with tempfile.TemporaryDirectory(prefix="carillon-clients-") as directory:
        with Service(options.daemon, pathlib.Path(directory)) as service:
            tests = [
                *((f"package over {door}", lambda door=door: package(service, door)) for door in service.doors),
                *((f"opensips-cli over {door}", lambda door=door: command_line(service, door)) for door in service.doors),
                *(
                    (f"event handler at {place}, subscribed over {door}", lambda p=place, d=door: handler(service, p, d))
                    for place in ("udp", "unix")
                    for door in service.doors
                ),
            ]  # fmt: skip
            failed = sum(not passes(name, test) for name, test in tests)
    print(f"clients: {len(tests) - failed} passed, {failed} failed", flush=True)
    return 1 if failed else 0


def passes(name, test):
    try:
        test()
    except Exception:  # whatever a client or an assertion says
        print(f"clients: FAILED {name}\n{traceback.format_exc()}", flush=True)
        return False
    return True


class Service:
    """A daemon with every door open, in a private directory."""

    def __init__(self, binary, directory):
        if not pathlib.Path(binary).is_file():
            sys.exit(f"{binary} is not there: run `make build` first")
        self.directory = directory
        self.process = subprocess.Popen(
            [
                binary,
                "--listen", "127.0.0.1:0",
                "--state-directory", directory / "state",
                "--mi-datagram", "127.0.0.1:0",
                "--mi-datagram", directory / "mi.dgram",
                "--target-policy", "127.0.0.0/8",
            ],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip

    def __enter__(self):
        self.url = self.wait_for(r"listening on (http://\S+)")
        self.fifo = str(self.directory / "state" / "mi.fifo")
        port = self.wait_for(r"listening on udp:127\.0\.0\.1:(\d+)")
        replies = str(pathlib.Path(self.fifo).parent)
        # What the clients call each door, and how it is configured there.
        self.doors = {
            "HTTP": ("http", {"url": self.url + "/mi"}),
            "FIFO": (
                "fifo",
                {"fifo_file": self.fifo, "fifo_file_fallback": self.fifo, "fifo_reply_dir": replies},
            ),
            "UDP": (
                "datagram",
                {"datagram_ip": "127.0.0.1", "datagram_port": port, "datagram_timeout": "10"},
            ),
            "UNIX datagram": (
                "datagram",
                {"datagram_unix_socket": str(self.directory / "mi.dgram"), "datagram_timeout": "10"},
            ),
        }
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(20)

    def wait_for(self, pattern):
        for line in self.process.stdout:
            if match := re.search(pattern, line):
                return match.group(1)
        sys.exit(f"carillond does not say {pattern}")

    def rest(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, {"Content-Type": "application/json"}, method=method)
        with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as response:
            text = response.read()
            return json.loads(text) if text else None

    def subscribers(self):
        return self.rest("GET", f"/subscribers?event={EVENT}")["subscribers"]


@contextlib.contextmanager
def receiver():
    """A UDP socket on a free port; yields it and the text that names it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sink:
        sink.bind(("127.0.0.1", 0))
        sink.settimeout(PATIENCE_SECONDS)
        yield sink, f"udp:127.0.0.1:{sink.getsockname()[1]}"


def until(condition):
    """Waits for what no event announces."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)  # between two looks


def package(service, door):
    """Subscribe, list, raise, unsubscribe, and an error, by the package's own connector."""
    from opensips.mi import OpenSIPSMI, OpenSIPSMIException

    kind, settings = service.doors[door]
    mi = OpenSIPSMI(kind, **settings)
    assert mi.valid()[0]
    with receiver() as (sink, name):
        assert mi.execute("event_subscribe", [EVENT, name, 60]) == "OK"
        assert [event["name"] for event in mi.execute("events_list")["Events"]].count(EVENT) == 1
        listed = mi.execute("subscribers_list", {"event": EVENT})["Event"]["Subscribers"]
        assert [(one["socket"], one["expire"]) for one in listed] == [(name, 60)]
        assert mi.execute("raise_event", [EVENT, '{"ip": "192.0.2.7"}']) == "OK"
        assert json.loads(sink.recv(65_535)) == {"jsonrpc": "2.0", "method": EVENT, "params": {"ip": "192.0.2.7"}}
        assert mi.execute("event_subscribe", [EVENT, name, 0]) == "OK"
        assert service.subscribers() == []
    assert "evi:subscribe" in mi.execute("which")
    assert "evi:raised" in mi.execute("get_statistics", {"statistics": ["evi:"]})
    for method, params, words in [
        ("event_subscribe", ["E_NOBODY", "udp:127.0.0.1:9"], "400: Bad parameter value"),
        ("raise_event", ["E_NOBODY"], "404: Event not registered"),
        ("raise_event", [EVENT], "480: Temporarily Unavailable"),
        ("nope", [], "-32601: Method not found"),
    ]:
        try:
            mi.execute(method, params)
        except OpenSIPSMIException as error:
            assert words in str(error), error
        else:
            raise AssertionError(f"{method} {params} is no error")


def command_line(service, door):
    """The same by opensips-cli, as its users type it."""
    kind, settings = service.doors[door]
    options = {"communication_type": kind, "history_file": service.directory / "history", **settings}

    def mi(*words):
        arguments = [argument for item in options.items() for argument in ("-o", "{}={}".format(*item))]
        done = subprocess.run(
            [ENVIRONMENT / "bin/python", ENVIRONMENT / "bin/opensips-cli", *arguments, "-x", "mi", *words],
            env=os.environ | {"HOME": str(service.directory)},
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60,
        )  # fmt: skip
        return json.loads(done.stdout) if done.stdout.strip() else done.stderr

    with receiver() as (sink, name):
        assert mi("event_subscribe", EVENT, name, "60") == "OK"
        listed = mi("subscribers_list", EVENT, name)["Event"]["Subscriber"]
        assert (listed["socket"], listed["expire"]) == (name, 60)
        assert mi("raise_event", EVENT, "192.0.2.7") == "OK"
        assert json.loads(sink.recv(65_535))["params"] == ["192.0.2.7"]
        assert mi("event_subscribe", f"event={EVENT}", f"socket={name}", "expire=0") == "OK"
        assert service.subscribers() == []
    assert "evi:raised" in mi("get_statistics", "evi:")
    assert "404: Event not registered" in mi("raise_event", "E_NOBODY")


def handler(service, place, door):
    """The package's event handler receives, renews and unsubscribes."""
    from opensips.event import OpenSIPSEventHandler
    from opensips.mi import OpenSIPSMI

    kind, settings = service.doors[door]
    path = service.directory / f"events-{door.replace(' ', '')}.sock"
    where = {"ip": "127.0.0.1"} if place == "udp" else {"unix_path": str(path)}
    received = queue.Queue()
    events = OpenSIPSEventHandler(OpenSIPSMI(kind, **settings), "datagram", **where)
    event = events.subscribe(EVENT, received.put)
    try:
        (subscription,) = service.subscribers()
        assert subscription["expire"] == 3600
        service.rest("POST", f"/events/{EVENT}/raise", {"params": {"ip": "::1"}})
        assert received.get(timeout=PATIENCE_SECONDS)["params"] == {"ip": "::1"}
        # As if an hour had passed: it renews by itself, and the lifetime is an hour again.
        service.rest("PATCH", f"/subscriptions/{subscription['id']}", {"expire": 61})
        event.last_subscription -= 3600
        until(lambda: time.time() - event.last_subscription < 60)
        assert service.subscribers()[0]["expire"] == 3600
        assert [one["id"] for one in service.subscribers()] == [subscription["id"]]
    finally:
        event.unsubscribe()
    assert service.subscribers() == []
    assert not any(thread.name.startswith("Thread") for thread in threading.enumerate() if thread.is_alive())


if __name__ == "__main__":
    sys.exit(main())
