"""Scripts: what a notification costs that a route raises in a loop, beside a bare sendto()."""

import json
import socket
import statistics

from . import programs
from .figures import Figure
from .programs import BenchError, post, run_peer
from .rounds import Plan, interleave, ratios

SUBSCRIBERS = 10
RAISES = 5_000

SCRIPT = """
startup_route {
%(subscribe)s
}
route[loop] {
    $avp(names) = "ip"; $avp(names) = "reason"; $avp(names) = "count";
    $avp(values) = "192.0.2.7"; $avp(values) = "too many requests"; $avp(values) = 42;
    $var(left) = $var(raises);
    while ($var(left) > 0) {
        raise_event("E_LOOP", $avp(names), $avp(values));
        $var(left) = $var(left) - 1;
    }
}
"""


def measure(plan: Plan) -> list[Figure]:
    first_port = programs.free_datagram_ports(SUBSCRIBERS)
    lines = [
        f'    subscribe_event("E_LOOP", "udp:127.0.0.1:{port}");'
        for port in range(first_port, first_port + SUBSCRIBERS)
    ]
    script = programs.scratch_file("loop.cfg", (SCRIPT % {"subscribe": "\n".join(lines)}).encode())
    with programs.carillon(None, "--script", script) as server:
        payload = programs.scratch_file("loop.payload", first_payload(server, first_port))

        def ours() -> float:
            before = server.cpu()
            with programs.peer("sink", str(first_port), str(SUBSCRIBERS)):
                run_loop(server, RAISES)
            return (server.cpu() - before) * 1e6 / (RAISES * SUBSCRIBERS)

        def bare() -> float:
            with programs.peer("sink", str(first_port), str(SUBSCRIBERS)):
                sent = run_peer("sendto_loop", payload, first_port, SUBSCRIBERS, RAISES)
            return sent["cpu_ns"] / 1e3 / sent["datagrams"]

        results = interleave(plan.rounds, {"carillon": ours, "sendto": bare})
    note = ", ".join(f"{who} {statistics.median(values):.2f} µs" for who, values in results.items())
    return [
        Figure(
            f"route.cpu.{SUBSCRIBERS}",
            f"CPU per notification of raise_event in a loop / C sendto, {SUBSCRIBERS} subscribers",
            1.30,
            ratios(results["carillon"], results["sendto"]),
            note=note,
        )
    ]


def run_loop(server, raises: int) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=60) as connection:
        connection.sendall(
            post("/routes/loop/run", json.dumps({"variables": {"raises": raises}}))
        )
        reply = programs.receive_reply(connection)
    if b'"outcome":"finished"' not in reply:
        raise BenchError(f"the loop was answered {reply.decode()}")


def first_payload(server, port: int) -> bytes:
    """What a subscriber gets, byte for byte: the peer sends the same."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", port))
        receiver.settimeout(10)
        run_loop(server, 1)
        return receiver.recv(65536)
