"""RabbitMQ: messages with confirmations beside a bare C loop over the same library, and what failed connections leave."""

import json
import os
import statistics
import subprocess
import time
from contextlib import contextmanager

from . import programs
from .figures import Figure
from .inside import CALL_BODY
from .programs import BenchError, run_peer
from .rounds import Plan, interleave, ratios

# What `AMQPSettings` allows to be under way at one destination.
WINDOW = 8 * 128
QUEUE = "bench.q"
SERVER = "/usr/lib/rabbitmq/bin/rabbitmq-server"
START_SECONDS = 120
FAILURES = 1_000


@contextmanager
def rabbitmq():
    """A broker with files, ports and port mapper of its own; its queue keeps the last thousand messages."""
    if not os.path.exists(SERVER):
        raise BenchError("rabbitmq-server is missing: apt-get install rabbitmq-server")
    directory = programs.fresh_directory("rabbitmq")
    port, node, mapper = (programs.free_port() for _ in range(3))
    guest = {"name": "guest", "password": "guest", "tags": "administrator"}
    everything = {"user": "guest", "vhost": "/", "configure": ".*", "write": ".*", "read": ".*"}
    queue = {
        "name": QUEUE,
        "vhost": "/",
        "durable": True,
        "auto_delete": False,
        "arguments": {"x-max-length": 1_000},
    }
    definitions = {
        "users": [guest],
        "vhosts": [{"name": "/"}],
        "permissions": [everything],
        "queues": [queue],
    }
    (directory / "definitions.json").write_text(json.dumps(definitions))
    (directory / "enabled_plugins").write_text("[].")
    (directory / "rabbitmq.conf").write_text(
        f"listeners.tcp.1 = 127.0.0.1:{port}\n"
        f"load_definitions = {directory}/definitions.json\nlog.console = false\n"
    )
    environment = {
        "PATH": "/usr/bin:/bin",
        "HOME": str(directory),
        "RABBITMQ_NODENAME": "carillon-bench@localhost",
        "RABBITMQ_MNESIA_BASE": f"{directory}/mnesia",
        "RABBITMQ_LOG_BASE": f"{directory}/log",
        "RABBITMQ_CONFIG_FILE": f"{directory}/rabbitmq.conf",
        "RABBITMQ_CONF_ENV_FILE": "/dev/null",
        "RABBITMQ_ENABLED_PLUGINS_FILE": f"{directory}/enabled_plugins",
        "RABBITMQ_DIST_PORT": str(node),
        "ERL_EPMD_PORT": str(mapper),
        "ERL_EPMD_ADDRESS": "127.0.0.1",
        "RABBITMQ_ALLOW_INPUT": "yes",
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-noinput +sbwt none "
        "-kernel inet_dist_use_interface {127,0,0,1}",
    }
    started = []
    try:
        for command in (["/usr/bin/epmd", "-port", str(mapper)], [SERVER]):
            with open(directory / "output", "ab") as output:
                started.append(
                    subprocess.Popen(
                        command,
                        env=environment,
                        stdin=subprocess.DEVNULL,
                        stdout=output,
                        stderr=output,
                    )
                )
        deadline = time.monotonic() + START_SECONDS
        while not programs.is_open(port):
            if started[-1].poll() is not None or time.monotonic() > deadline:
                raise BenchError("rabbitmq-server does not start; see .build-bench/rabbitmq/output")
            time.sleep(0.05)  # no event says that a port is open
        yield port
    finally:
        for process in started:
            process.kill()
            process.wait()


def measure(plan: Plan) -> list[Figure]:
    messages = int(50_000 * plan.seconds)
    body = programs.scratch_file("message.json", CALL_BODY.encode())
    with rabbitmq() as port:

        def ours() -> float:
            socket = f"rabbitmq:127.0.0.1:{port}/{QUEUE}"
            result = programs.micro("publish", socket, messages)[0]
            if result["delivered"] != messages:
                raise BenchError(f"{messages - result['delivered']} messages were not confirmed")
            return messages / result["elapsed_ns"] * 1e9

        def loop() -> float:
            result = run_peer("amqp_loop", port, QUEUE, body, messages, WINDOW)
            return messages / result["elapsed_ns"] * 1e9

        results = interleave(plan.rounds, {"carillon": ours, "C loop": loop})
    closed = f"rabbitmq:127.0.0.1:{programs.free_port()}/{QUEUE}"
    left = programs.micro("reconnect", closed, FAILURES)[0]
    note = ", ".join(f"{who} {statistics.median(rates):,.0f}/s" for who, rates in results.items())
    return [
        Figure(
            "amqp.rate",
            f"confirmed messages a second / a C loop over librabbitmq, {WINDOW} under way",
            0.8,
            ratios(results["carillon"], results["C loop"]),
            at_least=True,
            note=note,
        ),
        Figure(
            "amqp.reconnects",
            f"RSS that {FAILURES:,} failed connections leave behind",
            256 * 1024,
            [left["bytes"]],
            unit="B",
        ),
    ]
