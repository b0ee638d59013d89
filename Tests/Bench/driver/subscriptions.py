"""Subscriptions on disk and by the million, through the daemon's own doors."""

import os
import sqlite3
import statistics
import time
from pathlib import Path

from . import programs
from .figures import Figure
from .programs import BenchError, get, post, run_peer
from .rounds import Plan, interleave, ratios

MILLION = 1_000_000
EVENT = "E_BENCH_MANY"
# Each `~` becomes a digit of a counter: ten thousand million different sockets, all of one length.
SOCKET = "udp:127.1~~.1~~.1~~:2~~~~"
CLIENTS = (1, 16, 256)


def measure_store(plan: Plan) -> list[Figure]:
    body = f'{{"event":"{EVENT}","socket":"{SOCKET}","permanent":true}}'
    request = programs.scratch_file("subscribe.http", post("/subscriptions", body))
    done = 0

    def subscribe(server, clients: int):
        def run() -> float:
            nonlocal done
            arguments = [
                "-p",
                server.port,
                "-r",
                request,
                "-c",
                clients,
                "-t",
                plan.seconds,
                "-s",
                done,
            ]
            result = run_peer("http_load", *arguments)
            if result["failures"]:
                raise BenchError(f"{result['failures']} subscribes failed")
            done += result["requests"]
            return result["requests"] / (result["ns"] / 1e9)

        return run

    with programs.carillon(None, "--subscriptions-max", "50000000") as server:
        contenders = {str(clients): subscribe(server, clients) for clients in CLIENTS}
        results = interleave(plan.rounds, contenders | {"sync": syncs(plan)})
    sync = statistics.median(results.pop("sync"))
    note = f"a bare pwrite + fdatasync of 4 KB in the same run: {sync:,.0f}/s"
    figures = [
        Figure(
            f"store.rate.{clients}",
            f"durable subscribes/s, clients: {clients}",
            None,
            values,
            unit="/s",
        )
        for clients, values in results.items()
    ]
    group = ratios(results["16"], results["1"])
    what = "durable subscribes/s, 16 clients / 1"
    return figures + [Figure("store.group", what, 3.2, group, at_least=True, note=note)]


def syncs(plan: Plan):
    """What the disk gives: how often a second a page can be made durable."""

    def run() -> float:
        descriptor = os.open(programs.SCRATCH / "sync", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            os.posix_fallocate(descriptor, 0, 1 << 20)
            count, started = 0, time.monotonic()
            while time.monotonic() < started + plan.seconds / 2:
                os.pwrite(descriptor, b"x" * 4096, count % 256 * 4096)
                os.fdatasync(descriptor)
                count += 1
            return count / (time.monotonic() - started)
        finally:
            os.close(descriptor)

    return run


def measure_million(plan: Plan) -> list[Figure]:
    empty, full = programs.fresh_directory("state-empty"), programs.fresh_directory("state-million")
    with programs.carillon(full):
        pass
    fill(full)
    pages = programs.scratch_file("page.http", get(f"/subscribers?event={EVENT}"))
    resident, asked, used = [], [], []

    def start(state: Path, ask: bool):
        def run() -> float:
            started = time.monotonic()
            with programs.carillon(state) as server:
                ready = time.monotonic() - started
                if ask:
                    used.append(server.cpu())
                    check(server.port)
                    asked.append(
                        run_peer("http_load", "-p", server.port, "-r", pages, "-n", 500)["reply_us"]
                    )
                resident.append((ask, server.memory()))
            return ready

        return run

    starts = interleave(plan.few, {"empty": start(empty, False), "million": start(full, True)})
    seconds = [full - empty for full, empty in zip(starts["million"], starts["empty"])]
    with_million = statistics.median(size for ask, size in resident if ask)
    without = statistics.median(size for ask, size in resident if not ask)
    tail = f"p99 {statistics.median(reply['p99'] for reply in asked) / 1e3:.2f} ms"
    return [
        Figure(
            "million.restore",
            "restore of 1,000,000 subscriptions",
            0.5,
            seconds,
            unit="s",
            note=f"{statistics.median(used):.2f} s of CPU for the whole start",
        ),
        Figure(
            "million.page",
            "first page of 1,000,000",
            2,
            [reply["p50"] / 1e3 for reply in asked],
            unit="ms",
            note=tail,
        ),
        Figure(
            "million.bytes",
            "RSS of the daemon per restored subscription",
            128,
            [(with_million - without) / MILLION],
            unit="B",
        ),
    ]


def fill(state: Path) -> None:
    """Writes a million subscriptions straight into the database, as the daemon itself would have."""
    databases = [path for path in state.iterdir() if path.read_bytes()[:15] == b"SQLite format 3"]
    if len(databases) != 1:
        raise BenchError(f"expected one database in {state}, found {len(databases)}")
    now = int(time.time() * 1000)

    def rows():
        for number in range(1, MILLION + 1):
            host = f"127.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
            socket = f"udp:{host}:{2000 + number % 50000}"
            yield number, EVENT, socket, now + 86_400_000 + number, 86_400, now

    with sqlite3.connect(databases[0]) as database:
        database.execute("INSERT OR IGNORE INTO events (name) VALUES (?)", (EVENT,))
        database.executemany(
            "INSERT INTO subscriptions (id, event, socket, deadline, expire, created)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            rows(),
        )
    database.close()


def check(port: int) -> None:
    """Whether they are really there."""
    status, reply = programs.exchange(port, get(f"/subscribers?event={EVENT}"))
    if status != 200 or reply.count(b'"id"') < 100:
        raise BenchError(f"the daemon did not restore its subscriptions: {reply[:500].decode()}")
