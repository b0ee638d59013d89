"""A daemon of our own, and receivers for what it sends."""

import contextlib
import hashlib
import json
import pathlib
import re
import socket
import subprocess
import sys
import urllib.error
import urllib.request

PATIENCE_SECONDS = 15


class Service:
    """A daemon with a private state directory. It can be stopped, and started again on the same port."""

    def __init__(self, binary, directory, *options):
        if not pathlib.Path(binary).is_file():
            sys.exit(f"{binary} is not there: run `make build` first")
        self.binary, self.directory, self.options = binary, directory, options
        self.listen = "127.0.0.1:0"

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()

    def start(self):
        self.process = subprocess.Popen(
            [
                self.binary,
                "--listen", self.listen,
                "--state-directory", self.directory / "state",
                "--target-policy", "127.0.0.0/8",
                "--no-fifo",
                *self.options,
            ],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        for line in self.process.stdout:
            if match := re.search(r"listening on (http://(\S+))", line):
                self.url, self.listen = match.groups()
                return
        sys.exit("carillond does not say where it listens")

    def stop(self):
        self.process.terminate()
        self.process.wait(20)

    def rest(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, {"Content-Type": "application/json"}, method=method)
        with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as response:
            text = response.read()
            return json.loads(text) if text else None

    def subscribe(self, event, where, **more):
        return self.rest("POST", "/subscriptions", {"event": event, "socket": where, **more})

    def raise_event(self, event, params=None):
        return self.rest("POST", f"/events/{event}/raise", {} if params is None else {"params": params})

    def subscription(self, number):
        """The subscription, or None where it has ended."""
        try:
            return self.rest("GET", f"/subscriptions/{number}")
        except urllib.error.HTTPError as error:
            assert error.code == 404, error
            return None

    def subscribe_many(self, count, event):
        """`count` subscriptions by batches of management commands."""
        self.rest("PUT", f"/events/{event}", {})
        for start in range(0, count, 64):
            self.rest("POST", "/mi", [
                {
                    "jsonrpc": "2.0", "id": number, "method": "evi:subscribe",
                    "params": [event, f"udp:127.{number // 60000}.{number // 250 % 240}.{number % 250 + 1}:9", 86400],
                }
                for number in range(start, min(start + 64, count))
            ])  # fmt: skip


def token_file(directory, token):
    """A file with one admin's token."""
    file = directory / "tokens"
    file.touch(mode=0o600)
    digest = hashlib.sha256(token.encode()).hexdigest()
    file.write_text(json.dumps({"name": "board", "sha256": digest, "grants": [{"role": "admin"}]}))
    return file


@contextlib.contextmanager
def receiver():
    """A UDP socket on a free port; yields it and the text that names it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sink:
        sink.bind(("127.0.0.1", 0))
        sink.settimeout(PATIENCE_SECONDS)
        yield sink, f"udp:127.0.0.1:{sink.getsockname()[1]}"
