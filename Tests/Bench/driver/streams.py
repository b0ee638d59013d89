"""JSON-RPC over TCP: what a notification costs beside a bare write loop, and whether any is lost."""

import statistics

from . import programs
from .figures import Figure
from .inside import CALL_BODY
from .programs import run_peer
from .rounds import Plan, interleave, ratios

RECEIVERS = 10
RAISES_PER_SECOND = 20_000


def measure(plan: Plan) -> list[Figure]:
    """20,000 raises a second to ten receivers, hence 200,000 notifications. The loop in C writes as many with each
    write, and as many writes a second, as ours did just before."""
    raises = int(RAISES_PER_SECOND * plan.seconds * 2)
    payload = programs.scratch_file("stream.json", CALL_BODY.encode())
    first_port = programs.free_stream_ports(RECEIVERS)
    lost, rates, shape = [], [], {"coalesced": 1.0, "ns_per_write": 0}

    def ours() -> float:
        with programs.counting_peer("tcp_sink", first_port, RECEIVERS) as received:
            run = programs.micro("stream", first_port, RECEIVERS, raises, RAISES_PER_SECOND)[0]
        lost.append(run["raised"] - received["objects"])
        rates.append(run["notifications"] / (run["ns"] / 1e9))
        shape["coalesced"] = run["notifications"] / run["writes"]
        shape["ns_per_write"] = run["ns"] // run["writes"]
        return run["cpu_ns"] / run["notifications"] / 1e3

    def bare() -> float:
        writes = int(raises * RECEIVERS / shape["coalesced"])
        arguments = [payload, first_port, RECEIVERS, shape["coalesced"], writes]
        with programs.counting_peer("tcp_sink", first_port, RECEIVERS):
            run = run_peer("tcp_write_loop", *arguments, shape["ns_per_write"])
        return run["cpu_ns"] / run["notifications"] / 1e3

    ours()  # for the shape of the first round, should the loop come first
    lost.clear()
    rates.clear()
    results = interleave(plan.rounds, {"carillon": ours, "C": bare})
    note = ", ".join(f"{who} {statistics.median(cost):.2f} µs" for who, cost in results.items())
    note += f"; {shape['coalesced']:.1f} with each write, {statistics.median(rates):,.0f}/s"
    return [
        Figure(
            "stream.cpu",
            f"CPU per notification / C write loop, {RECEIVERS} receivers by TCP",
            1.5,
            ratios(results["carillon"], results["C"]),
            note=note,
        ),
        Figure(
            "stream.lost", f"notifications lost, {RECEIVERS} receivers", 0, [sum(lost)], unit=""
        ),
    ]
