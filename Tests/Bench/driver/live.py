"""The live stream: what an occurrence costs to show to a hundred readers beside a bare write loop, and whether any is lost."""

import socket
import statistics

from . import programs
from .figures import Figure
from .programs import BenchError, Program, get, post, run_peer
from .rounds import Plan, interleave, ratios

READERS = 100
RAISES_PER_SECOND = 1_500
EVENT = "E_SHOWN"
BODY = '{"params":{"ip":"192.0.2.7","reason":"too many requests","count":42}}'


def measure(plan: Plan) -> list[Figure]:
    """Raises at an even pace, with a hundred readers and with none: the difference is what showing costs. The loop in C
    writes the same bytes to as many connections at the same pace."""
    raises = int(RAISES_PER_SECOND * plan.seconds)
    lost, shape = [], {"ns": 1_000_000_000 // RAISES_PER_SECOND}
    with programs.carillon() as server:
        requests = {
            "raise": programs.scratch_file("shown.http", post(f"/events/{EVENT}/raise", BODY)),
            "read": programs.scratch_file("read.http", get(f"/events/stream?event={EVENT}")),
        }
        payload = programs.scratch_file("shown", shown(server, requests))
        first_port = programs.free_stream_ports(READERS)

        def raise_all() -> float:
            """Microseconds of CPU per raise."""
            before = server.cpu()
            pause = 1_000_000 // RAISES_PER_SECOND
            arguments = ["-p", server.port, "-r", requests["raise"], "-n", raises, "-a", pause]
            run = run_peer("http_load", *arguments)
            if run["failures"]:
                raise BenchError(f"{run['failures']} raises failed")
            shape["ns"] = run["ns"] // raises
            return (server.cpu() - before) / raises * 1e6

        def ours() -> float:
            arguments = [server.port, requests["read"], READERS, raises * READERS]
            with programs.counting_peer("stream_readers", *arguments) as received:
                opened = server.cpu()
                raise_all()
            lost.append(raises * READERS - received["objects"])
            return (server.cpu() - opened) / raises * 1e6

        def bare() -> float:
            arguments = [payload, first_port, READERS, 1, raises * READERS]
            with programs.counting_peer("tcp_sink", first_port, READERS):
                run = run_peer("tcp_write_loop", *arguments, shape["ns"] // READERS)
            return run["cpu_ns"] / raises / 1e3

        results = interleave(plan.rounds, {"shown": ours, "C": bare, "unseen": raise_all})
    costs = [with_readers - alone for with_readers, alone in zip(results["shown"], results["unseen"])]
    note = f"carillon {statistics.median(costs):.0f} µs per occurrence, C {statistics.median(results['C']):.0f} µs"
    return [
        Figure(
            "live.cpu",
            f"CPU of showing an occurrence to {READERS} readers / C write loop",
            1.5,
            ratios(costs, results["C"]),
            note=note,
        ),
        Figure("live.lost", f"occurrences not shown, {READERS} readers", 0, [sum(lost)], unit=""),
    ]


def shown(server: Program, requests: dict[str, str]) -> bytes:
    """What a reader gets for one occurrence, with its chunk's frame: the loop in C writes the same."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as reader:
        with open(requests["read"], "rb") as request:
            reader.sendall(request.read())
        reply = b""
        while b"\r\n\r\n" not in reply or b"retry:" not in reply:
            reply += reader.recv(65536)
        with open(requests["raise"], "rb") as request:
            programs.exchange(server.port, request.read())
        return reader.recv(65536)
