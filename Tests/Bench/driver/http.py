"""The HTTP server against nginx: one worker each, the same number of bytes in each answer."""

import json
import os
import re
import resource
import socket
import statistics
import subprocess

from . import programs
from .figures import Figure
from .programs import BENCH, BenchError, Program, get
from .rounds import Plan, interleave, ratios

PATH = "/livez"
LOADS = [
    # name, connections, requests at a time, most CPU per request against nginx
    ("c64", 64, 1, 1.00),
    ("c1000", 1000, 1, 1.00),
    ("c1", 1, 1, 1.05),
    ("pipelined", 64, 16, 0.20),
]
# One request at a time costs 8 µs where client and server happen to share a core, 25 where they do not: so that
# chance does not decide, the server has one core and the client all others.
CORES = sorted(os.sched_getaffinity(0))
SERVER_CORES, CLIENT_CORES = {CORES[0]}, set(CORES[1:] or CORES)
IDLE_CONNECTIONS = 10_000
CALLGRIND_REQUESTS = 4_000


def same_bytes(port: int) -> dict:
    """What nginx must be told so that it answers with the body of Carillon and as many bytes in all."""
    reply = programs.exchange(port, get(PATH))[1]
    for field in (b"\r\nDate: ", b"\r\nServer: "):
        if field not in reply:
            raise BenchError(f"the answer to {PATH} has no field {field.decode().strip()}")
    body = reply.partition(b"\r\n\r\n")[2].decode()
    with programs.nginx(body=body) as nginx:
        plain = len(programs.exchange(nginx.port, get(PATH))[1])
    missing = len(reply) - plain
    if missing < 0:
        raise BenchError(
            f"nginx answers with {plain} bytes, Carillon with {len(reply)}: it cannot be given less"
        )
    # The media type is where nginx lets its answer grow by any number of bytes.
    settings = {"body": body, "media_type": "application/json" + ";x".ljust(missing, "x")[:missing]}
    with programs.nginx(**settings) as nginx:
        padded = len(programs.exchange(nginx.port, get(PATH))[1])
    if padded != len(reply):
        raise BenchError(f"nginx answers with {padded} bytes, Carillon with {len(reply)}")
    return settings


def wrk(server: Program, connections: int, depth: int, seconds: float) -> dict:
    """One run of wrk: requests, seconds, and what the server's process used for them."""
    command = [
        programs.find("wrk"),
        "-t1",
        f"-c{connections}",
        f"-d{max(1, round(seconds))}s",
        "-s",
        str(BENCH / "load.lua"),
        f"http://127.0.0.1:{server.port}{PATH}",
        "--",
        str(depth),
    ]
    before = server.cpu()
    run = subprocess.run(
        command,
        check=True,
        capture_output=True,
        text=True,
        preexec_fn=lambda: os.sched_setaffinity(0, CLIENT_CORES),
    )
    output = run.stdout
    used = server.cpu() - before
    result = json.loads(output.splitlines()[-1])
    if result["failures"]:
        raise BenchError(f"wrk: {result['failures']} failures at {connections} connections")
    result["cpu_us"] = used * 1e6 / result["requests"]
    result["rate"] = result["requests"] / result["seconds"]
    return result


def measure(plan: Plan) -> list[Figure]:
    figures = []
    with programs.carillon() as ours:
        settings = same_bytes(ours.port)
        with programs.nginx(**settings) as theirs:
            ours.pin(SERVER_CORES)
            theirs.pin(SERVER_CORES)
            for name, connections, depth, limit in LOADS:
                figures += at_load(plan, ours, theirs, name, connections, depth, limit)
    figures.append(instructions(settings))
    figures += idle(settings)
    return figures


def at_load(plan, ours, theirs, name, connections, depth, limit) -> list[Figure]:
    def run(server: Program):
        return lambda: wrk(server, connections, depth, plan.seconds)

    results = interleave(plan.rounds, {"carillon": run(ours), "nginx": run(theirs)})

    def column(who: str, key: str) -> list[float]:
        return [result[key] for result in results[who]]

    def middle(who: str, key: str) -> float:
        return statistics.median(column(who, key))

    note = ", ".join(
        f"{who} {middle(who, 'cpu_us'):.2f} µs CPU, {middle(who, 'rate'):,.0f}/s, "
        f"p50 {middle(who, 'p50_us'):,.0f} µs, p99 {middle(who, 'p99_us'):,.0f} µs"
        for who in results
    )
    what = f"{connections} connections" + (f", {depth} requests at a time" if depth > 1 else "")
    cpu = ratios(column("carillon", "cpu_us"), column("nginx", "cpu_us"))
    rate = ratios(column("carillon", "rate"), column("nginx", "rate"))
    return [
        Figure(f"http.cpu.{name}", f"CPU per GET / nginx, {what}", limit, cpu, note=note),
        Figure(f"http.rate.{name}", f"requests/s / nginx, {what}", 1.00, rate, at_least=True),
    ]


# Instructions


def instructions(settings: dict) -> Figure:
    """Instructions in user space for one GET: callgrind counts them, so one run is as good as many. Two runs
    of different length, so that start and end cancel out."""

    def total(start, requests: int, **arguments) -> int:
        output = programs.SCRATCH / "callgrind.out"
        report = programs.SCRATCH / "callgrind.log"
        tool = [programs.find("valgrind"), "--tool=callgrind", f"--callgrind-out-file={output}"]
        # A server that is slow to end is killed, and then there is no total: tried again.
        for _ in range(3):
            with start(under=tool + [f"--log-file={report}"], **arguments) as server:
                keep_asking(server.port, requests)
            if found := re.search(r"Collected : (\d+)", report.read_text()):
                return int(found.group(1))
        raise BenchError("callgrind gives no total; see .build-bench/callgrind.log")

    def counted(start, **arguments) -> float:
        once = total(start, CALLGRIND_REQUESTS, **arguments)
        twice = total(start, 2 * CALLGRIND_REQUESTS, **arguments)
        return (twice - once) / CALLGRIND_REQUESTS

    ours = counted(programs.carillon)
    theirs = counted(programs.nginx, **settings)
    return Figure(
        "http.instructions",
        "user instructions per GET / nginx (callgrind)",
        0.30,
        [ours / theirs],
        note=f"carillon {ours:,.0f}, nginx {theirs:,.0f}",
    )


def keep_asking(port: int, requests: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        for _ in range(requests):
            connection.sendall(get(PATH))
            programs.receive_reply(connection)


# Idle connections


def idle(settings: dict) -> list[Figure]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    count = min(IDLE_CONNECTIONS, hard - 512)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, count + 512), hard))
    try:
        with programs.carillon(None, "--connections-max", str(count + 100)) as ours:
            mine = growth(ours, count)
        with programs.nginx(**settings) as nginx:
            theirs = growth(nginx, count)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return [
        Figure(
            "http.idle",
            f"RSS per idle connection at {count:,}",
            200,
            [mine],
            unit="B",
            note=f"nginx {theirs:,.0f} B, its table of connections not counted: that is made at start",
        )
    ]


def growth(server: Program, count: int) -> float:
    """How much memory a connection takes that has been served once and stays."""
    keep_asking(server.port, 100)
    before = server.memory()
    connections = []
    try:
        for _ in range(count):
            connection = socket.create_connection(("127.0.0.1", server.port), timeout=60)
            connections.append(connection)
            connection.sendall(get(PATH))
            programs.receive_reply(connection)
        return (server.memory() - before) / count
    finally:
        for connection in connections:
            connection.close()
