"""Raising: what a notification costs beside a bare sendto(), what it delays, and whether any is lost."""

import json
import socket
import statistics
import subprocess

from . import programs
from .figures import Figure
from .http import PATH
from .programs import BenchError, Program, get, post, run_peer
from .rounds import Plan, interleave, ratios

BODY = '{"params":{"ip":"192.0.2.7","reason":"too many requests","count":42}}'
NEVER = "E_NOBODY"
CONNECTIONS = 64
FAN_OUTS = [
    # subscribers, connections that raise, fan-outs that may be under way
    (10, 16, 16),
    (100, 4, 4),
    (1000, 4, 4),
]


class Stage:
    """A daemon with an event for each number of subscribers, and the files that the C programs read."""

    def __init__(self, server: Program):
        self.server = server
        self.first_port = programs.free_datagram_ports(max(count for count, _, _ in FAN_OUTS))
        for count in (1, *(count for count, _, _ in FAN_OUTS)):
            self.subscribe(count)
        self.get = programs.scratch_file("get.http", get(PATH))
        self.payload = programs.scratch_file("payload", self.first_payload())
        self.reply = programs.scratch_file(
            "reply.http", programs.exchange(server.port, self.raise_request(1))[1]
        )

    def subscribe(self, count: int) -> None:
        with socket.create_connection(("127.0.0.1", self.server.port), timeout=60) as connection:
            for port in range(self.first_port, self.first_port + count):
                subscription = {
                    "event": f"E_FAN_{count}",
                    "socket": f"udp:127.0.0.1:{port}",
                    "permanent": True,
                }
                connection.sendall(post("/subscriptions", json.dumps(subscription)))
                reply = programs.receive_reply(connection)
                if int(reply.split()[1]) != 201:
                    raise BenchError(f"subscribing was answered {reply.decode()}")

    def raise_request(self, count: int) -> bytes:
        return post(f"/events/{f'E_FAN_{count}' if count else NEVER}/raise", BODY)

    def raise_file(self, count: int) -> str:
        return programs.scratch_file(f"raise-{count}.http", self.raise_request(count))

    def first_payload(self) -> bytes:
        """What a subscriber gets, byte for byte: the peers send the same."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
            receiver.bind(("127.0.0.1", self.first_port))
            receiver.settimeout(10)
            programs.exchange(self.server.port, self.raise_request(1))
            return receiver.recv(65536)

    def load(self, request_file: str, *arguments, server: Program | None = None) -> dict:
        """One run of the closed-loop client; with what the server's process used meanwhile."""
        server = server or self.server
        before = server.cpu()
        result = run_peer("http_load", "-p", server.port, "-r", request_file, *arguments)
        result["server_cpu_us"] = (server.cpu() - before) * 1e6
        if result["failures"]:
            raise BenchError(f"{result['failures']} requests of {request_file} failed")
        result["rate"] = result["requests"] / (result["ns"] / 1e9)
        return result

    def receive(self, fan_out: int) -> list:
        return ["-u", self.first_port, "-f", fan_out]


def measure(plan: Plan) -> list[Figure]:
    with programs.carillon() as server:
        stage = Stage(server)
        figures = against_get(plan, stage)
        for fan_out, connections, window in FAN_OUTS:
            figures += fan_outs(plan, stage, fan_out, connections, window)
        figures += latency(plan, stage)
        figures.append(bystander(plan, stage))
        figures += receipts(plan, stage)
    return figures


def receipts(plan: Plan, stage: Stage) -> list[Figure]:
    """What it costs that every raise is remembered, with what became of it: beside a daemon that remembers none."""
    figures = []
    # A state of its own: two daemons run at once.
    state = programs.fresh_directory("state-without-receipts")
    with programs.carillon(state, "--occurrences-max", "0") as server:
        bare = Stage(server)
        for subscribers in (0, 1):

            def cost(of: Stage, subscribers: int = subscribers) -> dict:
                receivers = of.receive(1) if subscribers else []
                request = of.raise_file(subscribers)
                return of.load(request, "-c", CONNECTIONS, "-t", plan.seconds, *receivers)

            results = interleave(
                plan.rounds, {"with": lambda: cost(stage), "without": lambda: cost(bare)}
            )
            cpu = {
                who: [run["server_cpu_us"] / run["requests"] for run in runs]
                for who, runs in results.items()
            }
            note = ", ".join(
                f"{who} {statistics.median(cpu[who]):.2f} µs CPU, "
                f"{statistics.median(run['rate'] for run in runs):,.0f}/s"
                for who, runs in results.items()
            )
            figures.append(
                Figure(
                    f"raise.receipts.{subscribers}",
                    f"CPU of a raise with receipts / without, {subscribers} subscribers",
                    1.05,
                    ratios(cpu["with"], cpu["without"]),
                    note=note,
                )
            )
    return figures


def against_get(plan: Plan, stage: Stage) -> list[Figure]:
    """Raising to nobody, and to one, beside a small GET of the same server."""
    common = ["-c", CONNECTIONS, "-t", plan.seconds]
    results = interleave(
        plan.rounds,
        {
            "get": lambda: stage.load(stage.get, *common),
            "nobody": lambda: stage.load(stage.raise_file(0), *common),
            "one": lambda: stage.load(stage.raise_file(1), *common, *stage.receive(1)),
        },
    )
    cpu = {
        who: [run["server_cpu_us"] / run["requests"] for run in runs]
        for who, runs in results.items()
    }
    rate = {who: [run["rate"] for run in runs] for who, runs in results.items()}
    middle = {who: (statistics.median(cpu[who]), statistics.median(rate[who])) for who in results}
    note = ", ".join(
        f"{who} {used:.2f} µs CPU, {speed:,.0f}/s" for who, (used, speed) in middle.items()
    )
    return [
        Figure(
            "raise.cpu.0",
            "CPU of a raise without subscribers / GET",
            1.15,
            ratios(cpu["nobody"], cpu["get"]),
            note=note,
        ),
        Figure(
            "raise.rate.1",
            "raises/s with 1 UDP subscriber / GETs/s",
            0.75,
            ratios(rate["one"], rate["get"]),
            at_least=True,
        ),
        Figure(
            "raise.lost.1",
            "datagrams lost, 1 subscriber",
            0,
            [sum(run["lost"] for run in results["one"])],
            unit="",
        ),
    ]


def fan_outs(plan: Plan, stage: Stage, fan_out: int, connections: int, window: int) -> list[Figure]:
    lost = []

    def ours() -> float:
        request = stage.raise_file(fan_out)
        limits = ["-c", connections, "-w", window, "-t", plan.seconds]
        result = stage.load(request, *limits, *stage.receive(fan_out))
        lost.append(result["lost"])
        return result["server_cpu_us"] / (result["requests"] * fan_out)

    def bare() -> float:
        datagrams = int(250_000 * plan.seconds)
        with programs.peer("sink", str(stage.first_port), str(fan_out)):
            sent = run_peer(
                "sendto_loop", stage.payload, stage.first_port, fan_out, datagrams // fan_out
            )
        return sent["cpu_ns"] / 1e3 / sent["datagrams"]

    results = interleave(plan.rounds, {"carillon": ours, "sendto": bare})
    note = ", ".join(f"{who} {statistics.median(values):.2f} µs" for who, values in results.items())
    return [
        Figure(
            f"raise.cpu.{fan_out}",
            f"CPU per notification / C sendto, {fan_out} subscribers",
            1.30,
            ratios(results["carillon"], results["sendto"]),
            note=note,
        ),
        Figure(
            f"raise.lost.{fan_out}",
            f"datagrams lost, {fan_out} subscribers",
            0,
            [sum(lost)],
            unit="",
        ),
    ]


def latency(plan: Plan, stage: Stage) -> list[Figure]:
    """From writing the request to having the datagram, one client; beside a C program that does no more."""
    limits = ["-c", 1, "-w", 1, "-t", plan.seconds, *stage.receive(1)]
    with programs.peer("epoll_raiser", stage.reply, stage.payload, str(stage.first_port)) as (
        _,
        raiser,
    ):
        results = interleave(
            plan.rounds,
            {
                "carillon": lambda: stage.load(stage.raise_file(1), *limits),
                "C": lambda: stage.load(stage.raise_file(1), *limits, server=raiser),
            },
        )
    figures = []
    for percentile, limit in (("p50", 1.25), ("p99", 1.5)):
        values = {
            who: [run["datagram_us"][percentile] for run in runs] for who, runs in results.items()
        }
        figures.append(
            Figure(
                f"raise.latency.{percentile}",
                f"raise → datagram {percentile} / C epoll, 1 client",
                limit,
                ratios(values["carillon"], values["C"]),
                note=", ".join(
                    f"{who} {statistics.median(column):.1f} µs" for who, column in values.items()
                ),
            )
        )
    return figures


def bystander(plan: Plan, stage: Stage) -> Figure:
    """How long a GET on another connection takes while 1000-way fan-outs go on without a pause."""
    fan_out = max(count for count, _, _ in FAN_OUTS)

    def disturbed(noise: subprocess.Popen) -> float:
        try:
            quiet = ["-c", 1, "-a", 500, "-t", plan.seconds]
            return stage.load(stage.get, *quiet)["reply_us"]["p99"] / 1e3
        finally:
            programs.finish(noise)

    def during_fan_outs() -> float:
        arguments = ["-p", stage.server.port, "-r", stage.raise_file(fan_out), "-c", 2, "-w", 2]
        arguments += ["-t", plan.seconds + 0.3, *stage.receive(fan_out)]
        return disturbed(programs.start_peer("http_load", *arguments))

    def during_sendto() -> float:
        with programs.peer("sink", str(stage.first_port), str(fan_out)):
            rounds = int(300 * (plan.seconds + 0.3))
            return disturbed(
                programs.start_peer("sendto_loop", stage.payload, stage.first_port, fan_out, rounds)
            )

    results = interleave(plan.rounds, {"fan-outs": during_fan_outs, "sendto": during_sendto})
    idle = statistics.median(results["sendto"])
    return Figure(
        "raise.bystander",
        "p99 of a GET during 1000-way fan-outs",
        1.0,
        results["fan-outs"],
        unit="ms",
        note=f"{idle:.2f} ms while the C loop sends and Carillon does not: the scheduler's share",
    )
