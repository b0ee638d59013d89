"""What is measured inside a process of ours (bench-micro): JSON, the core, scripts, and the calls through libcurl."""

import statistics

from . import programs
from .figures import Figure
from .programs import post, run_peer
from .rounds import Plan, interleave, ratios

IN_FLIGHT = 16
CALL_PARAMS = '{"ip":"192.0.2.7","reason":"too many requests","count":42}'
CALL_BODY = f'{{"jsonrpc":"2.0","method":"E_BENCH","params":{CALL_PARAMS}}}'


def measure_json(plan: Plan) -> list[Figure]:
    figures = []
    lines = programs.micro("json", plan.rounds)
    for name, what, peer in (
        ("parse", "parsing a raise", "JSONDecoder"),
        ("write", "writing a notification", "JSONEncoder"),
    ):
        ours = [line["ours_ns"] for line in lines if line["name"] == name]
        theirs = [line["foundation_ns"] for line in lines if line["name"] == name]
        note = f"{statistics.median(ours):,.0f} ns, {peer} {statistics.median(theirs):,.0f} ns"
        figures.append(
            Figure(f"json.{name}", f"{what} / {peer}", 0.05, ratios(ours, theirs), note=note)
        )
    return figures


def measure_core(plan: Plan) -> list[Figure]:
    lines = programs.micro("core", plan.rounds)
    few = [line["few_ns"] for line in lines if line["name"] == "subscribe"]
    many = [line["many_ns"] for line in lines if line["name"] == "subscribe"]
    held = next(line for line in lines if line["name"] == "memory")
    note = (
        f"{statistics.median(few):,.0f} ns at 1,000, {statistics.median(many):,.0f} ns at 1,000,000"
    )
    return [
        Figure(
            "core.subscribe",
            "subscribe at 1,000,000 existing / at 1,000",
            1.3,
            ratios(many, few),
            note=note,
        ),
        Figure(
            "core.bytes",
            "RSS per UDP subscription, 1,000,000 of them",
            128,
            [held["bytes"]],
            unit="B",
        ),
    ]


def measure_scripts(plan: Plan) -> list[Figure]:
    lines = programs.micro("script", plan.rounds)
    call = statistics.median(line["call_ns"] for line in lines)
    return [
        Figure(
            "script.event",
            "CPU of an event_route that fetches its params and looks at one",
            2.0,
            [line["event_ns"] / 1e3 for line in lines],
            unit="µs",
            note=f"a bare call of a C function (toupper): {call:.1f} ns",
        ),
        Figure(
            "script.load",
            "loading a script of 10,000 lines",
            50.0,
            [line["load_ns"] / 1e6 for line in lines],
            unit="ms",
        ),
        Figure(
            "script.sip",
            "SIP messages a second on one core, parsed and routed to a raise",
            100_000,
            [1e9 / line["message_ns"] for line in lines],
            at_least=True,
            unit="/s",
            note=f"an INVITE of {lines[0]['bytes']} bytes, the accounting script of the tutorial",
        ),
    ]


def measure_calls(plan: Plan) -> list[Figure]:
    """JSON-RPC calls to one nginx: ours, 16 in flight; raw sockets, 16 in flight; a new easy handle for each."""
    calls = int(40_000 * plan.seconds)
    body = programs.scratch_file("call.json", CALL_BODY.encode())
    request = programs.scratch_file("call.http", post("/rpc/0", CALL_BODY))
    with programs.nginx() as receiver:
        url = f"http://127.0.0.1:{receiver.port}/rpc"

        def ours(batch: int = 1) -> float:
            result = programs.micro("calls", url, IN_FLIGHT, calls, batch)[0]
            if result["delivered"] != result["calls"]:
                raise programs.BenchError(
                    f"{result['calls'] - result['delivered']} calls were not delivered"
                )
            return result["cpu_ns"] / result["calls"] / 1e3

        def raw() -> float:
            arguments = ["-p", receiver.port, "-r", request, "-c", IN_FLIGHT, "-n", calls]
            result = run_peer("http_load", *arguments)
            return result["cpu_ns"] / result["requests"] / 1e3

        def careless() -> float:
            result = run_peer("easy_per_call", url, body, calls // 8)
            return result["cpu_ns"] / result["calls"] / 1e3

        results = interleave(
            plan.rounds,
            {
                "carillon": ours,
                "in arrays of 16": lambda: ours(16),
                "raw sockets": raw,
                "easy per call": careless,
            },
        )
    note = ", ".join(
        f"{who} {statistics.median(values):.1f} µs CPU" for who, values in results.items()
    )
    mine = results["carillon"]
    return [
        Figure(
            "calls.raw",
            "CPU per JSON-RPC call / raw sockets, 16 in flight",
            2.8,
            ratios(mine, results["raw sockets"]),
            note=note,
        ),
        Figure(
            "calls.easy",
            "CPU per JSON-RPC call / a new easy handle",
            0.30,
            ratios(mine, results["easy per call"]),
        ),
        Figure(
            "calls.batch",
            "CPU per notification in arrays of 16 / in single calls",
            0.25,
            ratios(results["in arrays of 16"], mine),
        ),
    ]


def measure_hung(plan: Plan) -> list[Figure]:
    """How long a healthy receiver's calls take, alone and beside 100 receivers that never answer."""
    calls = int(10_000 * plan.seconds)
    with programs.nginx() as receiver:
        url = f"http://127.0.0.1:{receiver.port}/rpc"

        def beside(hung: int) -> float:
            result = programs.micro("hung", url, hung, calls)[0]
            if result["delivered"] != calls:
                raise programs.BenchError(f"{calls - result['delivered']} calls were lost")
            return result["p99_ns"] / 1e3

        results = interleave(
            plan.rounds, {"alone": lambda: beside(0), "beside 100 hung": lambda: beside(100)}
        )
    note = ", ".join(
        f"{who} {statistics.median(values):.0f} µs" for who, values in results.items()
    )
    return [
        Figure(
            "hung.p99",
            "p99 of calls to a healthy receiver, beside 100 hung ones / alone",
            1.10,
            ratios(results["beside 100 hung"], results["alone"]),
            note=note,
        )
    ]
