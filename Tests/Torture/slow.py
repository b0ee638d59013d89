#!/usr/bin/env python3
"""A thousand clients of each kind that slowhttptest has, against a daemon of our own: slow headers, slow bodies, ranges,
slow reading. The service has to stay available to slowhttptest's probe throughout, a good client has to get its answers
at once, and what was opened has to be closed again. Ends with one line: `slow clients: N passed, N failed`.
"""

import argparse
import contextlib
import csv
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
# The good client asks so often a second.
RATE = 100
PATIENCE_SECONDS = 60

# Name, and what it adds to slowhttptest's command line. The answers that are read slowly are 80 KB, five times in a
# row: more than the kernel takes off the service's hands.
MODES = {
    "slow headers": ["-H", "-u", "{url}/events", "-i", "2", "-x", "24"],
    "slow bodies": ["-B", "-u", "{url}/mi", "-i", "2", "-s", "8192", "-x", "10", "-f", "application/json"],
    "ranges": ["-R", "-u", "{url}/openapi.yaml", "-a", "5", "-b", "2000"],
    "slow reading": ["-X", "-u", "{url}/openapi.yaml", "-w", "512", "-y", "1024", "-n", "2", "-z", "32", "-k", "5"],
}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--daemon", default=ROOT / ".build/release/carillond", help="the binary to start")
    parser.add_argument("--clients", type=int, default=1000, help="of each kind (1000)")
    parser.add_argument("--seconds", type=int, default=45, help="for each kind (45)")
    parser.add_argument("--p99", type=float, default=50, help="ms that the good client may wait, but for 1 %% (50)")
    parser.add_argument("--together", action="store_true", help="all kinds at once")
    options = parser.parse_args()
    kinds = [list(MODES)] if options.together else [[name] for name in MODES]
    with tempfile.TemporaryDirectory(prefix="carillon-slow-") as directory:
        failed = sum(not passes(names, options, pathlib.Path(directory)) for names in kinds)
    print(f"slow clients: {len(kinds) - failed} passed, {failed} failed", flush=True)
    return 1 if failed else 0


def passes(names, options, directory):
    """Runs these kinds at once; whether the service stood it."""
    with Service(options.daemon, directory) as service, GoodClient(service.port) as good:
        before = service.descriptors()
        attacks = [Attack(name, service, options, directory) for name in names]
        faults = [fault for attack in attacks for fault in attack.faults()]
        latencies = good.stop()
        if not until(lambda: service.descriptors() <= before):
            faults.append(f"{service.descriptors() - before} descriptors stay open")
    p50, p99 = (latencies[int(len(latencies) * part)] for part in (0.5, 0.99))
    if p99 >= options.p99:
        faults.append(f"the good client waits {p99:.1f} ms")
    print(
        f"slow clients: {'FAILED ' if faults else ''}{', '.join(names)}: {options.clients} clients each for {options.seconds} s, at most "
        f"{max(attack.connected for attack in attacks)} connected; good client p50 {p50:.2f} ms, p99 {p99:.2f} ms, "
        f"longest {latencies[-1]:.1f} ms of {len(latencies)}: {'; '.join(faults) or 'available throughout'}",
        flush=True,
    )
    return not faults


class Service:
    """A daemon on a free port."""

    def __init__(self, binary, directory):
        if not pathlib.Path(binary).is_file():
            sys.exit(f"{binary} is not there: run `make build` first")
        command = [binary, "--listen", "127.0.0.1:0", "--state-directory", directory / "state"]
        self.process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )

    def __enter__(self):
        for line in self.process.stdout:
            if match := re.search(r"listening on (http://127\.0\.0\.1:(\d+))", line):
                self.url, self.port = match.group(1), int(match.group(2))
                return self
        sys.exit("carillond does not say where it listens")

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(20)

    def descriptors(self):
        return len(list(pathlib.Path(f"/proc/{self.process.pid}/fd").iterdir()))


class GoodClient:
    """Asks at a steady rate, every other time over a new connection, and keeps how long each answer took."""

    def __init__(self, port):
        self.port = port
        self.latencies = []
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self.run)

    def __enter__(self):
        # One answer before there is any load, so that its connection counts among those that were there.
        self.kept = self.connect()
        self.ask(self.kept)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stop()
        self.kept.close()

    def run(self):
        with contextlib.suppress(OSError):
            while not self.ended.wait(1 / RATE):
                self.measure(lambda: self.ask(self.kept))
                self.measure(self.ask_anew)

    def measure(self, ask):
        start = time.perf_counter()
        ask()
        self.latencies.append((time.perf_counter() - start) * 1000)

    def ask_anew(self):
        with self.connect() as connection:
            self.ask(connection)

    def connect(self):
        return socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE_SECONDS)

    def ask(self, connection):
        connection.sendall(b"GET /events?limit=1 HTTP/1.1\r\nHost: localhost\r\n\r\n")
        answer = b""
        while not (match := re.match(rb"HTTP/1.1 200 .*?content-length: (\d+)\r\n.*?\r\n\r\n", answer, re.S | re.I)) or (
            len(answer) < match.end() + int(match.group(1))
        ):
            part = connection.recv(65_536)
            if not part:
                raise OSError(f"no answer: {answer!r}")
            answer += part

    def stop(self):
        """How long the answers took, shortest first; endless where one did not come."""
        failed = not self.thread.is_alive()
        self.ended.set()
        self.thread.join()
        return sorted(self.latencies + [float("inf")] * (RATE if failed else 0))


class Attack:
    """slowhttptest in one of its modes."""

    def __init__(self, name, service, options, directory):
        self.name = name
        self.report = directory / name.replace(" ", "-")
        mode = [word.format(url=service.url) for word in MODES[name]]
        general = ["-c", options.clients, "-r", max(50, options.clients // 3), "-l", options.seconds, "-p", "5"]
        self.process = subprocess.Popen(
            ["slowhttptest", *mode, *map(str, general), "-g", "-o", self.report],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        self.connected = 0

    def faults(self):
        """Waits for its end. What its report says against the service."""
        errors = self.process.communicate()[1]
        path = self.report.with_suffix(".csv")
        rows = list(csv.DictReader(path.open())) if path.is_file() else []
        if not rows:
            return [f"slowhttptest reports nothing of {self.name}: {errors.strip()}"]
        self.connected = max(int(row["Connected"]) for row in rows)
        away = [row["Seconds"] for row in rows if int(row["Service Available"]) == 0]
        return [f"not available to {self.name} in second {', '.join(away)}"] if away else []


def until(condition):
    """Whether what no event announces happens in time."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


if __name__ == "__main__":
    sys.exit(main())
