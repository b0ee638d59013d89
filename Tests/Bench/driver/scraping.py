"""What it costs to be watched: a scrape of many subscriptions, and a listing that has not changed."""

import http.client
import sqlite3
import statistics
import time

from . import programs
from .figures import Figure
from .programs import BenchError, Program, get
from .rounds import Plan, interleave, ratios

SUBSCRIPTIONS = 100_000
SCRAPES = 40
EVENT = "E_BENCH_MANY"


def measure(plan: Plan) -> list[Figure]:
    state = programs.fresh_directory("state-scraped")
    with programs.carillon(state):
        pass
    fill(state)
    with programs.carillon(state) as server:
        size = scrape(server.port)[1]
        times = [
            statistics.median(scrape(server.port)[0] for _ in range(SCRAPES)) for _ in range(plan.rounds)
        ]
        conditional = conditional_cpu(plan, server)
    return [
        Figure(
            "scrape.time",
            f"GET /metrics with {SUBSCRIPTIONS:,} subscriptions, from the request to the last byte",
            5,
            [seconds * 1e3 for seconds in times],
            unit="ms",
            note=f"{size:,} bytes",
        ),
        conditional,
    ]


def scrape(port: int) -> tuple[float, int]:
    """Seconds and bytes of one scrape on a connection of its own, as Prometheus asks first."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.connect()
    started = time.perf_counter()
    connection.request("GET", "/metrics")
    answer = connection.getresponse()
    body = answer.read()
    seconds = time.perf_counter() - started
    connection.close()
    if answer.status != 200 or b"carillon_subscriptions{" not in body:
        raise BenchError(f"/metrics answered {answer.status}")
    return seconds, len(body)


def conditional_cpu(plan: Plan, server: Program) -> Figure:
    """CPU of an answer 304 to a listing, beside that of one small resource: the server's process alone."""
    path = f"/subscribers?event={EVENT}&limit=1"
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    connection.request("GET", path)
    answer = connection.getresponse()
    answer.read()
    tag = answer.headers["ETag"]
    connection.close()
    conditional = get(path)[:-2] + f"If-None-Match: {tag}\r\n\r\n".encode()
    expect(server.port, conditional, 304)
    files = {
        "unchanged": programs.scratch_file("unchanged.http", conditional),
        "small": programs.scratch_file("small.http", get("/subscriptions/1")),
        "livez": programs.scratch_file("livez.http", get("/livez")),
    }

    def load(file: str):
        def run() -> float:
            before = server.cpu()
            requests = programs.run_peer(
                "http_load", "-p", server.port, "-r", file, "-c", 16, "-t", plan.seconds
            )["requests"]
            return (server.cpu() - before) * 1e6 / requests

        return run

    used = interleave(plan.rounds, {name: load(file) for name, file in files.items()})
    note = ", ".join(f"{name} {statistics.median(used[name]):.2f} µs" for name in used)
    return Figure(
        "scrape.unchanged",
        "CPU of a 304 to GET /subscribers / of GET /subscriptions/1, 16 connections",
        1.1,
        ratios(used["unchanged"], used["small"]),
        note=note,
    )


def expect(port: int, request: bytes, status: int) -> None:
    answered = programs.exchange(port, request)[0]
    if answered != status:
        raise BenchError(f"expected {status}, got {answered}")


def fill(state) -> None:
    """Writes the subscriptions straight into the database, as the daemon itself would have."""
    databases = [path for path in state.iterdir() if path.read_bytes()[:15] == b"SQLite format 3"]
    if len(databases) != 1:
        raise BenchError(f"expected one database in {state}, found {len(databases)}")
    now = int(time.time() * 1000)
    rows = (
        (number, EVENT, f"udp:127.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}:{2000 + number % 50000}", now)
        for number in range(1, SUBSCRIPTIONS + 1)
    )
    with sqlite3.connect(databases[0]) as database:
        database.execute("INSERT OR IGNORE INTO events (name) VALUES (?)", (EVENT,))
        database.executemany(
            "INSERT INTO subscriptions (id, event, socket, deadline, expire, created) VALUES (?1, ?2, ?3, NULL, NULL, ?4)",
            rows,
        )
    database.close()
